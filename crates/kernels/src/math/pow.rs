//! x to the power of y.

use super::{exp, horner};
use crate::simd::{Ints, Lanes};

/// Above it every float is a whole number; added to a smaller one, it rounds that to a whole number.
const WHOLE: f32 = 8_388_608.0;

/// x^y as C has it: 1 for y = 0 and for x = 1, NaN for x < 0 unless y is a whole number.
///
/// exp(y ln |x|) with ln |x| and the product in two parts each, so that large exponents cost no accuracy (Dekker 1971).
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn pow<V: Lanes>(x: V, y: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let (zero, one, infinity) = (V::zero(), V::splat(1.0), V::splat(f32::INFINITY));
        let size = x.abs();
        let (high, low) = log_in_two(size);
        let product = high.mul(y);
        let rest = low.fma(y, high.fma(y, product.neg()));
        // e^±200 is ∞ or 0, and what is left of a product that large is no number
        let inside = product.abs().lt(V::splat(200.0));
        let product = V::splat(200.0).smaller(V::splat(-200.0).larger(product));
        // at the ends twice e^(x - ln 2) or half of e^(x + ln 2), for e^x alone may be ∞ or 0 where the rest makes it a number
        let end = product.abs().gt(V::splat(87.0));
        let shift = V::select(end, V::splat(0.693_359_4).copysign(product), zero);
        let lost = V::select(end, V::splat(2.121_944_4e-4).copysign(product), zero);
        let factor = V::select(end, V::select(product.lt(zero), V::splat(0.5), V::splat(2.0)), one);
        let rest = V::select(inside, rest, zero).add(lost);
        let e = exp(product.sub(shift));
        let e = V::select(e.lt(infinity), e.fma(rest.fma(rest.mul(V::splat(0.5)), rest), e), e);
        let mut power = e.mul(factor);
        let negative = y.lt(zero);
        power = V::select(size.eq(zero), V::select(negative, infinity, zero), power);
        power = V::select(size.eq(infinity), V::select(negative, zero, infinity), power);
        let exponent = y.abs();
        power = V::select(V::mask_and(size.eq(one), exponent.eq(infinity)), one, power);
        // below zero
        let whole = is_whole(exponent);
        let odd = V::mask_and(whole, V::mask_not(is_whole(exponent.mul(V::splat(0.5)))));
        power = V::select(odd, power.copysign(x), power);
        let undefined = V::mask_and(V::mask_and(x.lt(zero), size.lt(infinity)), V::mask_not(whole));
        power = V::select(undefined, V::splat(f32::NAN), power);
        power = V::select(V::mask_and(x.eq(x), y.eq(y)), power, V::splat(f32::NAN));
        V::select(V::mask_or(y.eq(zero), x.eq(one)), one, power)
    }
}

#[inline(always)]
unsafe fn is_whole<V: Lanes>(x: V) -> V::Mask {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let rounded = x.add(V::splat(WHOLE)).sub(V::splat(WHOLE));
        V::mask_or(x.ge(V::splat(WHOLE)), rounded.eq(x))
    }
}

/// a + b, and what rounding lost.
#[inline(always)]
unsafe fn two_sum<V: Lanes>(a: V, b: V) -> (V, V) {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let sum = a.add(b);
        let part = sum.sub(a);
        (sum, a.sub(sum.sub(part)).add(b.sub(part)))
    }
}

/// ln x for x > 0 as a sum of two floats, to some 2^-33 of it.
#[inline(always)]
unsafe fn log_in_two<V: Lanes>(x: V) -> (V, V) {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        // x = 2^e · m, m in [√½, √2)
        const LEAST: u32 = 0x3f35_04f3;
        let one = V::splat(1.0);
        let denormal = x.lt(V::splat(f32::MIN_POSITIVE));
        let normal = V::select(denormal, x.mul(V::splat(8_388_608.0)), x);
        let t = normal.bits().sub(V::Int::splat(LEAST));
        let e = V::from_i32(t.sar(23)).sub(V::select(denormal, V::splat(23.0), V::zero()));
        let m = V::from_bits(t.and(V::Int::splat(0x007f_ffff)).add(V::Int::splat(LEAST)));
        // ln m = 2 (s + s³/3 + s⁵/5 + …), s = (m - 1) / (m + 1) in two parts
        let f = m.sub(one);
        let d = m.add(one);
        let lost = m.sub(d.sub(one));
        let s = f.div(d);
        let s_low = s.fnma(lost, s.fnma(d, f)).div(d);
        let square = s.mul(s);
        let square_low = s.add(s).fma(s_low, s.fma(s, square.neg()));
        let tail = horner(square, [2.0 / 11.0, 2.0 / 9.0, 2.0 / 7.0, 0.4]);
        let (q, q_low) = two_sum(V::splat(2.0 / 3.0), tail.mul(square));
        let q_low = q_low.add(V::splat(-1.986_821_5e-8));
        // s² q, then times s
        let r = square.mul(q);
        let r_low = square.fma(q_low, square_low.fma(q, square.fma(q, r.neg())));
        let c = r.mul(s);
        let c_low = r.fma(s_low, r_low.fma(s, r.fma(s, c.neg())));
        // e ln 2: the first part is short enough to be exact
        let (h, l1) = two_sum(e.mul(V::splat(0.693_359_4)), s.add(s));
        let (h, l2) = two_sum(h, c);
        let low = e.fma(V::splat(-2.121_944_4e-4), l1.add(l2).add(s_low.add(s_low)).add(c_low));
        let high = h.add(low);
        (high, h.sub(high).add(low))
    }
}
