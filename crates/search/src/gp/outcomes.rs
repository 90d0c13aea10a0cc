//! What trials gave, as numbers for a Gaussian process.

use downslope_kernels::random::Stream;

use super::values::{standardize, standardized};
use crate::history::{Finished, Status};

/// The weight of the sum beside the maximum, in the augmented Chebyshev scalarisation.
const SUM: f64 = 0.05;
/// No violation counts for more than this.
const MOST_VIOLATION: f64 = 2.0;
/// What feasible trials have, and half way to the least violation. A larger step would be hard to model.
const FEASIBLE: f64 = -0.25;
const BOUNDARY: f64 = -0.125;

/// The finished trials that have values.
#[derive(Clone, Debug)]
pub struct Outcomes {
    trials: Vec<Finished>,
    objectives: usize,
    weights: Stream,
}

impl Outcomes {
    /// None yet.
    #[must_use]
    pub fn new(objectives: usize, seed: u64) -> Self {
        Self { trials: Vec::new(), objectives, weights: Stream::new(seed, "gaussianProcess/weights") }
    }

    /// Adds a trial; false where it has no value and nothing stands in for it, and it was left out.
    pub fn push(&mut self, trial: &Finished) -> bool {
        let known = trial.values.iter().all(|value| !value.is_nan());
        if known {
            self.trials.push(trial.clone());
        }
        known
    }

    /// The trials.
    #[must_use]
    pub fn trials(&self) -> &[Finished] {
        &self.trials
    }

    /// How many values a trial has.
    #[must_use]
    pub fn objectives(&self) -> usize {
        self.objectives
    }

    /// Standardised values of the first trials in one direction. A pruned trial has the worse of its last value and the
    /// median of the completed ones: it was stopped because it was bad, and its value is not that of a whole run. A failed
    /// one has the stand-in of the history, the worst before it.
    #[must_use]
    pub fn objective(&self, count: usize, objective: usize) -> Vec<f64> {
        let trials = &self.trials[..count];
        let completed = trials.iter().filter(|trial| trial.status == Status::Completed);
        let middle = median(completed.map(|trial| trial.values[objective]).collect());
        let value = |trial: &Finished| match (trial.status, middle) {
            (Status::Pruned, Some(middle)) => trial.values[objective].max(middle),
            _ => trial.values[objective],
        };
        standardized(&trials.iter().map(value).collect::<Vec<f64>>())
    }

    /// One standardised value for each of the first trials: the objective itself, or for several of them the augmented
    /// Chebyshev scalarisation max wᵢ fᵢ + 0.05 Σ wᵢ fᵢ over their distances from the best (ParEGO, Knowles 2006), with
    /// weights drawn uniformly from the simplex for trial `number`.
    #[must_use]
    pub fn scalars(&self, count: usize, number: usize) -> Vec<f64> {
        if self.objectives == 1 {
            return self.objective(count, 0);
        }
        let draw = |objective| -libm::log(self.weights.open_unit((number * self.objectives + objective) as u64));
        let draws: Vec<f64> = (0..self.objectives).map(draw).collect();
        let total: f64 = draws.iter().sum();
        let (mut largest, mut sums) = (vec![0.0_f64; count], vec![0.0; count]);
        for (objective, weight) in draws.iter().enumerate() {
            let values = self.objective(count, objective);
            let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
            for ((most, sum), value) in largest.iter_mut().zip(&mut sums).zip(&values) {
                let weighted = weight / total * (value - lowest);
                *most = most.max(weighted);
                *sum += weighted;
            }
        }
        let scalar = largest.iter().zip(&sums).map(|(most, sum)| most + SUM * sum);
        standardized(&scalar.collect::<Vec<f64>>())
    }

    /// A score of the constraints for each of the first trials and the score that separates them, or nothing where all are
    /// feasible: −1/4 for feasible ones, else ln(1 + violation / median violation), at most 2; then standardised, so that
    /// a place of which nothing is known is as likely to be feasible as the trials so far. The boundary is half way to the
    /// least violation.
    #[must_use]
    pub fn violations(&self, count: usize) -> Option<(Vec<f64>, f64)> {
        let trials = &self.trials[..count];
        let positive = trials.iter().map(|trial| trial.violation).filter(|&violation| violation > 0.0);
        let middle = median(positive.collect())?;
        let score = |violation: f64| match violation {
            _ if violation <= 0.0 => FEASIBLE,
            _ if violation.is_infinite() => MOST_VIOLATION,
            _ => libm::log1p(violation / middle).min(MOST_VIOLATION),
        };
        let mut scores: Vec<f64> = trials.iter().map(|trial| score(trial.violation)).collect();
        let (mean, deviation) = standardize(&mut scores);
        Some((scores, (BOUNDARY - mean) / deviation))
    }

    /// Trials with the best first: feasible ones by their values; where there are none, all by their violation.
    /// And whether there are feasible ones.
    #[must_use]
    pub fn ranking(&self, values: &[f64]) -> (Vec<usize>, bool) {
        let mut order: Vec<usize> = (0..values.len()).filter(|&i| self.trials[i].violation <= 0.0).collect();
        let feasible = !order.is_empty();
        if feasible {
            order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        } else {
            order = (0..values.len()).collect();
            order.sort_by(|&a, &b| self.trials[a].violation.total_cmp(&self.trials[b].violation));
        }
        (order, feasible)
    }
}

/// The upper median.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
