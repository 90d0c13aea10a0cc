//! ln x and ln(1 + x).

use super::horner;
use crate::simd::{Ints, Lanes};

/// The natural logarithm: -∞ at ±0, NaN below 0, ∞ at ∞; denormals as exactly as other numbers.
///
/// x = 2^e · m with m in [√½, √2), ln m by a polynomial in m - 1 (Moshier's Cephes, `logf`).
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn log<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        // √½, the least mantissa
        const LEAST: u32 = 0x3f35_04f3;
        let denormal = x.lt(V::splat(f32::MIN_POSITIVE));
        let normal = V::select(denormal, x.mul(V::splat(8_388_608.0)), x);
        let t = normal.bits().sub(V::Int::splat(LEAST));
        let e = V::from_i32(t.sar(23)).sub(V::select(denormal, V::splat(23.0), V::zero()));
        let f = V::from_bits(t.and(V::Int::splat(0x007f_ffff)).add(V::Int::splat(LEAST))).sub(V::splat(1.0));
        let p = horner(
            f,
            [
                7.037_683_6e-2,
                -1.151_461e-1,
                1.167_699_9e-1,
                -1.242_014_1e-1,
                1.424_932_3e-1,
                -1.666_805_8e-1,
                2.000_071_5e-1,
                -2.499_999_4e-1,
                3.333_333e-1,
            ],
        );
        let s = f.mul(f);
        let y = p.mul(f).mul(s);
        let y = e.fma(V::splat(-2.121_944_4e-4), y);
        let y = s.fma(V::splat(-0.5), y);
        let y = e.fma(V::splat(0.693_359_4), f.add(y));
        let y = V::select(x.lt(V::splat(f32::INFINITY)), y, x);
        let other = V::select(x.eq(V::zero()), V::splat(f32::NEG_INFINITY), V::splat(f32::NAN));
        V::select(x.gt(V::zero()), y, other)
    }
}

/// ln(1 + x), accurate near 0: -∞ at -1, NaN below.
///
/// The rounding of 1 + x is made good by the first term of the series (Higham 2002, section 1.14).
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn log1p<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let one = V::splat(1.0);
        let u = x.add(one);
        let lost = x.sub(u.sub(one)).div(u);
        let y = log(u);
        // at -1 and ∞ what was lost is 0/0 and ∞/∞
        let regular = V::mask_and(u.gt(V::zero()), u.lt(V::splat(f32::INFINITY)));
        V::select(regular, y.add(lost), y).copysign(x)
    }
}
