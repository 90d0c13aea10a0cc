//! The number with the other sign.

use super::Elementwise;
use crate::simd::Lanes;

/// -x.
#[derive(Clone, Copy, Debug)]
pub struct Negate;

impl Elementwise for Negate {
    const NAME: &'static str = "negate";
    const FROM_OUTPUT: bool = true;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { x.neg() }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, _: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.neg() }
    }
}
