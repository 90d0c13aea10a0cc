//! A smooth self-gated function (Misra 2019).

use super::Elementwise;
use crate::math::{log1p_exp, sigmoid, tanh};
use crate::simd::Lanes;

/// x · tanh(ln(1 + e^x)); 0 at -∞.
#[derive(Clone, Copy, Debug)]
pub struct Mish;

impl Elementwise for Mish {
    const NAME: &'static str = "mish";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let t = tanh(log1p_exp(x));
            V::select(t.eq(V::zero()), V::zero(), x.mul(t))
        }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let t = tanh(log1p_exp(x));
            // t + x · sigmoid(x) · (1 - t²)
            let inner = x.mul(sigmoid(x)).mul(t.fnma(t, V::splat(1.0))).add(t);
            V::select(t.eq(V::zero()), V::zero(), dy.mul(inner))
        }
    }
}
