//! The sign, softened.

use super::Elementwise;
use crate::simd::Lanes;

/// x / (1 + |x|); ±1 at ±∞.
#[derive(Clone, Copy, Debug)]
pub struct Softsign;

impl Elementwise for Softsign {
    const NAME: &'static str = "softsign";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            // ±1 beyond 2^24, and at the infinities
            let a = V::splat(1e30).smaller(x.abs());
            a.div(a.add(V::splat(1.0))).copysign(x)
        }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let d = x.abs().add(V::splat(1.0));
            dy.div(d.mul(d))
        }
    }
}
