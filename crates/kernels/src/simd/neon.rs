//! NEON (every arm64): four registers.

use super::{Ints, Lanes, lane_methods};
use core::arch::aarch64::*;

/// 16 `f32` in four registers.
#[derive(Clone, Copy, Debug)]
pub struct Neon(pub [float32x4_t; 4]);

/// 16 `u32` in four registers.
#[derive(Clone, Copy, Debug)]
pub struct NeonInts(pub [uint32x4_t; 4]);

/// $e for each register
macro_rules! each {
    ($i:ident, $e:expr) => {
        [
            {
                let $i = 0;
                $e
            },
            {
                let $i = 1;
                $e
            },
            {
                let $i = 2;
                $e
            },
            {
                let $i = 3;
                $e
            },
        ]
    };
}

/// All bits of lane i set when i < n.
#[inline(always)]
unsafe fn first(n: usize) -> [uint32x4_t; 4] {
    const INDEX: [u32; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    // SAFETY: the contract of `Lanes`; INDEX has 16 values.
    unsafe {
        let n = vdupq_n_u32(n.min(16) as u32);
        each!(i, vcltq_u32(vld1q_u32(INDEX.as_ptr().add(4 * i)), n))
    }
}

/// a > b ? a : b
#[inline(always)]
unsafe fn larger4(a: float32x4_t, b: float32x4_t) -> float32x4_t {
    // SAFETY: the contract of `Lanes`.
    unsafe { vbslq_f32(vcgtq_f32(a, b), a, b) }
}

impl Lanes for Neon {
    type Mask = [uint32x4_t; 4];
    type Int = NeonInts;

    lane_methods! {
        fn zero() -> Self { Neon([vdupq_n_f32(0.0); 4]) }
        fn splat(x: f32) -> Self { Neon([vdupq_n_f32(x); 4]) }
        fn load(p: *const f32) -> Self { Neon(each!(i, vld1q_f32(p.add(4 * i)))) }
        fn load_first(p: *const f32, n: usize) -> Self {
            let mut whole = [0f32; 16];
            core::ptr::copy_nonoverlapping(p, whole.as_mut_ptr(), n.min(16));
            Neon(each!(i, vld1q_f32(whole.as_ptr().add(4 * i))))
        }
        fn store(self, p: *mut f32) {
            vst1q_f32(p, self.0[0]);
            vst1q_f32(p.add(4), self.0[1]);
            vst1q_f32(p.add(8), self.0[2]);
            vst1q_f32(p.add(12), self.0[3]);
        }
        fn store_first(self, p: *mut f32, n: usize) {
            let mut whole = [0f32; 16];
            self.store(whole.as_mut_ptr());
            core::ptr::copy_nonoverlapping(whole.as_ptr(), p, n.min(16));
        }
        fn load_u8(p: *const u8) -> Self {
            let b = vld1q_u8(p);
            let (l, h) = (vmovl_u8(vget_low_u8(b)), vmovl_high_u8(b));
            Neon([
                vcvtq_f32_u32(vmovl_u16(vget_low_u16(l))),
                vcvtq_f32_u32(vmovl_high_u16(l)),
                vcvtq_f32_u32(vmovl_u16(vget_low_u16(h))),
                vcvtq_f32_u32(vmovl_high_u16(h)),
            ])
        }
        fn load_u8_first(p: *const u8, n: usize) -> Self {
            let mut whole = [0u8; 16];
            core::ptr::copy_nonoverlapping(p, whole.as_mut_ptr(), n.min(16));
            Self::load_u8(whole.as_ptr())
        }
        fn add(self, b: Self) -> Self { Neon(each!(i, vaddq_f32(self.0[i], b.0[i]))) }
        fn sub(self, b: Self) -> Self { Neon(each!(i, vsubq_f32(self.0[i], b.0[i]))) }
        fn mul(self, b: Self) -> Self { Neon(each!(i, vmulq_f32(self.0[i], b.0[i]))) }
        fn div(self, b: Self) -> Self { Neon(each!(i, vdivq_f32(self.0[i], b.0[i]))) }
        fn sqrt(self) -> Self { Neon(each!(i, vsqrtq_f32(self.0[i]))) }
        fn fma(self, b: Self, c: Self) -> Self { Neon(each!(i, vfmaq_f32(c.0[i], self.0[i], b.0[i]))) }
        fn fnma(self, b: Self, c: Self) -> Self { Neon(each!(i, vfmsq_f32(c.0[i], self.0[i], b.0[i]))) }
        fn neg(self) -> Self { Neon(each!(i, vnegq_f32(self.0[i]))) }
        fn abs(self) -> Self { Neon(each!(i, vabsq_f32(self.0[i]))) }
        fn copysign(self, s: Self) -> Self {
            let sign = vdupq_n_u32(1 << 31);
            Neon(each!(i, vbslq_f32(sign, s.0[i], self.0[i])))
        }
        fn larger(self, b: Self) -> Self { Neon(each!(i, larger4(self.0[i], b.0[i]))) }
        fn smaller(self, b: Self) -> Self {
            Neon(each!(i, vbslq_f32(vcltq_f32(self.0[i], b.0[i]), self.0[i], b.0[i])))
        }
        fn keep_first(self, n: usize) -> Self {
            let keep = first(n);
            Neon(each!(i, vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(self.0[i]), keep[i]))))
        }
        fn gt(self, b: Self) -> Self::Mask { each!(i, vcgtq_f32(self.0[i], b.0[i])) }
        fn lt(self, b: Self) -> Self::Mask { each!(i, vcltq_f32(self.0[i], b.0[i])) }
        fn ge(self, b: Self) -> Self::Mask { each!(i, vcgeq_f32(self.0[i], b.0[i])) }
        fn eq(self, b: Self) -> Self::Mask { each!(i, vceqq_f32(self.0[i], b.0[i])) }
        fn select(mask: Self::Mask, a: Self, b: Self) -> Self {
            Neon(each!(i, vbslq_f32(mask[i], a.0[i], b.0[i])))
        }
        fn mask_first(n: usize) -> Self::Mask { first(n) }
        fn mask_and(a: Self::Mask, b: Self::Mask) -> Self::Mask { each!(i, vandq_u32(a[i], b[i])) }
        fn mask_or(a: Self::Mask, b: Self::Mask) -> Self::Mask { each!(i, vorrq_u32(a[i], b[i])) }
        fn mask_not(a: Self::Mask) -> Self::Mask { each!(i, vmvnq_u32(a[i])) }
        fn mask_bits(a: Self::Mask) -> u32 {
            const BITS: [u32; 4] = [1, 2, 4, 8];
            let bits = vld1q_u32(BITS.as_ptr());
            let four = each!(i, vaddvq_u32(vandq_u32(a[i], bits)));
            four[0] | (four[1] << 4) | (four[2] << 8) | (four[3] << 12)
        }
        fn bits(self) -> NeonInts { NeonInts(each!(i, vreinterpretq_u32_f32(self.0[i]))) }
        fn from_bits(b: NeonInts) -> Self { Neon(each!(i, vreinterpretq_f32_u32(b.0[i]))) }
        fn from_i32(b: NeonInts) -> Self { Neon(each!(i, vcvtq_f32_s32(vreinterpretq_s32_u32(b.0[i])))) }
        fn int_lt(a: NeonInts, b: NeonInts) -> Self::Mask { each!(i, vcltq_u32(a.0[i], b.0[i])) }
        fn sum(self) -> f32 {
            let v = vaddq_f32(vaddq_f32(self.0[0], self.0[2]), vaddq_f32(self.0[1], self.0[3]));
            let v = vadd_f32(vget_low_f32(v), vget_high_f32(v));
            vget_lane_f32::<0>(v) + vget_lane_f32::<1>(v)
        }
        fn max(self) -> f32 {
            let v = larger4(larger4(self.0[0], self.0[2]), larger4(self.0[1], self.0[3]));
            let (l, h) = (vget_low_f32(v), vget_high_f32(v));
            let v = vbsl_f32(vcgt_f32(l, h), l, h);
            let (a, b) = (vget_lane_f32::<0>(v), vget_lane_f32::<1>(v));
            if a > b { a } else { b }
        }
    }
}

impl Ints for NeonInts {
    lane_methods! {
        fn splat(x: u32) -> Self { NeonInts([vdupq_n_u32(x); 4]) }
        fn load(p: *const u32) -> Self { NeonInts(each!(i, vld1q_u32(p.add(4 * i)))) }
        fn store(self, p: *mut u32) {
            vst1q_u32(p, self.0[0]);
            vst1q_u32(p.add(4), self.0[1]);
            vst1q_u32(p.add(8), self.0[2]);
            vst1q_u32(p.add(12), self.0[3]);
        }
        fn add(self, b: Self) -> Self { NeonInts(each!(i, vaddq_u32(self.0[i], b.0[i]))) }
        fn sub(self, b: Self) -> Self { NeonInts(each!(i, vsubq_u32(self.0[i], b.0[i]))) }
        fn and(self, b: Self) -> Self { NeonInts(each!(i, vandq_u32(self.0[i], b.0[i]))) }
        fn or(self, b: Self) -> Self { NeonInts(each!(i, vorrq_u32(self.0[i], b.0[i]))) }
        fn xor(self, b: Self) -> Self { NeonInts(each!(i, veorq_u32(self.0[i], b.0[i]))) }
        fn shl(self, n: u32) -> Self {
            let n = vdupq_n_s32(n as i32);
            NeonInts(each!(i, vshlq_u32(self.0[i], n)))
        }
        // a shift to the left by a negative count is a shift to the right
        fn shr(self, n: u32) -> Self {
            let n = vdupq_n_s32(-(n as i32));
            NeonInts(each!(i, vshlq_u32(self.0[i], n)))
        }
        fn sar(self, n: u32) -> Self {
            let n = vdupq_n_s32(-(n as i32));
            NeonInts(each!(i, vreinterpretq_u32_s32(vshlq_s32(vreinterpretq_s32_u32(self.0[i]), n))))
        }
        fn mul_wide(self, b: Self) -> (Self, Self) {
            let low = each!(i, vreinterpretq_u32_u64(vmull_u32(vget_low_u32(self.0[i]), vget_low_u32(b.0[i]))));
            let high = each!(i, vreinterpretq_u32_u64(vmull_high_u32(self.0[i], b.0[i])));
            (NeonInts(each!(i, vuzp2q_u32(low[i], high[i]))), NeonInts(each!(i, vuzp1q_u32(low[i], high[i]))))
        }
    }
}
