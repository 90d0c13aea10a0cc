//! The absolute error.

use super::pointwise::Pointwise;
use super::{About, Labels, Outputs, Targets};
use crate::elementwise::sign::sign;
use crate::simd::Lanes;

/// |z - t|; the derivative where both are equal is 0.
pub struct AbsoluteError;

impl Pointwise for AbsoluteError {
    const ABOUT: About = About {
        name: "absoluteError",
        parameters: &[],
        outputs: Outputs::Numbers,
        targets: Targets::Numbers,
        labels: Labels::None,
    };

    #[inline(always)]
    unsafe fn loss<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { z.sub(t).abs() }
    }

    #[inline(always)]
    unsafe fn gradient<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { sign(z.sub(t)) }
    }
}
