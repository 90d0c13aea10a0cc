//! The kernel's parameters, by the maximum of the posterior.

use super::kernel::{Parameters, Points};
use super::lbfgs::{Limits, minimize};
use super::model::negative_log_likelihood;

/// Length scales are log-normal with √2 + ½ ln d and deviation √3 (Hvarfner et al. 2024): the more dimensions, the smoother
/// the function is taken to be in each. Of their logarithms that is a normal density around the mode, a variance below.
const LENGTH_MEAN: f64 = std::f64::consts::SQRT_2 - LENGTH_VARIANCE;
const LENGTH_VARIANCE: f64 = 3.0;
/// The variance of the function: ln normal around 0, as values are standardised.
const SCALE_VARIANCE: f64 = 1.0;
/// The variance of the noise: at least this, and its logarithm normal around nearly no noise.
const LEAST_NOISE: f64 = 1e-4;
const NOISE_MEAN: f64 = -9.0;
const NOISE_VARIANCE: f64 = 4.0;

const LENGTHS: (f64, f64) = (0.01, 1e4);
const SCALES: (f64, f64) = (0.05, 20.0);
const MOST_NOISE: f64 = 1.0;

const LIMITS: Limits = Limits { iterations: 60, evaluations: 90, gradient: 1e-2, gain: 1e-5 };

/// Parameters are fitted at this size, and then at each that is a tenth larger than the one before, from [`MANY`] on a
/// fifth. In between they stay, and the factor is only extended.
const FIRST: usize = 4;
/// From here on the likelihood leaves little doubt, and a fit starts only from where the last one ended: what a study of 500
/// trials that is opened again has to catch up with is then a few seconds.
const MANY: usize = 100;

/// The size of the fit after that at `size`.
#[must_use]
pub fn next_size(size: Option<usize>) -> usize {
    size.map_or(FIRST, |size| size + if size < MANY { (size / 10).max(1) } else { size / 5 })
}

fn length_mean(width: usize) -> f64 {
    LENGTH_MEAN + 0.5 * libm::log(width.max(1) as f64)
}

/// Parameters at the prior's middle.
#[must_use]
pub fn middle(width: usize) -> Parameters {
    let weight = libm::exp(-2.0 * length_mean(width));
    Parameters { weights: vec![weight; width], scale: 1.0, noise: libm::exp(NOISE_MEAN).max(LEAST_NOISE) }
}

/// The most probable parameters that are found from those `before`, where there are, and from the prior's middle.
#[must_use]
pub fn fit(points: &Points, values: &[f64], before: Option<&Parameters>) -> Parameters {
    let width = points.width();
    let bounds = std::iter::repeat_n(LENGTHS, width).chain([SCALES, (LEAST_NOISE, MOST_NOISE)]);
    let (low, high): (Vec<f64>, Vec<f64>) = bounds.map(|(low, high)| (libm::log(low), libm::log(high))).unzip();
    let mut best: Option<(f64, Vec<f64>)> = None;
    let middle = middle(width);
    let anew = before.is_none() || points.count() < MANY;
    for start in before.into_iter().chain(anew.then_some(&middle)) {
        let mut x = encoded(start);
        let value = minimize(&mut x, &low, &high, &LIMITS, |x, gradient| posterior(points, values, x, gradient));
        if value.is_finite() && best.as_ref().is_none_or(|(lowest, _)| value < *lowest) {
            best = Some((value, x));
        }
    }
    best.map_or(middle, |(_, x)| decoded(&x))
}

fn encoded(parameters: &Parameters) -> Vec<f64> {
    let lengths = parameters.weights.iter().map(|&weight| -0.5 * libm::log(weight));
    lengths.chain([libm::log(parameters.scale), libm::log(parameters.noise)]).collect()
}

fn decoded(x: &[f64]) -> Parameters {
    let (lengths, rest) = x.split_at(x.len() - 2);
    Parameters {
        weights: lengths.iter().map(|length| libm::exp(-2.0 * length)).collect(),
        scale: libm::exp(rest[0]),
        noise: libm::exp(rest[1]),
    }
}

/// The negative logarithm of the posterior over (ln ℓ, ln scale, ln noise), without constants, and its gradient.
pub fn posterior(points: &Points, values: &[f64], x: &[f64], gradient: &mut [f64]) -> f64 {
    let width = points.width();
    let mut result = negative_log_likelihood(points, values, &decoded(x), gradient);
    let lengths = std::iter::repeat_n((length_mean(width), LENGTH_VARIANCE), width);
    for (index, (mean, variance)) in lengths.chain([(0.0, SCALE_VARIANCE), (NOISE_MEAN, NOISE_VARIANCE)]).enumerate() {
        let distance = x[index] - mean;
        result += 0.5 * distance * distance / variance;
        gradient[index] += distance / variance;
    }
    result
}
