//! The smooth rectifier.

use super::Elementwise;
use crate::math::{log1p_exp, sigmoid};
use crate::simd::Lanes;

/// ln(1 + e^x).
#[derive(Clone, Copy, Debug)]
pub struct Softplus;

impl Elementwise for Softplus {
    const NAME: &'static str = "softplus";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { log1p_exp(x) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.mul(sigmoid(x)) }
    }
}
