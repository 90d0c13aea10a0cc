//! The rectifier with a slope below 0.

use super::Elementwise;
use crate::simd::Lanes;

/// x < 0 ? slope · x : x, slope ≥ 0 (0.01 as in PyTorch).
#[derive(Clone, Copy, Debug)]
pub struct LeakyRelu;

impl Elementwise for LeakyRelu {
    const NAME: &'static str = "leakyRelu";
    const FROM_OUTPUT: bool = true;
    const PARAMETERS: &'static [(&'static str, f32)] = &[("negativeSlope", 0.01)];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, p: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::select(x.lt(V::zero()), x.mul(V::splat(p[0])), x) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, y: V, p: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::select(y.gt(V::zero()), dy, dy.mul(V::splat(p[0]))) }
    }
}
