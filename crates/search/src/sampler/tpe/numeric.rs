//! Functions with the same bits everywhere.

#![expect(clippy::excessive_precision, reason = "constants as published")]

/// Candidates that are handled at once: wide enough for the vector units, few enough for the registers.
pub const LANES: usize = 8;
/// One number for each of the candidates.
pub type Lanes = [f64; LANES];

/// 1.5 · 2⁵²: what is added to it is rounded to an integer, found in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts, the first with so few bits that its products with small integers are exact.
const LN2_HIGH: f64 = 6.931_471_803_691_238_16e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_70e-10;
/// 1/k! for k = 0 … 9: on |r| ≤ ln 2 / 2 the series is exact to 7e-12.
const SERIES: [f64; 10] = [
    1.0,
    1.0,
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
];

/// e^x for x ≤ 0, to 1e-11 (of a ratio of densities nobody needs more); e^-700 for everything below. Without branches, so that the compiler makes vectors of it.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let x = if x > -700.0 { x } else { -700.0 };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    let mut sum = SERIES[9];
    for coefficient in SERIES[..9].iter().rev() {
        sum = sum * r + coefficient;
    }
    sum * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

/// The standard normal distribution function.
pub fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The mass of a standard normal in [a, b], without cancellation in the tails.
pub fn normal_mass(a: f64, b: f64) -> f64 {
    let [a, b] = [a, b].map(|x| x * std::f64::consts::FRAC_1_SQRT_2);
    if a > 0.0 {
        0.5 * (libm::erfc(a) - libm::erfc(b))
    } else if b < 0.0 {
        0.5 * (libm::erfc(-b) - libm::erfc(-a))
    } else {
        0.5 * (libm::erf(b) - libm::erf(a))
    }
}

#[cfg(test)]
mod tests;
