//! Values as the Gaussian process wants them: mean 0, variance 1, no heavy tail.

use crate::lanes::dot;

/// How values were changed before they were standardised; always increasing, so the order stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Warp {
    /// Not at all.
    None,
    /// ln(y − lowest + offset).
    Log {
        /// The lowest value.
        lowest: f64,
        /// What is added, above 0.
        offset: f64,
    },
}

/// Candidates for the offset of [`Warp::Log`], as shares of the distance from the lowest value to the median.
const OFFSETS: [f64; 4] = [1.0, 0.1, 0.01, 0.001];
/// Values that differ by no more than this share of their size are equal: rounding leaves something, which is nothing.
const EQUAL: f64 = 1e-14;
/// Nothing is changed unless a warp explains the values better by so much for each of them, in nats.
const MARGIN: f64 = 0.1;

/// Standardised values, smaller is better, from raw ones; NaN is not allowed, infinite ones are.
///
/// Infinite values become the worst and the best finite ones. Then the values are taken as they are or their logarithm
/// above the lowest with one of four offsets, whichever makes them most likely as draws of one normal distribution (the
/// Jacobian counted, as for Box and Cox's transformation): diverged runs lie orders of magnitude above the others, and
/// errors near the best one are told apart by ratios.
#[must_use]
pub fn standardized(raw: &[f64]) -> Vec<f64> {
    let mut values = bounded(raw);
    if let Warp::Log { lowest, offset } = warp(&values) {
        for value in &mut values {
            *value = libm::log(*value - lowest + offset);
        }
    }
    standardize(&mut values);
    values
}

/// Infinite values replaced by the finite ones next to them; 0 where none is finite.
fn bounded(raw: &[f64]) -> Vec<f64> {
    let finite = raw.iter().copied().filter(|value| value.is_finite());
    let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in finite {
        lowest = lowest.min(value);
        highest = highest.max(value);
    }
    if lowest > highest {
        return vec![0.0; raw.len()];
    }
    // huge ones would overflow when they are squared; nothing is lost by a common factor
    let size = lowest.abs().max(highest.abs());
    let factor = if size > 1e100 { 1e100 / size } else { 1.0 };
    raw.iter().map(|value| value.clamp(lowest, highest) * factor).collect()
}

/// The warp under which the values are likeliest.
#[must_use]
pub fn warp(values: &[f64]) -> Warp {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len();
    if count < 4 {
        return Warp::None;
    }
    let lowest = sorted[0];
    let middle = sorted[count / 2];
    let width = middle - lowest;
    // a logarithm would make what rounding left as large as anything
    if width <= EQUAL * lowest.abs().max(middle.abs()) {
        return Warp::None;
    }
    let mut best = (Warp::None, log_likelihood(values.to_vec(), 0.0) + MARGIN * count as f64);
    for share in OFFSETS {
        let offset = share * width;
        let mut jacobian = 0.0;
        let warped = values
            .iter()
            .map(|value| {
                let logarithm = libm::log(value - lowest + offset);
                jacobian -= logarithm;
                logarithm
            })
            .collect();
        let likelihood = log_likelihood(warped, jacobian);
        if likelihood > best.1 {
            best = (Warp::Log { lowest, offset }, likelihood);
        }
    }
    best.0
}

/// Of a normal distribution with the values' own mean and variance, without constants.
fn log_likelihood(mut values: Vec<f64>, jacobian: f64) -> f64 {
    let (_, deviation) = standardize(&mut values);
    jacobian - values.len() as f64 * libm::log(deviation)
}

/// Subtracts the mean and divides by the deviation, both of which it returns; 0 for all, and a deviation of 1, where they are equal.
pub fn standardize(values: &mut [f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    for value in values.iter_mut() {
        *value -= mean;
    }
    let deviation = (dot(values, values) / count).sqrt();
    if deviation <= EQUAL * mean.abs() {
        values.fill(0.0);
        return (mean, 1.0);
    }
    for value in values.iter_mut() {
        *value /= deviation;
    }
    (mean, deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: &[f64]) -> (f64, f64) {
        let count = values.len() as f64;
        (values.iter().sum::<f64>() / count, values.iter().map(|value| value * value).sum::<f64>() / count)
    }

    #[test]
    fn mean_0_variance_1_and_the_same_order() {
        let diverged: Vec<f64> =
            (0..40).map(|i| if i % 13 == 5 { 28_107.0 } else { 0.01 * f64::from(i * i % 37) }).collect();
        let even: Vec<f64> = (0..40).map(|i| f64::from(i * 17 % 40)).collect();
        for raw in [&diverged, &even] {
            let values = standardized(raw);
            let (mean, square) = moments(&values);
            assert!(mean.abs() < 1e-12 && (square - 1.0).abs() < 1e-12);
            for i in 0..raw.len() {
                for j in 0..raw.len() {
                    assert_eq!(raw[i] < raw[j], values[i] < values[j]);
                }
            }
        }
        // a warp for the one, none for the other; without it all but three values would lie within 1e-5
        assert_eq!(warp(&even), Warp::None);
        assert!(matches!(warp(&diverged), Warp::Log { .. }));
        let values = standardized(&diverged);
        let usual = values.iter().zip(&diverged).filter(|(_, raw)| **raw < 1.0).map(|(value, _)| *value);
        let (low, high) = usual.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (v.min(low), v.max(high)));
        assert!(high - low > 0.5, "{low} {high}");
    }

    #[test]
    fn rounding_is_no_difference() {
        let noise: Vec<f64> = (0..20).map(|i| if i % 3 == 0 { 0.3 } else { 0.1 + 0.2 }).collect();
        assert!(noise[0] < noise[1]);
        assert_eq!(warp(&noise), Warp::None);
        assert_eq!(standardized(&noise), [0.0; 20]);
        // a diverged run among them does not make it one
        let diverged: Vec<f64> = noise.iter().copied().chain([28_107.0]).collect();
        let values = standardized(&diverged);
        assert!(values[0] - values[1] < 1e-9 && values[20] - values[0] > 1.0, "{values:?}");
    }

    #[test]
    fn equal_infinite_and_huge_values() {
        assert_eq!(standardized(&[]), Vec::<f64>::new());
        assert_eq!(standardized(&[3.3; 9]), [0.0; 9]);
        assert_eq!(standardized(&[f64::INFINITY; 3]), [0.0; 3]);
        let clipped = standardized(&[f64::NEG_INFINITY, 1.0, 2.0, f64::INFINITY]);
        assert!(clipped[0] == clipped[1] && clipped[2] == clipped[3] && clipped[0] == -clipped[2]);
        for size in [f64::MAX, 1e-300] {
            assert!(standardized(&[-size, 0.0, size, size]).iter().all(|value| value.abs() < 3.0));
        }
    }
}
