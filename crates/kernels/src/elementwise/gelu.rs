//! The Gaussian error linear unit, exact (Hendrycks and Gimpel 2016).

use super::Elementwise;
use crate::math::{bell, normal};
use crate::simd::Lanes;

/// x · Φ(x) with the distribution function Φ of the normal distribution, x / 2 · (1 + erf(x / √2)); 0 at -∞.
#[derive(Clone, Copy, Debug)]
pub struct Gelu;

/// x · p, but 0 where p is 0: the limit at ±∞.
#[inline(always)]
unsafe fn weighted<V: Lanes>(x: V, p: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { V::select(p.eq(V::zero()), V::zero(), x.mul(p)) }
}

impl Elementwise for Gelu {
    const NAME: &'static str = "gelu";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { weighted(x, normal(x)) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            // Φ + x · φ
            let density = bell(x).mul(V::splat(0.398_942_3));
            dy.mul(normal(x).add(weighted(x, density)))
        }
    }
}
