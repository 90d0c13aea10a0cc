//! Functions with the same bits everywhere.

use crate::lanes::{LANES, reduced};

/// One number for each of the candidates that are handled at once.
pub type Lanes = [f64; LANES];

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

/// e^x for x ≤ 0, to 1e-11 (of a ratio of densities nobody needs more); e^-700 for everything below.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let (r, power) = reduced(x);
    let mut sum = SERIES[9];
    for coefficient in SERIES[..9].iter().rev() {
        sum = sum * r + coefficient;
    }
    sum * power
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
