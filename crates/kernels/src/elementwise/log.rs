//! The natural logarithm.

use super::Elementwise;
use crate::math::log;
use crate::simd::Lanes;

/// ln x: -∞ at 0, NaN below.
#[derive(Clone, Copy, Debug)]
pub struct Log;

impl Elementwise for Log {
    const NAME: &'static str = "log";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { log(x) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.div(x) }
    }
}
