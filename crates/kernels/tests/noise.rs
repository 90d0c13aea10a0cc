//! Gaussian noise: the words of Philox through the inverse of the normal distribution, independence of pieces, moments.

mod common;

use common::same;
use downslope_kernels::Kernels;
use downslope_kernels::random::{inverse_normal, philox4x32};
use downslope_kernels::simd::Isa;

const KEY: [u32; 2] = [0xdead_beef, 0x0123_4567];

fn noisy(isa: Isa, step: u64, first: usize, x: &[f32], deviation: f32) -> Vec<f32> {
    let mut y = vec![5f32; x.len() + 1];
    // SAFETY: as many values in both.
    unsafe {
        (Kernels::get(isa).noise.add)(
            KEY,
            0x0123_4567_89ab_cdef,
            step,
            first,
            x.len(),
            deviation,
            x.as_ptr(),
            y.as_mut_ptr(),
        );
    }
    assert_eq!(y.pop(), Some(5.0));
    y
}

#[test]
fn numbers_follow_the_words() {
    for step in [3, 3 + (5 << 32)] {
        for (first, n) in [(0, 0), (0, 1), (64, 63), (128, 64), (640, 65), (0, 100_000), (1 << 20, 77)] {
            let got = noisy(Isa::Scalar, step, first, &vec![0.0; n], 1.0);
            for (i, z) in got.iter().enumerate() {
                let e = first + i;
                let counter = [(e / 64 * 16 + e % 16) as u32, step as u32, 0x89ab_cdef, 0x0123_4567];
                let word = philox4x32([KEY[0], KEY[1] ^ (step >> 32) as u32], counter)[e % 64 / 16];
                let want = inverse_normal(f64::from((word >> 9) * 2 + 1) / f64::from(1 << 24));
                assert!((f64::from(*z) - want).abs() <= 2e-6 * want.abs() + 1e-9, "{step} {e}: {z} {want}");
            }
        }
    }
}

#[test]
fn the_same_bits_everywhere() {
    let x: Vec<f32> = (0..10_000).map(|i| (i as f32 * 0.37).sin()).collect();
    let whole = noisy(Isa::Scalar, 1, 0, &x, 0.3);
    for isa in Isa::available() {
        same(&noisy(isa, 1, 0, &x, 0.3), &whole, isa.name());
        let pieces: Vec<f32> =
            x.chunks(64 * 7).enumerate().flat_map(|(i, part)| noisy(isa, 1, i * 64 * 7, part, 0.3)).collect();
        same(&pieces, &whole, isa.name());
        // in place
        let mut y = x.clone();
        // SAFETY: the same values in and out.
        unsafe {
            (Kernels::get(isa).noise.add)(KEY, 0x0123_4567_89ab_cdef, 1, 0, y.len(), 0.3, y.as_ptr(), y.as_mut_ptr());
        }
        same(&y, &whole, isa.name());
        assert_ne!(noisy(isa, 2, 0, &x, 0.3), whole);
        same(&noisy(isa, 2, 0, &x, 0.0), &x, isa.name());
    }
}

#[test]
fn moments() {
    let n = 200_000;
    let z = noisy(Isa::Scalar, 9, 0, &vec![0.0; n], 2.0);
    // standard errors of the four moments of a standard normal are 1, √2, √15 and √96 over √n; five of them allowed
    let scale = 5.0 / (n as f64).sqrt();
    for (power, expected, error) in [(1, 0.0, 1.0), (2, 1.0, 1.42), (3, 0.0, 3.9), (4, 3.0, 9.8)] {
        let mean = z.iter().map(|z| (f64::from(*z) / 2.0).powi(power)).sum::<f64>() / n as f64;
        assert!((mean - expected).abs() < error * scale, "{power}: {mean}");
    }
    assert!(z.iter().all(|z| z.abs() < 2.0 * 5.3));
}
