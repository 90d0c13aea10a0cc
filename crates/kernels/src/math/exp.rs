//! e^x and e^x - 1.

use super::horner;
use crate::simd::{Ints, Lanes};

/// Adding it to a small float leaves the nearest integer in the low bits: 1.5 · 2^23.
const MAGIC: f32 = 12_582_912.0;
/// The largest x with a finite e^x.
const LARGEST: f32 = 88.722_83;
/// The smallest x with a normal e^x.
const SMALLEST: f32 = -87.336_54;

/// e^x. Infinite above 88.72283; 0 below -87.33654, where the result would be denormal.
///
/// x = n ln 2 + r with |r| ≤ ln 2 / 2, e^r by a polynomial of degree 6, 2^n added to the exponent
/// (Cody and Waite 1980, chapter 6).
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn exp<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let inside = V::splat(LARGEST).smaller(V::splat(SMALLEST).larger(x));
        let j = inside.fma(V::splat(core::f32::consts::LOG2_E), V::splat(MAGIC));
        let n = j.sub(V::splat(MAGIC));
        // ln 2 in two parts, the first short enough for n · part to be exact
        let r = n.fma(V::splat(-6.931_457_5e-1), inside);
        let r = n.fma(V::splat(-1.428_606_8e-6), r);
        let p = horner(r, [1.378_059_4e-3, 8.373_124_5e-3, 4.166_953_6e-2, 1.666_647_2e-1, 4.999_998_5e-1, 1.0, 1.0]);
        let y = V::from_bits(p.bits().add(j.bits().shl(23)));
        // above the largest (and for NaN) x · MAX is infinite (NaN)
        let y = V::select(V::splat(LARGEST).ge(x), y, x.mul(V::splat(f32::MAX)));
        V::select(x.lt(V::splat(SMALLEST)), V::zero(), y)
    }
}

/// e^x - 1, accurate near 0.
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn expm1<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let q = horner(x, EXPM1);
        // q · x · x, and x + that: the sign of zero is kept by the sign of x
        let near = q.mul(x).fma(x, x).copysign(x);
        V::select(x.abs().lt(V::splat(0.5)), near, exp(x).sub(V::splat(1.0)))
    }
}

/// (e^x - 1 - x) / x² on [-0.5, 0.5], relative error below 1e-8 of e^x - 1.
const EXPM1: [f32; 6] = [1.997_95e-4, 1.398_219_6e-3, 8.333_128e-3, 4.166_579_2e-2, 1.666_666_7e-1, 0.5];
