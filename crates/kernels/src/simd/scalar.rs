//! Plain Rust: the reference for all others, and what a machine without FMA runs.

use super::{Ints, LANES, Lanes};

/// 16 `f32` in an array.
#[derive(Clone, Copy, Debug)]
pub struct Scalar(pub [f32; LANES]);

/// 16 `u32` in an array.
#[derive(Clone, Copy, Debug)]
pub struct ScalarInts(pub [u32; LANES]);

/// a · b + c rounded once, without FMA hardware.
///
/// The product of two `f32` is exact in `f64`. The sum is rounded to odd (of the two neighbours of the exact value the one
/// with an odd last bit), which makes the final narrowing the only rounding that counts (Boldo and Melquiond 2008).
/// An `f64` sum rounded to nearest would round twice.
#[inline(always)]
pub(crate) fn fused(a: f32, b: f32, c: f32) -> f32 {
    let (p, c) = (f64::from(a) * f64::from(b), f64::from(c));
    let s = p + c;
    let t = s - p;
    // the exact error of the sum (2Sum); NaN when s is not finite, and then there is nothing to mend
    let e = (p - (s - t)) + (c - t);
    let bits = s.to_bits();
    // s is odd already, or exact, or a step away from zero (up in magnitude) or towards it
    let up = (e > 0.0) == (s > 0.0);
    let odd = if up { bits.wrapping_add(1) } else { bits.wrapping_sub(1) };
    let mend = e != 0.0 && bits & 1 == 0 && s.abs() < f64::INFINITY;
    (if mend { f64::from_bits(odd) } else { s }) as f32
}

/// [`fused`] for 16 lanes. A call, for it is some hundred instructions: inlined everywhere they were a quarter of the addon.
#[inline(never)]
fn fused_lanes(a: &[f32; LANES], b: &[f32; LANES], c: &[f32; LANES]) -> [f32; LANES] {
    core::array::from_fn(|i| fused(a[i], b[i], c[i]))
}

#[inline(always)]
fn map(a: [f32; LANES], f: impl Fn(f32) -> f32) -> Scalar {
    Scalar(core::array::from_fn(|i| f(a[i])))
}
#[inline(always)]
fn zip(a: Scalar, b: Scalar, f: impl Fn(f32, f32) -> f32) -> Scalar {
    Scalar(core::array::from_fn(|i| f(a.0[i], b.0[i])))
}
#[inline(always)]
fn compare(a: Scalar, b: Scalar, f: impl Fn(f32, f32) -> bool) -> [bool; LANES] {
    core::array::from_fn(|i| f(a.0[i], b.0[i]))
}
#[inline(always)]
fn izip(a: ScalarInts, b: ScalarInts, f: impl Fn(u32, u32) -> u32) -> ScalarInts {
    ScalarInts(core::array::from_fn(|i| f(a.0[i], b.0[i])))
}
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}
#[inline(always)]
fn tree(mut v: [f32; LANES], f: impl Fn(f32, f32) -> f32) -> f32 {
    for half in [8, 4, 2, 1] {
        for i in 0..half {
            v[i] = f(v[i], v[i + half]);
        }
    }
    v[0]
}

macro_rules! plain_methods {
    ($( fn $name:ident ( $($args:tt)* ) $(-> $ret:ty)? $body:block )*) => {
        $( #[inline(always)] unsafe fn $name($($args)*) $(-> $ret)? $body )*
    }
}

impl Lanes for Scalar {
    type Mask = [bool; LANES];
    type Int = ScalarInts;

    plain_methods! {
        fn zero() -> Self { Scalar([0.0; LANES]) }
        fn splat(x: f32) -> Self { Scalar([x; LANES]) }
        fn add(self, b: Self) -> Self { zip(self, b, |a, b| a + b) }
        fn sub(self, b: Self) -> Self { zip(self, b, |a, b| a - b) }
        fn mul(self, b: Self) -> Self { zip(self, b, |a, b| a * b) }
        fn div(self, b: Self) -> Self { zip(self, b, |a, b| a / b) }
        fn sqrt(self) -> Self { map(self.0, f32::sqrt) }
        fn fma(self, b: Self, c: Self) -> Self { Scalar(fused_lanes(&self.0, &b.0, &c.0)) }
        fn fnma(self, b: Self, c: Self) -> Self { Scalar(fused_lanes(&self.0.map(|a| -a), &b.0, &c.0)) }
        fn neg(self) -> Self { map(self.0, |a| -a) }
        fn abs(self) -> Self { map(self.0, f32::abs) }
        fn copysign(self, s: Self) -> Self { zip(self, s, f32::copysign) }
        fn larger(self, b: Self) -> Self { zip(self, b, larger) }
        fn smaller(self, b: Self) -> Self { zip(self, b, |a, b| if a < b { a } else { b }) }
        fn keep_first(self, n: usize) -> Self {
            Scalar(core::array::from_fn(|i| if i < n { self.0[i] } else { 0.0 }))
        }
        fn gt(self, b: Self) -> Self::Mask { compare(self, b, |a, b| a > b) }
        fn lt(self, b: Self) -> Self::Mask { compare(self, b, |a, b| a < b) }
        fn ge(self, b: Self) -> Self::Mask { compare(self, b, |a, b| a >= b) }
        fn eq(self, b: Self) -> Self::Mask { compare(self, b, |a, b| a == b) }
        fn select(mask: Self::Mask, a: Self, b: Self) -> Self {
            Scalar(core::array::from_fn(|i| if mask[i] { a.0[i] } else { b.0[i] }))
        }
        fn mask_first(n: usize) -> Self::Mask { core::array::from_fn(|i| i < n) }
        fn mask_and(a: Self::Mask, b: Self::Mask) -> Self::Mask { core::array::from_fn(|i| a[i] & b[i]) }
        fn mask_or(a: Self::Mask, b: Self::Mask) -> Self::Mask { core::array::from_fn(|i| a[i] | b[i]) }
        fn mask_not(a: Self::Mask) -> Self::Mask { a.map(|a| !a) }
        fn mask_bits(a: Self::Mask) -> u32 { (0..LANES).fold(0, |bits, i| bits | (u32::from(a[i]) << i)) }
        fn bits(self) -> ScalarInts { ScalarInts(self.0.map(f32::to_bits)) }
        fn from_bits(b: ScalarInts) -> Self { Scalar(b.0.map(f32::from_bits)) }
        fn from_i32(b: ScalarInts) -> Self { Scalar(b.0.map(|b| b as i32 as f32)) }
        fn int_lt(a: ScalarInts, b: ScalarInts) -> Self::Mask { core::array::from_fn(|i| a.0[i] < b.0[i]) }
        fn sum(self) -> f32 { tree(self.0, |a, b| a + b) }
        fn max(self) -> f32 { tree(self.0, larger) }
    }

    #[inline(always)]
    unsafe fn load(p: *const f32) -> Self {
        // SAFETY: the contract of `Lanes`: 16 readable values, any alignment.
        Scalar(unsafe { p.cast::<[f32; LANES]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn load_first(p: *const f32, n: usize) -> Self {
        // SAFETY: only the first n values are read.
        Scalar(core::array::from_fn(|i| if i < n { unsafe { p.add(i).read_unaligned() } } else { 0.0 }))
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut f32) {
        // SAFETY: the contract of `Lanes`: 16 writable values, any alignment.
        unsafe { p.cast::<[f32; LANES]>().write_unaligned(self.0) }
    }
    #[inline(always)]
    unsafe fn store_first(self, p: *mut f32, n: usize) {
        for (i, x) in self.0.iter().take(n).enumerate() {
            // SAFETY: only the first n values are written.
            unsafe { p.add(i).write_unaligned(*x) }
        }
    }
    #[inline(always)]
    unsafe fn load_u8(p: *const u8) -> Self {
        // SAFETY: the contract of `Lanes`: 16 readable bytes.
        Scalar(unsafe { p.cast::<[u8; LANES]>().read() }.map(f32::from))
    }
    #[inline(always)]
    unsafe fn load_u8_first(p: *const u8, n: usize) -> Self {
        // SAFETY: only the first n bytes are read.
        Scalar(core::array::from_fn(|i| if i < n { f32::from(unsafe { *p.add(i) }) } else { 0.0 }))
    }
}

impl Ints for ScalarInts {
    plain_methods! {
        fn splat(x: u32) -> Self { ScalarInts([x; LANES]) }
        fn add(self, b: Self) -> Self { izip(self, b, u32::wrapping_add) }
        fn sub(self, b: Self) -> Self { izip(self, b, u32::wrapping_sub) }
        fn and(self, b: Self) -> Self { izip(self, b, |a, b| a & b) }
        fn or(self, b: Self) -> Self { izip(self, b, |a, b| a | b) }
        fn xor(self, b: Self) -> Self { izip(self, b, |a, b| a ^ b) }
        fn shl(self, n: u32) -> Self { ScalarInts(self.0.map(|a| a << n)) }
        fn shr(self, n: u32) -> Self { ScalarInts(self.0.map(|a| a >> n)) }
        fn sar(self, n: u32) -> Self { ScalarInts(self.0.map(|a| (a as i32 >> n) as u32)) }
        fn mul_wide(self, b: Self) -> (Self, Self) {
            (
                izip(self, b, |a, b| ((u64::from(a) * u64::from(b)) >> 32) as u32),
                izip(self, b, u32::wrapping_mul),
            )
        }
    }

    #[inline(always)]
    unsafe fn load(p: *const u32) -> Self {
        // SAFETY: the contract of `Lanes`: 16 readable values, any alignment.
        ScalarInts(unsafe { p.cast::<[u32; LANES]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut u32) {
        // SAFETY: the contract of `Lanes`: 16 writable values, any alignment.
        unsafe { p.cast::<[u32; LANES]>().write_unaligned(self.0) }
    }
}
