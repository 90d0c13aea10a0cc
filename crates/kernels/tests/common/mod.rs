//! What the tests share: numbers to feed kernels with, and comparison of bits.
#![allow(dead_code, reason = "each test file uses a part")]

use downslope_kernels::simd::LEAST;

/// A small generator (splitmix64); its quality does not matter here.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// Uniform in [-1, 1).
    pub fn unit(&mut self) -> f32 {
        (self.word() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
    /// n values uniform in [-scale, scale).
    pub fn vec(&mut self, n: usize, scale: f32) -> Vec<f32> {
        (0..n).map(|_| self.unit() * scale).collect()
    }
    /// Any bits, often special ones.
    pub fn wild(&mut self) -> f32 {
        let w = self.word();
        match w % 8 {
            0 => SPECIAL[(w >> 8) as usize % SPECIAL.len()],
            1..4 => f32::from_bits((w >> 32) as u32),
            _ => self.unit() * 4.0,
        }
    }
}

/// Values at which functions go wrong.
pub const SPECIAL: [f32; 26] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
    f32::MAX,
    f32::MIN,
    f32::MIN_POSITIVE,
    -f32::MIN_POSITIVE,
    1e-45,
    -1e-45,
    1e-40,
    1e-30,
    LEAST,
    -LEAST,
    f32::from_bits(LEAST.to_bits() - 1),
    -f32::from_bits(LEAST.to_bits() - 1),
    88.72284,
    -87.33655,
    16_777_216.0,
    1e30,
];

/// The bits, with all NaN made one (payloads are exempt from the bit contract).
pub fn bits(x: f32) -> u32 {
    if x.is_nan() { 0x7fc0_0000 } else { x.to_bits() }
}

/// Fails where the bits of two slices differ.
pub fn same(a: &[f32], b: &[f32], what: &str) {
    assert_eq!(a.len(), b.len(), "{what}: lengths");
    for (i, (x, y)) in a.iter().zip(b).enumerate() {
        assert!(
            bits(*x) == bits(*y),
            "{what}: element {i}: {x:e} ({:08x}) and {y:e} ({:08x})",
            x.to_bits(),
            y.to_bits()
        );
    }
}

/// Fails where `got` is further from `want` than `tolerance` · max(1, |want|).
pub fn close(got: &[f32], want: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}: lengths");
    for (i, (x, y)) in got.iter().zip(want).enumerate() {
        let x = f64::from(*x);
        assert!((x - y).abs() <= tolerance * y.abs().max(1.0), "{what}: element {i}: {x:e}, expected {y:e}");
    }
}

/// The lengths at which loops over 16 lanes and blocks of 256 go wrong.
pub fn lengths() -> Vec<usize> {
    (0..68).chain([255, 256, 257, 511, 513, 1023, 1024, 1025]).collect()
}
