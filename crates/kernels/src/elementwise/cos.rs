//! The cosine.

use super::Elementwise;
use crate::math::{cos, sin};
use crate::simd::Lanes;

/// cos x.
#[derive(Clone, Copy, Debug)]
pub struct Cos;

impl Elementwise for Cos {
    const NAME: &'static str = "cos";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { cos(x) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.mul(sin(x)).neg() }
    }
}
