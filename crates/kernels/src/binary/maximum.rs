//! The larger of two numbers.

use super::Binary;
use crate::simd::Lanes;

/// max(a, b); NaN where either is. At a tie each gets half of the gradient.
#[derive(Clone, Copy, Debug)]
pub struct Maximum;

/// dy where `a` wins, half of it at a tie.
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub(super) unsafe fn share<V: Lanes>(dy: V, wins: V::Mask, tie: V::Mask) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { V::select(wins, dy, V::select(tie, dy.mul(V::splat(0.5)), V::zero())) }
}

/// The larger, or the one that is NaN.
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub(crate) unsafe fn maximum<V: Lanes>(a: V, b: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { V::select(V::mask_or(a.gt(b), V::mask_not(a.eq(a))), a, b) }
}

impl Binary for Maximum {
    const NAME: &'static str = "maximum";

    #[inline(always)]
    unsafe fn forward<V: Lanes>(a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { maximum(a, b) }
    }

    #[inline(always)]
    unsafe fn gradient_a<V: Lanes>(dy: V, a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { share(dy, a.gt(b), a.eq(b)) }
    }

    #[inline(always)]
    unsafe fn gradient_b<V: Lanes>(dy: V, a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { share(dy, b.gt(a), a.eq(b)) }
    }
}
