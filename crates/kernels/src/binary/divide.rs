//! A quotient.

use super::Binary;
use crate::simd::Lanes;

/// a / b
#[derive(Clone, Copy, Debug)]
pub struct Divide;

impl Binary for Divide {
    const NAME: &'static str = "divide";

    #[inline(always)]
    unsafe fn forward<V: Lanes>(a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { a.div(b) }
    }

    #[inline(always)]
    unsafe fn gradient_a<V: Lanes>(dy: V, _: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.div(b) }
    }

    #[inline(always)]
    unsafe fn gradient_b<V: Lanes>(dy: V, a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { dy.div(b).mul(a.div(b)).neg() }
    }
}
