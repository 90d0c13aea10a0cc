//! Squared near the target, absolute far from it (Huber 1964).

use super::pointwise::Pointwise;
use super::{About, Labels, Outputs, Targets};
use crate::simd::Lanes;

/// e² / 2 where |e| < delta, else delta · (|e| - delta / 2), with e = z - t.
pub struct Huber;

impl Pointwise for Huber {
    const ABOUT: About = About {
        name: "huber",
        parameters: &[("delta", 1.0)],
        outputs: Outputs::Numbers,
        targets: Targets::Numbers,
        labels: Labels::None,
    };

    #[inline(always)]
    unsafe fn loss<V: Lanes>(z: V, t: V, p: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let (delta, e) = (V::splat(p[0]), z.sub(t).abs());
            let half = V::splat(0.5);
            let near = e.mul(e).mul(half);
            V::select(e.lt(delta), near, delta.mul(delta.fnma(half, e)))
        }
    }

    #[inline(always)]
    unsafe fn gradient<V: Lanes>(z: V, t: V, p: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            // e kept within ±delta; NaN stays
            let delta = V::splat(p[0]);
            delta.neg().larger(delta.smaller(z.sub(t)))
        }
    }
}
