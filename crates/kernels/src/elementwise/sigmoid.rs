//! The logistic function.

use super::Elementwise;
use crate::math::sigmoid;
use crate::simd::Lanes;

/// 1 / (1 + e^-x).
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

impl Elementwise for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const FROM_OUTPUT: bool = true;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { sigmoid(x) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, y: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.mul(y.fnma(y, y)) }
    }
}
