//! The Gaussian process given its kernel: mean, variance, and their gradients.

use super::factor::Factor;
use super::kernel::{Parameters, Points, matern, matern_with_slopes};
use crate::lanes::{LANES, add_scaled, dot};

/// A Gaussian process with prior mean 0 over points of which the first have values; those after them (pending trials) are
/// believed to have the posterior mean (Kriging believer, Ginsbourger et al. 2010): that leaves the mean as it is and takes
/// away variance.
#[derive(Clone, Debug)]
pub struct Model {
    points: Points,
    parameters: Parameters,
    factor: Factor,
    /// K⁻¹ y over the points that have values.
    alpha: Vec<f64>,
}

/// Mean and variance at a point, with gradients over the columns; 0 for those of categories.
#[derive(Clone, Debug, Default)]
pub struct Slope {
    /// Posterior mean of the function.
    pub mean: f64,
    /// Posterior variance of the function, without noise; above 0.
    pub variance: f64,
    /// Of the mean.
    pub mean_gradient: Vec<f64>,
    /// Of the variance.
    pub variance_gradient: Vec<f64>,
}

/// No variance is taken to be less than this share of the prior's.
const LEAST_VARIANCE: f64 = 1e-12;

impl Model {
    /// Without points yet.
    #[must_use]
    pub fn new(categories: Vec<bool>, parameters: Parameters) -> Self {
        Self { points: Points::new(categories), parameters, factor: Factor::default(), alpha: Vec::new() }
    }

    /// The points, pending ones included.
    #[must_use]
    pub fn points(&self) -> &Points {
        &self.points
    }

    /// Appends a point: a row of the factor.
    pub fn push(&mut self, point: &[f64]) {
        let mut covariances = vec![0.0; self.points.count()];
        self.points.distances(&self.parameters.weights, point, &mut covariances);
        matern(self.parameters.scale, &mut covariances);
        self.factor.push(&covariances, self.parameters.scale + self.parameters.noise);
        self.points.push(point);
    }

    /// Keeps the first points.
    pub fn truncate(&mut self, count: usize) {
        self.points.truncate(count);
        self.factor.truncate(count);
    }

    /// Gives all points that there are now their values.
    pub fn observe(&mut self, values: &[f64]) {
        debug_assert_eq!(values.len(), self.points.count());
        self.alpha.clear();
        self.alpha.extend_from_slice(values);
        self.factor.solve_lower(&mut self.alpha);
        self.factor.solve_upper(&mut self.alpha);
    }

    /// Mean at observed point `i`, whose value is this: kᵀ α without the noise on the diagonal.
    #[must_use]
    pub fn mean_at(&self, i: usize, value: f64) -> f64 {
        value - self.parameters.noise * self.alpha[i]
    }

    /// Bytes that it holds, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.points.bytes() + self.factor.bytes() + size_of_val(&*self.alpha)
    }

    fn variance(&self, explained: f64) -> f64 {
        (self.parameters.scale - explained).max(LEAST_VARIANCE * self.parameters.scale)
    }

    /// Means and variances of [`LANES`] points at once, given by columns.
    #[must_use]
    pub fn predict(&self, block: &[[f64; LANES]], buffer: &mut Vec<[f64; LANES]>) -> ([f64; LANES], [f64; LANES]) {
        let count = self.points.count();
        buffer.resize(count, [0.0; LANES]);
        self.points.distances_block(&self.parameters.weights, block, buffer);
        matern(self.parameters.scale, buffer.as_flattened_mut());
        let mut means = [0.0; LANES];
        for (covariances, &alpha) in buffer.iter().zip(&self.alpha) {
            for lane in 0..LANES {
                means[lane] += covariances[lane] * alpha;
            }
        }
        let explained = self.factor.solve_lower_block(buffer);
        (means, explained.map(|value| self.variance(value)))
    }

    /// Mean and variance with their gradients.
    #[must_use]
    pub fn slope(&self, point: &[f64]) -> Slope {
        let count = self.points.count();
        let Parameters { weights, scale, .. } = &self.parameters;
        let (mut covariances, mut slopes) = (vec![0.0; count], vec![0.0; count]);
        self.points.distances(weights, point, &mut covariances);
        matern_with_slopes(*scale, &mut covariances, &mut slopes);
        let mean = dot(&covariances, &self.alpha);
        self.factor.solve_lower(&mut covariances);
        let variance = self.variance(dot(&covariances, &covariances));
        self.factor.solve_upper(&mut covariances);
        // dk/dx = −slope · 2 w (x − y)
        let mut factors: Vec<f64> = slopes.iter().zip(&self.alpha).map(|(slope, alpha)| slope * alpha).collect();
        let mut mean_gradient = vec![0.0; weights.len()];
        self.points.pull(point, &factors, &mut mean_gradient);
        factors.clear();
        factors.extend(slopes.iter().zip(&covariances).map(|(slope, beta)| slope * beta));
        let mut variance_gradient = vec![0.0; weights.len()];
        self.points.pull(point, &factors, &mut variance_gradient);
        for (index, weight) in weights.iter().enumerate() {
            mean_gradient[index] *= -2.0 * weight;
            variance_gradient[index] *= 4.0 * weight;
        }
        Slope { mean, variance, mean_gradient, variance_gradient }
    }
}

/// The negative logarithm of the marginal likelihood of values at points, and its gradient over ln ℓ of each column,
/// ln scale and ln noise.
pub fn negative_log_likelihood(points: &Points, values: &[f64], parameters: &Parameters, gradient: &mut [f64]) -> f64 {
    let n = points.count();
    let width = points.width();
    let mut factor = Factor::default();
    let mut slopes = Vec::with_capacity(n * (n + 1) / 2);
    let mut covariances = vec![0.0; n];
    let (mut scale_slope, mut noise_slope) = (0.0, 0.0);
    let rows: Vec<Vec<f64>> = (0..n).map(|i| points.point(i)).collect();
    let mut kernel = Vec::with_capacity(n * (n + 1) / 2);
    for (i, row) in rows.iter().enumerate() {
        let begin = slopes.len();
        slopes.resize(begin + i, 0.0);
        points.distances(&parameters.weights, row, &mut covariances[..i]);
        matern_with_slopes(parameters.scale, &mut covariances[..i], &mut slopes[begin..]);
        factor.push(&covariances[..i], parameters.scale + parameters.noise);
        kernel.extend_from_slice(&covariances[..i]);
    }
    let mut alpha = values.to_vec();
    factor.solve_lower(&mut alpha);
    factor.solve_upper(&mut alpha);
    let mut inverse = factor.inverse();
    gradient.fill(0.0);
    let mut begin = 0;
    for (i, row) in rows.iter().enumerate() {
        // −∂L/∂θ = ½ Σ (K⁻¹ − α αᵀ) ∂K/∂θ; the triangle counts twice
        let packed = &mut inverse[begin + i..=begin + i + i];
        add_scaled(packed, -alpha[i], &alpha);
        let diagonal = 0.5 * packed[i];
        scale_slope += diagonal * parameters.scale + dot(&packed[..i], &kernel[begin..begin + i]);
        noise_slope += diagonal * parameters.noise;
        for (weight, slope) in packed[..i].iter_mut().zip(&slopes[begin..begin + i]) {
            *weight *= slope;
        }
        // dk/d ln ℓ = slope · 2 w (x − y)²
        points.weigh(row, &packed[..i], &mut gradient[..width]);
        begin += i;
    }
    for (slope, weight) in gradient.iter_mut().zip(&parameters.weights) {
        *slope *= 2.0 * weight;
    }
    gradient[width] = scale_slope;
    gradient[width + 1] = noise_slope;
    let constant = n as f64 * libm::log(2.0 * std::f64::consts::PI);
    0.5 * (dot(values, &alpha) + factor.log_determinant() + constant)
}
