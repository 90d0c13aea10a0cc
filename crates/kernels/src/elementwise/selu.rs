//! The self-normalising exponential linear unit (Klambauer et al. 2017).

use super::Elementwise;
use crate::math::expm1;
use crate::simd::Lanes;

const ALPHA: f32 = 1.673_263_2;
const SCALE: f32 = 1.050_701;

/// scale · (x > 0 ? x : alpha · (e^x - 1)) with the constants of the paper.
#[derive(Clone, Copy, Debug)]
pub struct Selu;

impl Elementwise for Selu {
    const NAME: &'static str = "selu";
    const FROM_OUTPUT: bool = true;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::select(x.gt(V::zero()), x.mul(V::splat(SCALE)), expm1(x).mul(V::splat(SCALE * ALPHA))) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, y: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.mul(V::select(y.gt(V::zero()), V::splat(SCALE), y.add(V::splat(SCALE * ALPHA)))) }
    }
}
