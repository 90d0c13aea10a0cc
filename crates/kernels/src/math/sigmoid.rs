//! The logistic function and its logarithm's kin.

use super::{exp, log1p};
use crate::simd::Lanes;

/// 1 / (1 + e^-x); 0 below -88.72283, 1 at ∞.
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn sigmoid<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let one = V::splat(1.0);
        one.div(one.add(exp(x.neg())))
    }
}

/// ln(1 + e^x), also called softplus, without overflow: max(x, 0) + ln(1 + e^-|x|).
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn log1p_exp<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { V::zero().larger(x).add(log1p(exp(x.abs().neg()))) }
}
