//! The square.

use super::Elementwise;
use crate::simd::Lanes;

/// x².
#[derive(Clone, Copy, Debug)]
pub struct Square;

impl Elementwise for Square {
    const NAME: &'static str = "square";
    const FROM_OUTPUT: bool = false;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { x.mul(x) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(dy: V, x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.mul(x.add(x)) }
    }
}
