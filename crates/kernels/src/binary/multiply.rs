//! A product.

use super::Binary;
use crate::simd::Lanes;

/// a · b
#[derive(Clone, Copy, Debug)]
pub struct Multiply;

impl Binary for Multiply {
    const NAME: &'static str = "multiply";

    #[inline(always)]
    unsafe fn forward<V: Lanes>(a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { a.mul(b) }
    }

    #[inline(always)]
    unsafe fn gradient_a<V: Lanes>(dy: V, _: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.mul(b) }
    }

    #[inline(always)]
    unsafe fn gradient_b<V: Lanes>(dy: V, a: V, _: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.mul(a) }
    }
}
