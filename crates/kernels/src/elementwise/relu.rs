//! The rectifier.

use super::Elementwise;
use crate::simd::Lanes;

/// max(x, 0) by compare-and-select: 0 > x ? 0 : x, so that NaN and -0 pass.
#[derive(Clone, Copy, Debug)]
pub struct Relu;

impl Elementwise for Relu {
    const NAME: &'static str = "relu";
    const FROM_OUTPUT: bool = true;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::zero().larger(x) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, y: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::select(y.gt(V::zero()), dy, V::zero()) }
    }
}
