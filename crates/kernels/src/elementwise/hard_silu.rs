//! silu with the hard sigmoid, also called hard swish (Howard et al. 2019).

use super::Elementwise;
use crate::simd::Lanes;

/// x · min(max(x + 3, 0), 6) / 6.
#[derive(Clone, Copy, Debug)]
pub struct HardSilu;

impl Elementwise for HardSilu {
    const NAME: &'static str = "hardSilu";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let gate = V::splat(6.0).smaller(V::zero().larger(x.add(V::splat(3.0)))).div(V::splat(6.0));
            V::select(gate.eq(V::zero()), V::zero(), x.mul(gate))
        }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let (three, zero) = (V::splat(3.0), V::zero());
            let inside = dy.mul(x.add(x).add(three).div(V::splat(6.0)));
            let outside = V::select(x.gt(zero), dy, zero);
            V::select(x.abs().lt(three), inside, outside)
        }
    }
}
