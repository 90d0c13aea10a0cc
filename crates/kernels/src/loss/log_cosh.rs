//! The logarithm of the hyperbolic cosine of the error.

use super::pointwise::Pointwise;
use super::{About, Labels, Outputs, Targets};
use crate::math;
use crate::simd::Lanes;

/// ln cosh(z - t): half the square near 0, |z - t| - ln 2 far from it.
pub struct LogCosh;

impl Pointwise for LogCosh {
    const ABOUT: About = About {
        name: "logCosh",
        parameters: &[],
        outputs: Outputs::Numbers,
        targets: Targets::Numbers,
        labels: Labels::None,
    };

    #[inline(always)]
    unsafe fn loss<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            // cosh a = 1 + m² / (2 (m + 1)) with m = e^a - 1: small errors keep all their digits
            let (one, half) = (V::splat(1.0), V::splat(0.5));
            let a = z.sub(t).abs();
            let m = math::expm1(a);
            let near = math::log1p(m.mul(half).mul(m.div(m.add(one))));
            V::select(a.gt(V::splat(16.0)), a.sub(V::splat(core::f32::consts::LN_2)), near)
        }
    }

    #[inline(always)]
    unsafe fn gradient<V: Lanes>(z: V, t: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { math::tanh(z.sub(t)) }
    }
}
