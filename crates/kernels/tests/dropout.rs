//! Dropout masks: Philox word by word, the rate, and independence of pieces.

mod common;

use common::same;
use downslope_kernels::Kernels;
use downslope_kernels::simd::Isa;

/// Philox 4x32-10, plainly.
fn philox(mut key: [u32; 2], mut c: [u32; 4]) -> [u32; 4] {
    for _ in 0..10 {
        let a = u64::from(c[0]) * 0xd251_1f53;
        let b = u64::from(c[2]) * 0xcd9e_8d57;
        c = [(b >> 32) as u32 ^ c[1] ^ key[0], b as u32, (a >> 32) as u32 ^ c[3] ^ key[1], a as u32];
        key = [key[0].wrapping_add(0x9e37_79b9), key[1].wrapping_add(0xbb67_ae85)];
    }
    c
}

fn mask(isa: Isa, step: u64, first: usize, n: usize, keep: f32) -> Vec<f32> {
    let mut out = vec![5f32; n + 1];
    let key = [0xdead_beef, 0x0123_4567];
    // SAFETY: n values.
    unsafe { (Kernels::get(isa).dropout.mask)(key, 0x0123_4567_89ab_cdef, step, first, n, keep, out.as_mut_ptr()) };
    assert_eq!(out.pop(), Some(5.0));
    out
}

#[test]
fn the_reference_is_philox() {
    // known answers of Random123
    assert_eq!(philox([0, 0], [0; 4]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
    assert_eq!(philox([0xa409_3822, 0x299f_31d0], pi), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
}

#[test]
fn masks_follow_the_words() {
    for isa in Isa::available() {
        for step in [3, 3 + (5 << 32)] {
            for (first, n) in [(0, 0), (0, 1), (64, 63), (128, 64), (640, 65), (0, 1000), (1 << 20, 77)] {
                let got = mask(isa, step, first, n, 0.7);
                let want: Vec<f32> = (first..first + n)
                    .map(|e| {
                        let counter = [(e / 64 * 16 + e % 16) as u32, step as u32, 0x89ab_cdef, 0x0123_4567];
                        let word = philox([0xdead_beef, 0x0123_4567 ^ (step >> 32) as u32], counter)[e % 64 / 16];
                        if f64::from(word) >= f64::from(0.7f32) * 4_294_967_296.0 { 0.0 } else { 1.0 / 0.7 }
                    })
                    .collect();
                same(&got, &want, isa.name());
            }
        }
    }
}

#[test]
fn the_rate_is_kept_and_pieces_do_not_matter() {
    let n = 100_000;
    let whole = mask(Isa::Scalar, 1, 0, n, 0.8);
    let kept = whole.iter().filter(|x| **x != 0.0).count() as f64 / n as f64;
    // five standard deviations
    assert!((kept - 0.8).abs() < 5.0 * (0.16 / n as f64).sqrt(), "{kept}");
    for isa in Isa::available() {
        let pieces: Vec<f32> =
            (0..n).step_by(64 * 7).flat_map(|at| mask(isa, 1, at, (64 * 7).min(n - at), 0.8)).collect();
        same(&pieces, &whole, isa.name());
        assert!(mask(isa, 1, 0, 500, 1.0).iter().all(|x| *x == 1.0));
        assert!(mask(isa, 1, 0, 500, 0.0).iter().all(|x| *x == 0.0));
        assert_ne!(mask(isa, 1, 0, 500, 0.5), mask(isa, 2, 0, 500, 0.5));
    }
}
