//! Each lane operation gives the same bits on every instruction set.

mod common;

use common::{Numbers, same};
use downslope_kernels::instances;
use downslope_kernels::simd::{Ints, Isa, Lanes};

const RESULTS: usize = 34;

#[inline(always)]
unsafe fn all_operations<V: Lanes>(
    a: *const f32,
    b: *const f32,
    c: *const f32,
    bytes: *const u8,
    n: usize,
    out: *mut f32,
) {
    // SAFETY: 16 values at each input, RESULTS * 16 at out.
    unsafe {
        let (x, y, z) = (V::load(a), V::load(b), V::load(c));
        let (i, j) = (x.bits(), y.bits());
        let (high, low) = i.mul_wide(j);
        let mask = V::mask_or(V::mask_and(x.gt(y), V::mask_first(n)), V::mask_not(y.lt(z)));
        let results = [
            x.add(y),
            x.sub(y),
            x.mul(y),
            x.div(y),
            x.sqrt(),
            x.fma(y, z),
            x.fnma(y, z),
            x.neg(),
            x.abs(),
            x.copysign(y),
            x.larger(y),
            x.smaller(y),
            x.cut(),
            x.keep_first(n),
            V::select(x.gt(y), x, z),
            V::select(x.lt(y), x, z),
            V::select(x.ge(y), x, z),
            V::select(x.eq(y), x, z),
            V::select(mask, x, y),
            V::select(V::int_lt(i, j), x, y),
            V::load_first(a, n),
            V::load_u8(bytes),
            V::load_u8_first(bytes, n),
            V::from_i32(i),
            V::from_bits(i.add(j)),
            V::from_bits(i.sub(j)),
            V::from_bits(i.and(j)),
            V::from_bits(i.or(j).xor(V::Int::splat(0x1234_5678))),
            V::from_bits(i.shl(5)),
            V::from_bits(i.shr(9)),
            V::from_bits(i.sar(23)),
            V::from_bits(high),
            V::from_bits(low),
            V::splat(x.sum()).add(V::splat(y.max())).add(V::splat(V::mask_bits(mask) as f32)),
        ];
        assert_eq!(results.len(), RESULTS);
        for (k, r) in results.into_iter().enumerate() {
            let at = out.add(16 * k);
            if k % 2 == 0 {
                r.store(at);
            } else {
                r.store_first(at, n);
                V::Int::load(at.cast()).add(V::Int::splat(1)).store(at.cast());
            }
        }
    }
}

instances! {
    struct Operations {
        /// All of them.
        all: fn(a: *const f32, b: *const f32, c: *const f32, bytes: *const u8, n: usize, out: *mut f32) = all_operations::<V>;
    }
}

fn operations(isa: Isa) -> Operations {
    match isa {
        Isa::Scalar => Operations::SCALAR,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => Operations::AVX2,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => Operations::AVX512,
        #[cfg(target_arch = "aarch64")]
        Isa::Neon => Operations::NEON,
        other => panic!("{other:?} is not of this architecture"),
    }
}

#[test]
fn every_operation_equals_the_scalar_one() {
    let mut numbers = Numbers(1);
    for round in 0..20_000 {
        let input: Vec<f32> = (0..49).map(|_| numbers.wild()).collect();
        let bytes: Vec<u8> = (0..17).map(|_| numbers.word() as u8).collect();
        let run = |isa| {
            let mut out = vec![0f32; 16 * RESULTS];
            let p = input[1..].as_ptr();
            // SAFETY: the instruction set is available and the buffers are long enough.
            unsafe {
                (operations(isa).all)(p, p.add(16), p.add(32), bytes[1..].as_ptr(), round % 18, out.as_mut_ptr())
            };
            out
        };
        let want = run(Isa::Scalar);
        for isa in Isa::available() {
            same(&run(isa), &want, isa.name());
        }
    }
}

#[test]
fn scalar_fma_rounds_once() {
    let mut numbers = Numbers(2);
    for _ in 0..30_000 {
        let mut v: Vec<f32> = (0..48).map(|_| numbers.wild()).collect();
        for i in 0..16 {
            // sums near a tie, where rounding twice shows
            if i % 2 == 0 {
                v[32 + i] = -(v[i] * v[16 + i]) * [1.0, 1.5, 16_777_216.0, 3e-8][i / 2 % 4];
            }
        }
        let mut out = vec![0f32; 16 * RESULTS];
        // SAFETY: 16 values at each input.
        unsafe {
            (Operations::SCALAR.all)(
                v.as_ptr(),
                v[16..].as_ptr(),
                v[32..].as_ptr(),
                [0; 16].as_ptr(),
                16,
                out.as_mut_ptr(),
            );
        }
        let want: Vec<f32> = (0..16).map(|i| libm::fmaf(v[i], v[16 + i], v[32 + i])).collect();
        let fma: Vec<f32> = out[80..96].iter().map(|x| f32::from_bits(x.to_bits().wrapping_sub(1))).collect();
        same(&fma, &want, "fma");
        let want: Vec<f32> = (0..16).map(|i| libm::fmaf(-v[i], v[16 + i], v[32 + i])).collect();
        same(&out[96..112], &want, "fnma");
    }
}

#[test]
fn an_instruction_set_is_chosen_by_name() {
    assert_eq!(Isa::select(Some("scalar")), Ok(Isa::Scalar));
    assert_eq!(Isa::select(None).ok(), Isa::available().last().copied());
    let message = Isa::select(Some("mmx")).expect_err("unknown");
    assert!(message.contains("mmx") && message.contains("scalar"), "{message}");
}
