//! The logistic function in three straight pieces.

use super::Elementwise;
use crate::simd::Lanes;

/// min(max(x + 3, 0), 6) / 6.
#[derive(Clone, Copy, Debug)]
pub struct HardSigmoid;

impl Elementwise for HardSigmoid {
    const NAME: &'static str = "hardSigmoid";
    const FROM_OUTPUT: bool = true;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::splat(6.0).smaller(V::zero().larger(x.add(V::splat(3.0)))).div(V::splat(6.0)) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, y: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::select(V::mask_and(y.gt(V::zero()), y.lt(V::splat(1.0))), dy.div(V::splat(6.0)), V::zero()) }
    }
}
