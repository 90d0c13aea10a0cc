//! Which trials are good, and how good.

use std::cmp::Ordering;

use super::settings::Settings;
use crate::history::{Finished, History, Status};
use crate::pareto::{self, Chosen};

/// Finished trials from best to worst.
#[derive(Default)]
pub struct Ranking {
    keys: Vec<Key>,
    /// Positions among the finished, best first.
    order: Vec<u32>,
    failed: usize,
}

/// Completed before pruned (later steps first, then by value) before infeasible (by violation) before failed.
#[derive(Clone, Copy, Debug)]
struct Key {
    class: Class,
    first: f64,
    second: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Completed,
    Pruned,
    Infeasible,
    Failed,
}

impl Key {
    fn of(trial: &Finished) -> Self {
        let value = trial.values.first().copied().filter(|value| !value.is_nan()).unwrap_or(f64::INFINITY);
        let (class, first, second) = match trial.status {
            Status::Failed => (Class::Failed, 0.0, 0.0),
            _ if trial.violation > 0.0 => (Class::Infeasible, trial.violation, 0.0),
            Status::Completed => (Class::Completed, value, 0.0),
            Status::Pruned if trial.step.is_nan() => (Class::Pruned, f64::INFINITY, value),
            Status::Pruned => (Class::Pruned, -trial.step, value),
        };
        // −0 and 0 are equal
        Self { class, first: first + 0.0, second: second + 0.0 }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let numbers = self.first.total_cmp(&other.first).then(self.second.total_cmp(&other.second));
        self.class.cmp(&other.class).then(numbers)
    }
}

impl Ranking {
    /// Takes what is new in the history.
    pub fn update(&mut self, history: &History) {
        for trial in &history.finished()[self.keys.len()..] {
            let key = Key::of(trial);
            self.failed += usize::from(key.class == Class::Failed);
            // among equals the one that came first is better
            let at = self.order.partition_point(|&other| self.keys[other as usize].compare(&key) != Ordering::Greater);
            self.order.insert(at, self.keys.len() as u32);
            self.keys.push(key);
        }
    }

    /// Bytes that it holds.
    pub fn bytes(&self) -> usize {
        self.keys.len() * (size_of::<Key>() + size_of::<u32>())
    }

    /// Finished trials that did not fail.
    pub fn usable(&self) -> usize {
        self.keys.len() - self.failed
    }

    /// Numbers of the good trials with their weights, which are 1 on average.
    pub fn good(&self, history: &History, settings: &Settings) -> Vec<(usize, f64)> {
        let count = settings.good(self.usable());
        let completed = self.order.partition_point(|&position| self.keys[position as usize].class == Class::Completed);
        let several = history.finished().first().is_some_and(|trial| trial.values.len() > 1);
        let (positions, weights) = if several && completed > 0 {
            self.of_several(history, count.min(settings.most), completed)
        } else {
            (self.order[..count].to_vec(), self.improvements(count, completed))
        };
        let number = |position: u32| history.finished()[position as usize].number;
        positions.into_iter().map(number).zip(weights_of(weights)).collect()
    }

    /// Expected improvement: by how much each is better than the first that is not good any more (Watanabe 2023).
    fn improvements(&self, count: usize, completed: usize) -> Vec<f64> {
        if count > completed {
            // values of pruned trials cannot be compared with those of completed ones
            return vec![1.0; count];
        }
        let value = |rank: usize| self.keys[self.order[rank] as usize].first;
        // without a next one the last of them has no weight
        let limit = if count < completed { value(count) } else { (0..count).last().map_or(0.0, value) };
        (0..count).map(|rank| limit - value(rank)).collect()
    }

    fn of_several(&self, history: &History, count: usize, completed: usize) -> (Vec<u32>, Vec<f64>) {
        let mut positions = self.order[..completed].to_vec();
        positions.sort_unstable();
        let values: Vec<&[f64]> =
            positions.iter().map(|&position| &*history.finished()[position as usize].values).collect();
        let chosen = pareto::choose(&values, count.min(completed));
        let mut weights: Vec<f64> = chosen.iter().flat_map(Chosen::weights).collect();
        let mut result: Vec<u32> =
            chosen.iter().flat_map(|front| &front.members).map(|&index| positions[index]).collect();
        // when there are too few, the best of the others fill up
        result.extend(&self.order[completed..completed.max(count)]);
        weights.resize(result.len(), 1.0);
        (result, weights)
    }
}

/// 1 on average; all equal where they are not numbers to work with.
fn weights_of(weights: Vec<f64>) -> Vec<f64> {
    let largest = weights.iter().fold(0.0f64, |largest, &weight| largest.max(weight));
    // first to at most 1, so that the sum is finite
    let scaled: Vec<f64> = weights.iter().map(|weight| weight / largest).collect();
    let sum = scaled.iter().fold(0.0, |sum, weight| sum + weight);
    if sum > 0.0 && sum.is_finite() {
        let count = weights.len() as f64;
        scaled.into_iter().map(|weight| weight * count / sum).collect()
    } else {
        vec![1.0; weights.len()]
    }
}

#[cfg(test)]
mod tests;
