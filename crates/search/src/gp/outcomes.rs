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

    /// Bytes that they take, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.trials.len() * (size_of::<Finished>() + self.objectives * size_of::<f64>())
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

    /// A score of the constraints for each of the first trials and the score that separates them, or nothing where none
    /// is violated: −1/4 for feasible ones, else ln(1 + violation / median violation), at most 2; then standardised, so that
    /// a place of which nothing is known is as likely to be feasible as the trials so far. The boundary is half way to the
    /// least violation. Nobody knows what a failed trial would have violated; it counts with the median.
    #[must_use]
    pub fn violations(&self, count: usize) -> Option<(Vec<f64>, f64)> {
        let trials = &self.trials[..count];
        let positive = trials.iter().map(|trial| trial.violation).filter(|&violation| violation > 0.0);
        let middle = median(positive.collect())?;
        let score = |trial: &Finished| match trial.violation {
            _ if trial.status == Status::Failed => std::f64::consts::LN_2,
            violation if violation <= 0.0 => FEASIBLE,
            violation if violation.is_infinite() => MOST_VIOLATION,
            violation => libm::log1p(violation / middle).min(MOST_VIOLATION),
        };
        let mut scores: Vec<f64> = trials.iter().map(score).collect();
        let (mean, deviation) = standardize(&mut scores);
        Some((scores, (BOUNDARY - mean) / deviation))
    }

    /// Trials that did not fail with the best first: feasible ones by their values; where there are none, all by their
    /// violation. And whether there are feasible ones.
    #[must_use]
    pub fn ranking(&self, values: &[f64]) -> (Vec<usize>, bool) {
        let violation = |i: usize| self.trials[i].violation;
        // there is one: a failed trial is only here if one before it was completed
        let mut order: Vec<usize> = (0..values.len()).filter(|&i| self.trials[i].status != Status::Failed).collect();
        let feasible = order.iter().any(|&i| violation(i) <= 0.0);
        if feasible {
            order.retain(|&i| violation(i) <= 0.0);
            order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        } else {
            order.sort_by(|&a, &b| violation(a).total_cmp(&violation(b)));
        }
        (order, feasible)
    }
}

/// The upper median.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(trials: &[(Status, f64, f64)]) -> Outcomes {
        let mut result = Outcomes::new(1, 0);
        for (number, &(status, value, violation)) in trials.iter().enumerate() {
            result.push(&Finished { number, status, values: vec![value], violation, step: f64::NAN });
        }
        result
    }

    #[test]
    fn failed_trials_are_not_feasible() {
        let (completed, failed) = (Status::Completed, Status::Failed);
        // nobody asked for the constraints of the one that failed
        let never =
            outcomes(&[(completed, 1.0, 3.0), (completed, 2.0, 1.0), (failed, 2.0, 0.0), (completed, 3.0, 2.0)]);
        let values = never.scalars(4, 4);
        assert_eq!(never.ranking(&values), (vec![1, 3, 0], false));
        let (scores, limit) = never.violations(4).unwrap();
        // as much as the one in the middle of the others
        assert!(scores.iter().all(|&score| score > limit) && scores[2] == scores[3], "{scores:?} {limit}");
        let some = outcomes(&[(completed, 2.0, 0.0), (completed, 1.0, 1.0), (failed, 2.0, 0.0), (completed, 1.5, 0.0)]);
        assert_eq!(some.ranking(&some.scalars(4, 4)), (vec![3, 0], true));
        // without constraints a failure is no violation of any
        assert!(outcomes(&[(completed, 2.0, 0.0), (failed, 2.0, 0.0)]).violations(2).is_none());
    }
}
