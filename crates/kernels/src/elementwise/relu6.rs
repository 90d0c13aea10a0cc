//! The rectifier cut at 6.

use super::Elementwise;
use crate::simd::Lanes;

/// min(max(x, 0), 6).
#[derive(Clone, Copy, Debug)]
pub struct Relu6;

impl Elementwise for Relu6 {
    const NAME: &'static str = "relu6";
    const FROM_OUTPUT: bool = true;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::splat(6.0).smaller(V::zero().larger(x)) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, y: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::select(V::mask_and(y.gt(V::zero()), y.lt(V::splat(6.0))), dy, V::zero()) }
    }
}
