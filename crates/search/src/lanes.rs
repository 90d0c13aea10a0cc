//! Loops over f64 slices in an order that is fixed, so that any width of vectors gives the same bits.
//!
//! Sums run in eight accumulators, element `i` in accumulator `i % 8`, and are added up as a tree at the end. The compiler
//! may keep them in registers of two, four or eight lanes: each addition has the same operands. Nothing is contracted to
//! FMA.

/// How many sums run at once.
pub const LANES: usize = 8;

/// Σ term(aᵢ, bᵢ) over the shorter of the two.
#[inline(always)]
pub fn lane_sum(a: &[f64], b: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let length = a.len().min(b.len());
    let mut sums = [0.0; LANES];
    let (left, right) = (a[..length].chunks_exact(LANES), b[..length].chunks_exact(LANES));
    let (left_rest, right_rest) = (left.remainder(), right.remainder());
    for (p, q) in left.zip(right) {
        for lane in 0..LANES {
            sums[lane] += term(p[lane], q[lane]);
        }
    }
    for (lane, (&p, &q)) in left_rest.iter().zip(right_rest).enumerate() {
        sums[lane] += term(p, q);
    }
    ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]))
}

/// Σ aᵢ bᵢ over the shorter of the two.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    lane_sum(a, b, |p, q| p * q)
}

/// y += factor · x, over the shorter of the two.
pub fn add_scaled(y: &mut [f64], factor: f64, x: &[f64]) {
    for (target, source) in y.iter_mut().zip(x) {
        *target += factor * source;
    }
}

/// y += Σ factorᵢ · rowᵢ for four rows at a time, which reads and writes y a quarter as often.
pub fn add_scaled4(y: &mut [f64], factors: [f64; 4], rows: [&[f64]; 4]) {
    let length = y.len();
    let [a, b, c, d] = rows.map(|row| &row[..length]);
    for i in 0..length {
        y[i] += (factors[0] * a[i] + factors[1] * b[i]) + (factors[2] * c[i] + factors[3] * d[i]);
    }
}

const LOG2_E: f64 = std::f64::consts::LOG2_E;
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1.5 · 2⁵²: added, it rounds to a whole number and leaves it in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// r and 2^k with x = k ln 2 + r, |r| ≤ ln 2 / 2, for x ≤ 0; below −700 those of −700. What is left of an exponential is a
/// series in r: no branches and no calls, so that a loop of it becomes vectors.
#[inline(always)]
#[must_use]
pub fn reduced(x: f64) -> (f64, f64) {
    let x = if x > -700.0 { x } else { -700.0 };
    let shifted = x * LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = (x - whole * LN2_HIGH) - whole * LN2_LOW;
    (r, f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52))
}

/// e^−s for s ≥ 0, to about one unit in the last place; beyond 700 it is that of 700.
#[inline(always)]
#[must_use]
pub fn exp_minus(s: f64) -> f64 {
    let (r, power) = reduced(-s);
    // Taylor's series to the thirteenth power: the next term is below 5e-18
    let r2 = r * r;
    let r4 = r2 * r2;
    let low = (1.0 + r) + r2 * (1.0 / 2.0 + r * (1.0 / 6.0));
    let middle = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5040.0));
    let high = (1.0 / 40_320.0 + r * (1.0 / 362_880.0)) + r2 * (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0));
    let highest = 1.0 / 479_001_600.0 + r * (1.0 / 6_227_020_800.0);
    let series = low + r4 * (middle + r4 * (high + r4 * highest));
    series * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_minus_is_that_of_libm() {
        let mut worst: f64 = 0.0;
        for i in 0..200_000 {
            let s = f64::from(i) * 0.003_5;
            let expected = libm::exp(-s);
            worst = worst.max((exp_minus(s) / expected - 1.0).abs());
        }
        assert!(worst < 5e-16, "{worst:e}");
        assert_eq!(exp_minus(0.0), 1.0);
        assert!(exp_minus(f64::INFINITY) > 0.0 && exp_minus(1e300) < 1e-300);
    }

    #[test]
    fn sums_of_any_length() {
        for length in 0..40_usize {
            let a: Vec<f64> = (0..length).map(|i| i as f64 + 1.0).collect();
            let b: Vec<f64> = (0..length).map(|i| 2.0 * i as f64 - 3.0).collect();
            let expected: f64 = a.iter().zip(&b).map(|(p, q)| p * q).sum();
            assert_eq!(dot(&a, &b), expected);
            let mut y = b.clone();
            add_scaled(&mut y, 0.5, &a);
            let mut z = b.clone();
            add_scaled4(&mut z, [0.5, 0.0, 0.0, 0.0], [&a, &b, &b, &b]);
            assert_eq!(y, z);
        }
    }
}
