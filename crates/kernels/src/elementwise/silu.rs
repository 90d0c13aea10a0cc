//! The sigmoid-weighted linear unit, also called swish (Elfwing et al. 2017).

use super::Elementwise;
use crate::math::sigmoid;
use crate::simd::Lanes;

/// x · sigmoid(x); 0 at -∞.
#[derive(Clone, Copy, Debug)]
pub struct Silu;

/// x · s, but 0 where s is 0: the limit at -∞.
#[inline(always)]
unsafe fn weighted<V: Lanes>(x: V, s: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { V::select(s.eq(V::zero()), V::zero(), x.mul(s)) }
}

impl Elementwise for Silu {
    const NAME: &'static str = "silu";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { weighted(x, sigmoid(x)) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let s = sigmoid(x);
            // s + x·s·(1 - s)
            dy.mul(weighted(x, s).fma(V::splat(1.0).sub(s), s))
        }
    }
}
