//! Functions of the normal distribution that stay exact far out, each with its derivative.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// ln √(2π).
const LOG_SQRT_2PI: f64 = 0.918_938_533_204_672_7;
/// Below this, the continued fraction is used: it has converged there, and the plain formulas begin to cancel.
const FAR: f64 = -5.0;
/// Terms of the continued fraction; at 5 the twentieth already changes nothing.
const TERMS: u32 = 24;

/// φ(z), the density.
#[must_use]
pub fn density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt()
}

/// Φ(z), the distribution.
#[must_use]
pub fn distribution(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// c(t) = 1/(t + 2/(t + 3/(t + …))) for t ≥ 5. With it Φ(−t)/φ(t) = 1/(t + c), and 1 − t Φ(−t)/φ(t) = c/(t + c) without
/// any cancellation.
fn fraction(t: f64) -> f64 {
    let mut tail = t;
    for k in (2..=TERMS).rev() {
        tail = t + f64::from(k) / tail;
    }
    1.0 / tail
}

/// ln(φ(z) + z Φ(z)), the logarithm of the expected improvement of a standard normal variable over −z, and its derivative
/// Φ(z) / (φ(z) + z Φ(z)). Ament et al. (2023) split it at −1 and need erfcx; the continued fraction of Mills' ratio gives
/// the same without it, to a few units in the last place for all z down to −1e150.
#[must_use]
pub fn log_improvement(z: f64) -> (f64, f64) {
    if z > FAR {
        let cumulated = distribution(z);
        let improvement = density(z) + z * cumulated;
        return (libm::log(improvement), cumulated / improvement);
    }
    let t = -z;
    let c = fraction(t);
    // c/(t + c) in two steps: their product would underflow before its logarithm does
    (-0.5 * z * z - LOG_SQRT_2PI + libm::log(c) - libm::log(t + c), 1.0 / c)
}

/// ln Φ(z) and its derivative φ(z) / Φ(z).
#[must_use]
pub fn log_distribution(z: f64) -> (f64, f64) {
    if z > FAR {
        let cumulated = distribution(z);
        return (libm::log(cumulated), density(z) / cumulated);
    }
    let t = -z;
    let inverse = t + fraction(t);
    (-0.5 * z * z - LOG_SQRT_2PI - libm::log(inverse), inverse)
}
