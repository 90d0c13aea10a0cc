//! The negative logarithm of the likelihood of counts, from logarithms of rates.

use super::pointwise::Pointwise;
use super::{About, Labels, Outputs, Targets};
use crate::math;
use crate::simd::Lanes;

/// e^z - t · z, without the terms of t alone.
pub struct Poisson;

impl Pointwise for Poisson {
    const ABOUT: About = About {
        name: "poisson",
        parameters: &[],
        outputs: Outputs::Numbers,
        targets: Targets::NotNegative,
        labels: Labels::None,
    };

    #[inline(always)]
    unsafe fn loss<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { t.fnma(z, math::exp(z)) }
    }

    #[inline(always)]
    unsafe fn gradient<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { math::exp(z).sub(t) }
    }
}
