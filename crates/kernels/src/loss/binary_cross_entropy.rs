//! The cross entropy of independent yes-or-no outputs, from logits.

use super::pointwise::Pointwise;
use super::{About, Labels, Outputs, Targets};
use crate::math;
use crate::simd::Lanes;

/// ln(1 + e^z) - z · t as max(z, 0) - z · t + ln(1 + e^-|z|): neither overflows nor loses small losses. The gradient is sigmoid(z) - t.
pub struct BinaryCrossEntropy;

impl Pointwise for BinaryCrossEntropy {
    const ABOUT: About = About {
        name: "binaryCrossEntropy",
        parameters: &[],
        outputs: Outputs::Decisions,
        targets: Targets::Probabilities,
        labels: Labels::Binary([0.0, 1.0]),
    };

    #[inline(always)]
    unsafe fn loss<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let rest = math::log1p(math::exp(z.abs().neg()));
            V::zero().larger(z).sub(z.mul(t)).add(rest)
        }
    }

    #[inline(always)]
    unsafe fn gradient<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { math::sigmoid(z).sub(t) }
    }
}
