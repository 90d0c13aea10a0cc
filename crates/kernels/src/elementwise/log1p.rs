//! The logarithm of 1 + x.

use super::Elementwise;
use crate::math::log1p;
use crate::simd::Lanes;

/// ln(1 + x), exact near 0: -∞ at -1, NaN below.
#[derive(Clone, Copy, Debug)]
pub struct Log1p;

impl Elementwise for Log1p {
    const NAME: &'static str = "log1p";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { log1p(x) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.div(x.add(V::splat(1.0))) }
    }
}
