//! The margin loss of support vector machines (Cortes and Vapnik 1995).

use super::pointwise::Pointwise;
use super::{About, Labels, Outputs, Targets};
use crate::simd::Lanes;

/// max(0, 1 - t · z) for t of ±1; the derivative at the corner is 0.
pub struct Hinge;

impl Pointwise for Hinge {
    const ABOUT: About = About {
        name: "hinge",
        parameters: &[],
        outputs: Outputs::Scores,
        targets: Targets::Signs,
        labels: Labels::Binary([-1.0, 1.0]),
    };

    #[inline(always)]
    unsafe fn loss<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::zero().larger(t.fnma(z, V::splat(1.0))) }
    }

    #[inline(always)]
    unsafe fn gradient<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::select(t.fnma(z, V::splat(1.0)).gt(V::zero()), t.neg(), V::zero()) }
    }
}
