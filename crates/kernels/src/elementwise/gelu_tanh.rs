//! The Gaussian error linear unit, approximated with tanh (Hendrycks and Gimpel 2016).

use super::Elementwise;
use crate::math::tanh;
use crate::simd::Lanes;

/// √(2/π)
const ROOT: f32 = 0.797_884_6;
const CUBIC: f32 = 0.044_715;

/// x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))); 0 at -∞.
#[derive(Clone, Copy, Debug)]
pub struct GeluTanh;

/// √(2/π) · (x + 0.044715 x³)
#[inline(always)]
unsafe fn inner<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { x.mul(x).fma(V::splat(ROOT * CUBIC), V::splat(ROOT)).mul(x) }
}

impl Elementwise for GeluTanh {
    const NAME: &'static str = "geluTanh";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let gate = V::splat(1.0).add(tanh(inner(x))).mul(V::splat(0.5));
            V::select(gate.eq(V::zero()), V::zero(), x.mul(gate))
        }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let one = V::splat(1.0);
            let t = tanh(inner(x));
            let slope = x.mul(x).fma(V::splat(ROOT * CUBIC * 3.0), V::splat(ROOT));
            // (1 + t) / 2 + x / 2 · (1 - t²) · slope
            let bend = V::select(t.abs().eq(one), V::zero(), x.mul(t.fnma(t, one)).mul(slope));
            dy.mul(t.add(one).add(bend).mul(V::splat(0.5)))
        }
    }
}
