//! A sum.

use super::Binary;
use crate::simd::Lanes;

/// a + b
#[derive(Clone, Copy, Debug)]
pub struct Add;

impl Binary for Add {
    const NAME: &'static str = "add";

    #[inline(always)]
    unsafe fn forward<V: Lanes>(a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { a.add(b) }
    }

    #[inline(always)]
    unsafe fn gradient_a<V: Lanes>(dy: V, _: V, _: V) -> V {
        dy
    }

    #[inline(always)]
    unsafe fn gradient_b<V: Lanes>(dy: V, _: V, _: V) -> V {
        dy
    }
}
