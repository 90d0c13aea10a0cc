//! A difference.

use super::Binary;
use crate::simd::Lanes;

/// a - b
#[derive(Clone, Copy, Debug)]
pub struct Subtract;

impl Binary for Subtract {
    const NAME: &'static str = "subtract";

    #[inline(always)]
    unsafe fn forward<V: Lanes>(a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { a.sub(b) }
    }

    #[inline(always)]
    unsafe fn gradient_a<V: Lanes>(dy: V, _: V, _: V) -> V {
        dy
    }

    #[inline(always)]
    unsafe fn gradient_b<V: Lanes>(dy: V, _: V, _: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.neg() }
    }
}
