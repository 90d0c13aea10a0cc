//! The cross entropy of independent yes-or-no outputs, from logits.

use super::pointwise::Pointwise;
use crate::math;
use crate::simd::Lanes;

/// max(z, 0) - z · t + ln(1 + e^-|z|): neither overflows nor loses small losses.
pub(super) struct BinaryCrossEntropy;

impl Pointwise for BinaryCrossEntropy {
    #[inline(always)]
    unsafe fn loss<V: Lanes>(z: V, t: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let rest = math::log1p(math::exp(z.abs().neg()));
            V::zero().larger(z).sub(z.mul(t)).add(rest)
        }
    }

    #[inline(always)]
    unsafe fn gradient<V: Lanes>(z: V, t: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { math::sigmoid(z).sub(t) }
    }
}
