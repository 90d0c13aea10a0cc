//! AVX2 with FMA: two registers.

use super::{Ints, Lanes, lane_methods};
use core::arch::x86_64::*;

/// 16 `f32` in two registers.
#[derive(Clone, Copy, Debug)]
pub struct Avx2(pub [__m256; 2]);

/// 16 `u32` in two registers.
#[derive(Clone, Copy, Debug)]
pub struct Avx2Ints(pub [__m256i; 2]);

/// All bits of lane i set when i < n - from.
#[inline(always)]
unsafe fn first(n: usize, from: usize) -> __m256i {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let n = n.min(16) as i32 - from as i32;
        _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
    }
}

/// $e for each register
macro_rules! both {
    ($kind:ident, $i:ident, $e:expr) => {
        $kind([
            {
                let $i = 0;
                $e
            },
            {
                let $i = 1;
                $e
            },
        ])
    };
}

/// The eight bytes at `p` as floats.
#[inline(always)]
unsafe fn widen(p: *const u8) -> __m256 {
    // SAFETY: the contract of `Lanes`; eight bytes are readable.
    unsafe { _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(p.cast()))) }
}

impl Lanes for Avx2 {
    type Mask = [__m256; 2];
    type Int = Avx2Ints;

    lane_methods! {
        fn zero() -> Self { Avx2([_mm256_setzero_ps(); 2]) }
        fn splat(x: f32) -> Self { Avx2([_mm256_set1_ps(x); 2]) }
        fn load(p: *const f32) -> Self { both!(Avx2, i, _mm256_loadu_ps(p.add(8 * i))) }
        fn load_first(p: *const f32, n: usize) -> Self {
            both!(Avx2, i, _mm256_maskload_ps(p.wrapping_add(8 * i), first(n, 8 * i)))
        }
        fn store(self, p: *mut f32) {
            _mm256_storeu_ps(p, self.0[0]);
            _mm256_storeu_ps(p.add(8), self.0[1]);
        }
        fn store_first(self, p: *mut f32, n: usize) {
            _mm256_maskstore_ps(p, first(n, 0), self.0[0]);
            _mm256_maskstore_ps(p.wrapping_add(8), first(n, 8), self.0[1]);
        }
        fn load_u8(p: *const u8) -> Self { both!(Avx2, i, widen(p.add(8 * i))) }
        fn load_u8_first(p: *const u8, n: usize) -> Self {
            let mut bytes = [0u8; 16];
            core::ptr::copy_nonoverlapping(p, bytes.as_mut_ptr(), n.min(16));
            both!(Avx2, i, widen(bytes.as_ptr().add(8 * i)))
        }
        fn add(self, b: Self) -> Self { both!(Avx2, i, _mm256_add_ps(self.0[i], b.0[i])) }
        fn sub(self, b: Self) -> Self { both!(Avx2, i, _mm256_sub_ps(self.0[i], b.0[i])) }
        fn mul(self, b: Self) -> Self { both!(Avx2, i, _mm256_mul_ps(self.0[i], b.0[i])) }
        fn div(self, b: Self) -> Self { both!(Avx2, i, _mm256_div_ps(self.0[i], b.0[i])) }
        fn sqrt(self) -> Self { both!(Avx2, i, _mm256_sqrt_ps(self.0[i])) }
        fn fma(self, b: Self, c: Self) -> Self { both!(Avx2, i, _mm256_fmadd_ps(self.0[i], b.0[i], c.0[i])) }
        fn fnma(self, b: Self, c: Self) -> Self { both!(Avx2, i, _mm256_fnmadd_ps(self.0[i], b.0[i], c.0[i])) }
        fn neg(self) -> Self { both!(Avx2, i, _mm256_xor_ps(self.0[i], _mm256_set1_ps(-0.0))) }
        fn abs(self) -> Self { both!(Avx2, i, _mm256_andnot_ps(_mm256_set1_ps(-0.0), self.0[i])) }
        fn copysign(self, s: Self) -> Self {
            let sign = _mm256_set1_ps(-0.0);
            both!(Avx2, i, _mm256_or_ps(_mm256_andnot_ps(sign, self.0[i]), _mm256_and_ps(sign, s.0[i])))
        }
        // x86 max and min return the second operand on NaN and on equal zeros, which is the definition
        fn larger(self, b: Self) -> Self { both!(Avx2, i, _mm256_max_ps(self.0[i], b.0[i])) }
        fn smaller(self, b: Self) -> Self { both!(Avx2, i, _mm256_min_ps(self.0[i], b.0[i])) }
        fn keep_first(self, n: usize) -> Self {
            both!(Avx2, i, _mm256_and_ps(self.0[i], _mm256_castsi256_ps(first(n, 8 * i))))
        }
        fn gt(self, b: Self) -> Self::Mask { both!(Avx2, i, _mm256_cmp_ps::<_CMP_GT_OQ>(self.0[i], b.0[i])).0 }
        fn lt(self, b: Self) -> Self::Mask { both!(Avx2, i, _mm256_cmp_ps::<_CMP_LT_OQ>(self.0[i], b.0[i])).0 }
        fn ge(self, b: Self) -> Self::Mask { both!(Avx2, i, _mm256_cmp_ps::<_CMP_GE_OQ>(self.0[i], b.0[i])).0 }
        fn eq(self, b: Self) -> Self::Mask { both!(Avx2, i, _mm256_cmp_ps::<_CMP_EQ_OQ>(self.0[i], b.0[i])).0 }
        fn select(mask: Self::Mask, a: Self, b: Self) -> Self {
            both!(Avx2, i, _mm256_blendv_ps(b.0[i], a.0[i], mask[i]))
        }
        fn mask_first(n: usize) -> Self::Mask { both!(Avx2, i, _mm256_castsi256_ps(first(n, 8 * i))).0 }
        fn mask_and(a: Self::Mask, b: Self::Mask) -> Self::Mask { both!(Avx2, i, _mm256_and_ps(a[i], b[i])).0 }
        fn mask_or(a: Self::Mask, b: Self::Mask) -> Self::Mask { both!(Avx2, i, _mm256_or_ps(a[i], b[i])).0 }
        fn mask_not(a: Self::Mask) -> Self::Mask {
            let all = _mm256_castsi256_ps(_mm256_set1_epi32(-1));
            both!(Avx2, i, _mm256_xor_ps(a[i], all)).0
        }
        fn mask_bits(a: Self::Mask) -> u32 {
            _mm256_movemask_ps(a[0]) as u32 | ((_mm256_movemask_ps(a[1]) as u32) << 8)
        }
        fn bits(self) -> Avx2Ints { both!(Avx2Ints, i, _mm256_castps_si256(self.0[i])) }
        fn from_bits(b: Avx2Ints) -> Self { both!(Avx2, i, _mm256_castsi256_ps(b.0[i])) }
        fn from_i32(b: Avx2Ints) -> Self { both!(Avx2, i, _mm256_cvtepi32_ps(b.0[i])) }
        fn int_lt(a: Avx2Ints, b: Avx2Ints) -> Self::Mask {
            // there is only a signed comparison: flip the sign bits
            let flip = _mm256_set1_epi32(i32::MIN);
            both!(Avx2, i, _mm256_castsi256_ps(_mm256_cmpgt_epi32(
                _mm256_xor_si256(b.0[i], flip),
                _mm256_xor_si256(a.0[i], flip),
            ))).0
        }
        fn sum(self) -> f32 {
            let v = _mm256_add_ps(self.0[0], self.0[1]);
            let v = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let v = _mm_add_ps(v, _mm_movehl_ps(v, v));
            _mm_cvtss_f32(_mm_add_ss(v, _mm_movehdup_ps(v)))
        }
        fn max(self) -> f32 {
            let v = _mm256_max_ps(self.0[0], self.0[1]);
            let v = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let v = _mm_max_ps(v, _mm_movehl_ps(v, v));
            _mm_cvtss_f32(_mm_max_ss(v, _mm_movehdup_ps(v)))
        }
    }
}

impl Ints for Avx2Ints {
    lane_methods! {
        fn splat(x: u32) -> Self { Avx2Ints([_mm256_set1_epi32(x as i32); 2]) }
        fn load(p: *const u32) -> Self { both!(Avx2Ints, i, _mm256_loadu_si256(p.add(8 * i).cast())) }
        fn store(self, p: *mut u32) {
            _mm256_storeu_si256(p.cast(), self.0[0]);
            _mm256_storeu_si256(p.add(8).cast(), self.0[1]);
        }
        fn add(self, b: Self) -> Self { both!(Avx2Ints, i, _mm256_add_epi32(self.0[i], b.0[i])) }
        fn sub(self, b: Self) -> Self { both!(Avx2Ints, i, _mm256_sub_epi32(self.0[i], b.0[i])) }
        fn and(self, b: Self) -> Self { both!(Avx2Ints, i, _mm256_and_si256(self.0[i], b.0[i])) }
        fn or(self, b: Self) -> Self { both!(Avx2Ints, i, _mm256_or_si256(self.0[i], b.0[i])) }
        fn xor(self, b: Self) -> Self { both!(Avx2Ints, i, _mm256_xor_si256(self.0[i], b.0[i])) }
        fn shl(self, n: u32) -> Self { both!(Avx2Ints, i, _mm256_sll_epi32(self.0[i], _mm_cvtsi32_si128(n as i32))) }
        fn shr(self, n: u32) -> Self { both!(Avx2Ints, i, _mm256_srl_epi32(self.0[i], _mm_cvtsi32_si128(n as i32))) }
        fn sar(self, n: u32) -> Self { both!(Avx2Ints, i, _mm256_sra_epi32(self.0[i], _mm_cvtsi32_si128(n as i32))) }
        fn mul_wide(self, b: Self) -> (Self, Self) {
            let even = both!(Avx2Ints, i, _mm256_mul_epu32(self.0[i], b.0[i])).0;
            let odd = both!(Avx2Ints, i, _mm256_mul_epu32(
                _mm256_srli_epi64::<32>(self.0[i]),
                _mm256_srli_epi64::<32>(b.0[i]),
            )).0;
            (
                both!(Avx2Ints, i, _mm256_blend_epi32::<0xaa>(_mm256_srli_epi64::<32>(even[i]), odd[i])),
                both!(Avx2Ints, i, _mm256_blend_epi32::<0xaa>(even[i], _mm256_slli_epi64::<32>(odd[i]))),
            )
        }
    }
}
