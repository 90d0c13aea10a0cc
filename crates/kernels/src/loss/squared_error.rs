//! The squared error.

use super::pointwise::Pointwise;
use super::{About, Labels, Outputs, Targets};
use crate::simd::Lanes;

/// (z - t)²
pub struct SquaredError;

impl Pointwise for SquaredError {
    const ABOUT: About = About {
        name: "squaredError",
        parameters: &[],
        outputs: Outputs::Numbers,
        targets: Targets::Numbers,
        labels: Labels::None,
    };

    #[inline(always)]
    unsafe fn loss<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let e = z.sub(t);
            e.mul(e)
        }
    }

    #[inline(always)]
    unsafe fn gradient<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let e = z.sub(t);
            e.add(e)
        }
    }
}
