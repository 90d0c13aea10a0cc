//! AVX-512 (F, BW, DQ, VL): one register.

use super::{Ints, Lanes, lane_methods};
use core::arch::x86_64::*;

/// 16 `f32` in one register.
#[derive(Clone, Copy, Debug)]
pub struct Avx512(pub __m512);

/// 16 `u32` in one register.
#[derive(Clone, Copy, Debug)]
pub struct Avx512Ints(pub __m512i);

#[inline(always)]
fn first(n: usize) -> __mmask16 {
    ((1u32 << n.min(16)) - 1) as __mmask16
}

impl Lanes for Avx512 {
    type Mask = __mmask16;
    type Int = Avx512Ints;

    lane_methods! {
        fn zero() -> Self { Avx512(_mm512_setzero_ps()) }
        fn splat(x: f32) -> Self { Avx512(_mm512_set1_ps(x)) }
        fn load(p: *const f32) -> Self { Avx512(_mm512_loadu_ps(p)) }
        fn load_first(p: *const f32, n: usize) -> Self { Avx512(_mm512_maskz_loadu_ps(first(n), p)) }
        fn store(self, p: *mut f32) { _mm512_storeu_ps(p, self.0) }
        fn store_first(self, p: *mut f32, n: usize) { _mm512_mask_storeu_ps(p, first(n), self.0) }
        fn load_u8(p: *const u8) -> Self {
            Avx512(_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(p.cast()))))
        }
        fn load_u8_first(p: *const u8, n: usize) -> Self {
            Avx512(_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(first(n), p.cast()))))
        }
        fn add(self, b: Self) -> Self { Avx512(_mm512_add_ps(self.0, b.0)) }
        fn sub(self, b: Self) -> Self { Avx512(_mm512_sub_ps(self.0, b.0)) }
        fn mul(self, b: Self) -> Self { Avx512(_mm512_mul_ps(self.0, b.0)) }
        fn div(self, b: Self) -> Self { Avx512(_mm512_div_ps(self.0, b.0)) }
        fn sqrt(self) -> Self { Avx512(_mm512_sqrt_ps(self.0)) }
        fn fma(self, b: Self, c: Self) -> Self { Avx512(_mm512_fmadd_ps(self.0, b.0, c.0)) }
        fn fnma(self, b: Self, c: Self) -> Self { Avx512(_mm512_fnmadd_ps(self.0, b.0, c.0)) }
        fn neg(self) -> Self { Avx512(_mm512_xor_ps(self.0, _mm512_set1_ps(-0.0))) }
        fn abs(self) -> Self { Avx512(_mm512_abs_ps(self.0)) }
        fn copysign(self, s: Self) -> Self {
            let sign = _mm512_set1_epi32(i32::MIN);
            // sign bit ? s : self
            let r = _mm512_ternarylogic_epi32::<0xd8>(_mm512_castps_si512(self.0), _mm512_castps_si512(s.0), sign);
            Avx512(_mm512_castsi512_ps(r))
        }
        // x86 max and min return the second operand on NaN and on equal zeros, which is the definition
        fn larger(self, b: Self) -> Self { Avx512(_mm512_max_ps(self.0, b.0)) }
        fn smaller(self, b: Self) -> Self { Avx512(_mm512_min_ps(self.0, b.0)) }
        // the smaller magnitude without its sign, in one instruction
        fn least_magnitude(self, m: Self) -> Self { Avx512(_mm512_range_ps::<0b1010>(self.0, m.0)) }
        // the magnitude is below the bound where the four highest bits of the exponent are 0
        fn cut(self) -> Self {
            let keep = _mm512_test_epi32_mask(_mm512_castps_si512(self.0), _mm512_set1_epi32(0x7800_0000));
            Avx512(_mm512_maskz_mov_ps(keep, self.0))
        }
        fn keep_first(self, n: usize) -> Self { Avx512(_mm512_maskz_mov_ps(first(n), self.0)) }
        fn gt(self, b: Self) -> __mmask16 { _mm512_cmp_ps_mask::<_CMP_GT_OQ>(self.0, b.0) }
        fn lt(self, b: Self) -> __mmask16 { _mm512_cmp_ps_mask::<_CMP_LT_OQ>(self.0, b.0) }
        fn ge(self, b: Self) -> __mmask16 { _mm512_cmp_ps_mask::<_CMP_GE_OQ>(self.0, b.0) }
        fn eq(self, b: Self) -> __mmask16 { _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(self.0, b.0) }
        fn select(mask: __mmask16, a: Self, b: Self) -> Self { Avx512(_mm512_mask_blend_ps(mask, b.0, a.0)) }
        fn bits(self) -> Avx512Ints { Avx512Ints(_mm512_castps_si512(self.0)) }
        fn from_bits(b: Avx512Ints) -> Self { Avx512(_mm512_castsi512_ps(b.0)) }
        fn from_i32(b: Avx512Ints) -> Self { Avx512(_mm512_cvtepi32_ps(b.0)) }
        fn int_lt(a: Avx512Ints, b: Avx512Ints) -> __mmask16 { _mm512_cmplt_epu32_mask(a.0, b.0) }
        fn sum(self) -> f32 {
            let v = _mm256_add_ps(_mm512_castps512_ps256(self.0), _mm512_extractf32x8_ps::<1>(self.0));
            let v = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let v = _mm_add_ps(v, _mm_movehl_ps(v, v));
            _mm_cvtss_f32(_mm_add_ss(v, _mm_movehdup_ps(v)))
        }
        fn max(self) -> f32 {
            let v = _mm256_max_ps(_mm512_castps512_ps256(self.0), _mm512_extractf32x8_ps::<1>(self.0));
            let v = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let v = _mm_max_ps(v, _mm_movehl_ps(v, v));
            _mm_cvtss_f32(_mm_max_ss(v, _mm_movehdup_ps(v)))
        }
    }

    #[inline(always)]
    unsafe fn mask_first(n: usize) -> __mmask16 {
        first(n)
    }
    #[inline(always)]
    unsafe fn mask_and(a: __mmask16, b: __mmask16) -> __mmask16 {
        a & b
    }
    #[inline(always)]
    unsafe fn mask_or(a: __mmask16, b: __mmask16) -> __mmask16 {
        a | b
    }
    #[inline(always)]
    unsafe fn mask_not(a: __mmask16) -> __mmask16 {
        !a
    }
    #[inline(always)]
    unsafe fn mask_bits(a: __mmask16) -> u32 {
        u32::from(a)
    }
}

impl Ints for Avx512Ints {
    lane_methods! {
        fn splat(x: u32) -> Self { Avx512Ints(_mm512_set1_epi32(x as i32)) }
        fn load(p: *const u32) -> Self { Avx512Ints(_mm512_loadu_si512(p.cast())) }
        fn store(self, p: *mut u32) { _mm512_storeu_si512(p.cast(), self.0) }
        fn add(self, b: Self) -> Self { Avx512Ints(_mm512_add_epi32(self.0, b.0)) }
        fn sub(self, b: Self) -> Self { Avx512Ints(_mm512_sub_epi32(self.0, b.0)) }
        fn and(self, b: Self) -> Self { Avx512Ints(_mm512_and_si512(self.0, b.0)) }
        fn or(self, b: Self) -> Self { Avx512Ints(_mm512_or_si512(self.0, b.0)) }
        fn xor(self, b: Self) -> Self { Avx512Ints(_mm512_xor_si512(self.0, b.0)) }
        fn shl(self, n: u32) -> Self { Avx512Ints(_mm512_sll_epi32(self.0, _mm_cvtsi32_si128(n as i32))) }
        fn shr(self, n: u32) -> Self { Avx512Ints(_mm512_srl_epi32(self.0, _mm_cvtsi32_si128(n as i32))) }
        fn sar(self, n: u32) -> Self { Avx512Ints(_mm512_sra_epi32(self.0, _mm_cvtsi32_si128(n as i32))) }
        fn mul_wide(self, b: Self) -> (Self, Self) {
            let even = _mm512_mul_epu32(self.0, b.0);
            let odd = _mm512_mul_epu32(_mm512_srli_epi64::<32>(self.0), _mm512_srli_epi64::<32>(b.0));
            let high = _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64::<32>(even), odd);
            let low = _mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64::<32>(odd));
            (Avx512Ints(high), Avx512Ints(low))
        }
    }
}
