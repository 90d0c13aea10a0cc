//! What a trial at a point would be worth.

use super::model::Model;
use crate::lanes::LANES;
use crate::normal::{log_distribution, log_improvement};

/// A function of mean and deviation, to be maximised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Term {
    /// ln E[max(best − y, 0)].
    LogExpectedImprovement {
        /// What is to be improved on.
        best: f64,
    },
    /// ln P(y < limit).
    LogProbability {
        /// What is to be undercut.
        limit: f64,
    },
    /// κ σ − μ: the upper confidence bound of what is maximised.
    Bound {
        /// κ.
        kappa: f64,
    },
}

impl Term {
    /// Its value and its derivatives by mean and deviation.
    #[must_use]
    pub fn at(&self, mean: f64, deviation: f64) -> (f64, f64, f64) {
        match *self {
            Self::LogExpectedImprovement { best } => {
                let z = (best - mean) / deviation;
                let (value, slope) = log_improvement(z);
                (value + libm::log(deviation), -slope / deviation, (1.0 - z * slope) / deviation)
            }
            Self::LogProbability { limit } => {
                let z = (limit - mean) / deviation;
                let (value, slope) = log_distribution(z);
                (value, -slope / deviation, -z * slope / deviation)
            }
            Self::Bound { kappa } => (kappa * deviation - mean, -1.0, kappa),
        }
    }
}

/// The sum of terms, each over its own model: the objective's and those of constraints.
#[derive(Debug)]
pub struct Acquisition<'a> {
    terms: Vec<(&'a Model, Term)>,
}

impl<'a> Acquisition<'a> {
    /// The sum of these.
    #[must_use]
    pub fn new(terms: Vec<(&'a Model, Term)>) -> Self {
        Self { terms }
    }

    /// Its values at rows.
    #[must_use]
    pub fn values(&self, rows: &[Vec<f64>]) -> Vec<f64> {
        let mut result = Vec::with_capacity(rows.len());
        let mut buffer = Vec::new();
        for chunk in rows.chunks(LANES) {
            let width = chunk[0].len();
            let mut block = vec![[0.0; LANES]; width];
            for lane in 0..LANES {
                let row = &chunk[lane.min(chunk.len() - 1)];
                for (lanes, &value) in block.iter_mut().zip(row) {
                    lanes[lane] = value;
                }
            }
            let mut sums = [0.0; LANES];
            for (model, term) in &self.terms {
                let (means, variances) = model.predict(&block, &mut buffer);
                for lane in 0..LANES {
                    sums[lane] += term.at(means[lane], variances[lane].sqrt()).0;
                }
            }
            result.extend_from_slice(&sums[..chunk.len()]);
        }
        result
    }

    /// Its value at a row, and its gradient over the columns (0 for categories).
    pub fn slope(&self, row: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let mut sum = 0.0;
        for (model, term) in &self.terms {
            let at = model.slope(row);
            let deviation = at.variance.sqrt();
            let (value, by_mean, by_deviation) = term.at(at.mean, deviation);
            sum += value;
            let by_variance = 0.5 * by_deviation / deviation;
            for (index, target) in gradient.iter_mut().enumerate() {
                *target += by_mean * at.mean_gradient[index] + by_variance * at.variance_gradient[index];
            }
        }
        sum
    }
}
