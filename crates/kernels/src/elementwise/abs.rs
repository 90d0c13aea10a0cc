//! The absolute value.

use super::Elementwise;
use super::sign::sign;
use crate::simd::Lanes;

/// |x|; the derivative at 0 is 0.
#[derive(Clone, Copy, Debug)]
pub struct Abs;

impl Elementwise for Abs {
    const NAME: &'static str = "abs";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { x.abs() }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.mul(sign(x)) }
    }
}
