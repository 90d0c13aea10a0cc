//! Sine and cosine.

use super::horner;
use crate::simd::{Ints, LANES, Lanes};

/// Adding it to a small float leaves the nearest integer in the low bits: 1.5 · 2^23.
const MAGIC: f32 = 12_582_912.0;
/// Up to here three parts of π/2 are enough.
const NEAR: f32 = 65_536.0;
/// The bits of 2/π behind the point.
const TWO_OVER_PI: [u32; 7] =
    [0xa2f9_836e, 0x4e44_1529, 0xfc27_57d1, 0xf534_ddc0, 0xdb62_9599, 0x3c43_9041, 0xfe51_63ab];

/// sin x, ±0 at ±0, NaN at ±∞.
///
/// x = n π/2 + r with |r| a little above π/4 at most. Up to 65,536 by three parts of π/2 and fused multiply-adds (Cody and Waite 1980,
/// chapter 8), beyond by the bits of 2/π that matter (Payne and Hanek 1983), so that it is as exact at the largest number as at the
/// smallest. Polynomials of Moshier's Cephes (`sinf`, `cosf`).
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn sin<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let (r, quadrant) = reduce(x.abs());
        let y = turned(r, quadrant);
        // odd: the sign of x turns that of the sine
        let y = V::from_bits(y.bits().xor(x.bits().and(V::Int::splat(0x8000_0000))));
        finite(x, y)
    }
}

/// cos x, NaN at ±∞; see [`sin`].
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn cos<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let (r, quadrant) = reduce(x.abs());
        finite(x, turned(r, quadrant.add(V::Int::splat(1))))
    }
}

#[inline(always)]
unsafe fn finite<V: Lanes>(x: V, y: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { V::select(x.abs().lt(V::splat(f32::INFINITY)), y, V::splat(f32::NAN)) }
}

/// sin(r + quadrant · π/2)
#[inline(always)]
unsafe fn turned<V: Lanes>(r: V, quadrant: V::Int) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let s = r.mul(r);
        let sine = horner(s, [-1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1]).mul(s).fma(r, r);
        let cosine = horner(s, [2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2]);
        let cosine = cosine.mul(s).fma(s, s.fnma(V::splat(0.5), V::splat(1.0)));
        let even = V::int_lt(quadrant.and(V::Int::splat(1)), V::Int::splat(1));
        let y = V::select(even, sine, cosine);
        V::from_bits(y.bits().xor(quadrant.and(V::Int::splat(2)).shl(30)))
    }
}

/// r and n (its low two bits count) of a = n π/2 + r, for a ≥ 0.
#[inline(always)]
unsafe fn reduce<V: Lanes>(a: V) -> (V, V::Int) {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let j = a.fma(V::splat(core::f32::consts::FRAC_2_PI), V::splat(MAGIC));
        let n = j.sub(V::splat(MAGIC));
        // the first difference is exact: both are multiples of 2^-23 and it is below 1
        let r = n.fnma(V::splat(1.570_796_4), a);
        let r = n.fnma(V::splat(-4.371_139e-8), r);
        let r = n.fnma(V::splat(-1.715_124_5e-15), r);
        let far = V::mask_and(a.gt(V::splat(NEAR)), a.lt(V::splat(f32::INFINITY)));
        if V::mask_bits(far) == 0 {
            return (r, j.bits());
        }
        let (mut x, mut rest, mut whole) = ([0f32; LANES], [0f32; LANES], [0u32; LANES]);
        a.store(x.as_mut_ptr());
        r.store(rest.as_mut_ptr());
        j.bits().store(whole.as_mut_ptr());
        for (i, x) in x.iter().enumerate() {
            if *x > NEAR && *x < f32::INFINITY {
                (rest[i], whole[i]) = reduce_far(*x);
            }
        }
        (V::load(rest.as_ptr()), V::Int::load(whole.as_ptr()))
    }
}

/// [`reduce`] for one large number, in integers: x · 2/π modulo 4 from 96 bits of 2/π, then one product in 64 bits.
fn reduce_far(x: f32) -> (f32, u32) {
    let bits = x.to_bits();
    let mantissa = u128::from(bits & 0x007f_ffff | 0x0080_0000);
    let exponent = (bits >> 23) as i32 - 150;
    // bits of 2/π before this one make multiples of 4
    let skip = (exponent - 2).max(0) as usize;
    let word = |i: usize| u128::from(TWO_OVER_PI[skip / 32 + i]);
    let four = word(0) << 96 | word(1) << 64 | word(2) << 32 | word(3);
    let window = four << (skip % 32) >> 32;
    // now in units of 2^-126
    let turns = (mantissa * window) << (30 + exponent - skip as i32);
    let whole = turns.wrapping_add(1 << 125) >> 126;
    let rest = (turns.wrapping_sub(whole << 126) as i128 >> 64) as i64;
    let r = rest as f64 / (1u64 << 62) as f64 * core::f64::consts::FRAC_PI_2;
    (r as f32, whole as u32)
}
