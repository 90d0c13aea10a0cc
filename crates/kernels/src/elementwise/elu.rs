//! The exponential linear unit (Clevert et al. 2015).

use super::Elementwise;
use crate::math::expm1;
use crate::simd::Lanes;

/// x > 0 ? x : alpha · (e^x - 1), alpha ≥ 0.
#[derive(Clone, Copy, Debug)]
pub struct Elu;

impl Elementwise for Elu {
    const NAME: &'static str = "elu";
    const FROM_OUTPUT: bool = true;
    const PARAMETERS: &'static [(&'static str, f32)] = &[("alpha", 1.0)];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, p: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::select(x.gt(V::zero()), x, expm1(x).mul(V::splat(p[0]))) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, y: V, p: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::select(y.gt(V::zero()), dy, dy.mul(y.add(V::splat(p[0])))) }
    }
}
