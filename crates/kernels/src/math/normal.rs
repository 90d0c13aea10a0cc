//! The normal distribution.

use super::{exp, horner};
use crate::simd::Lanes;

/// e^(-x² / 2), with x² in two parts so that its rounding does not grow; 0 beyond 13.2, where the result would be denormal.
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn bell<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        // beyond it is 0, and x² stays finite
        let x = V::splat(16.0).smaller(x.abs());
        let square = x.mul(x);
        // x² - square
        let lost = x.fma(x, square.neg());
        let half = V::splat(0.5);
        let y = exp(square.mul(half).neg());
        y.mul(half).fnma(lost, y)
    }
}

/// (1 + erf(x / √2)) / 2, the distribution function of the normal distribution: 0 at -∞, ½ at 0, 1 at ∞; small values at negative x are as
/// exact as others. NaN gives NaN.
///
/// e^(x² / 2) times the tail beyond |x| is smooth: (1 + |x|) times it is a polynomial of degree 9 in (|x| - 3.5) / (|x| + 3.5), to 1.5e-8
/// (the substitution is that of Shepherd and Laframboise 1981 for erfc). Below 0.75 an odd polynomial around ½.
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn normal<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let (one, middle) = (V::splat(1.0), V::splat(3.5));
        // NaN is kept: `smaller` gives its second operand
        let a = V::splat(16.0).smaller(x.abs());
        let q = a.sub(middle).div(a.add(middle));
        let tail = horner(q, TAIL).div(a.add(one)).mul(bell(x));
        let far = V::select(x.gt(V::zero()), one.sub(tail), tail);
        let near = horner(x.mul(x), NEAR).fma(x, V::splat(0.5));
        V::select(a.lt(V::splat(0.75)), near, far)
    }
}

/// (normal(x) - ½) / x in x², for |x| up to 0.8, to 5e-9.
const NEAR: [f32; 5] = [1.013_345e-4, -1.179_586_6e-3, 9.971_797e-3, -6.649_024e-2, 3.989_423e-1];

/// (1 + a) · e^(a² / 2) · (1 - normal(a)) for a in [0, 14.5], fitted to the least largest relative error.
const TAIL: [f32; 10] = [
    1.464_617_1e-4,
    9.322_878e-5,
    -1.388_595_8e-3,
    2.954_198e-4,
    1.037_224e-2,
    -3.026_333_5e-2,
    3.804_838e-2,
    7.873_864e-4,
    -9.771_259e-2,
    4.785_532e-1,
];
