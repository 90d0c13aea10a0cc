//! The smaller of two numbers.

use super::Binary;
use super::maximum::share;
use crate::simd::Lanes;

/// min(a, b); NaN where either is. At a tie each gets half of the gradient.
#[derive(Clone, Copy, Debug)]
pub struct Minimum;

/// The smaller, or the one that is NaN.
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub(crate) unsafe fn minimum<V: Lanes>(a: V, b: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { V::select(V::mask_or(a.lt(b), V::mask_not(a.eq(a))), a, b) }
}

impl Binary for Minimum {
    const NAME: &'static str = "minimum";

    #[inline(always)]
    unsafe fn forward<V: Lanes>(a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { minimum(a, b) }
    }

    #[inline(always)]
    unsafe fn gradient_a<V: Lanes>(dy: V, a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { share(dy, a.lt(b), a.eq(b)) }
    }

    #[inline(always)]
    unsafe fn gradient_b<V: Lanes>(dy: V, a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { share(dy, b.lt(a), a.eq(b)) }
    }
}
