//! The sine.

use super::Elementwise;
use crate::math::{cos, sin};
use crate::simd::Lanes;

/// sin x.
#[derive(Clone, Copy, Debug)]
pub struct Sin;

impl Elementwise for Sin {
    const NAME: &'static str = "sin";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { sin(x) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.mul(cos(x)) }
    }
}
