//! What a sampler may look at.

use std::collections::HashSet;

use crate::space::Key;

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// With values.
    Completed,
    /// Stopped early; the value is the last that it reported.
    Pruned,
    /// Without a value; here it has the worst so far as a stand-in.
    Failed,
}

/// A finished trial of the declared history.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// Its number.
    pub number: usize,
    /// How it ended.
    pub status: Status,
    /// One for each direction, all to be minimised (those to be maximised have changed sign). NaN where there is none: a
    /// failed or pruned trial without any value before it that could stand in.
    pub values: Vec<f64>,
    /// Sum of what the constraints exceed 0 by; 0 for a feasible trial or where there are no constraints.
    pub violation: f64,
    /// The last step that was reported, for pruned trials; NaN where nothing was reported.
    pub step: f64,
}

/// The declared history of the trial to be suggested.
#[derive(Clone, Debug, Default)]
pub struct History {
    dimensions: usize,
    points: Vec<f64>,
    finished: Vec<Finished>,
    done: Vec<bool>,
    keys: HashSet<Key>,
}

impl History {
    /// An empty history over points of so many coordinates.
    #[must_use]
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions, ..Self::default() }
    }

    /// How many trials have been asked: the number of the next one.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.done.len()
    }

    /// The point of trial `number`, which must have been asked.
    #[must_use]
    pub fn point(&self, number: usize) -> &[f64] {
        &self.points[number * self.dimensions..(number + 1) * self.dimensions]
    }

    /// Whether a trial was asked at this point.
    #[must_use]
    pub fn seen(&self, point: &[f64]) -> bool {
        self.keys.contains(&Key::of(point))
    }

    /// At how many points trials were asked.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.keys.len()
    }

    /// Finished trials in the order in which they became known: by number, unless the study is asynchronous.
    /// Only ever appended to, so that samplers can work incrementally.
    #[must_use]
    pub fn finished(&self) -> &[Finished] {
        &self.finished
    }

    /// Numbers of the trials that were asked and are not among the finished, ascending.
    pub fn pending(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.done.len()).filter(|&number| !self.done[number])
    }

    /// Whether this trial was asked and is not among the finished.
    #[must_use]
    pub fn is_pending(&self, number: usize) -> bool {
        self.done.get(number) == Some(&false)
    }

    /// Adds the point of the next trial.
    pub fn ask(&mut self, point: &[f64]) {
        debug_assert_eq!(point.len(), self.dimensions);
        self.points.extend_from_slice(point);
        self.keys.insert(Key::of(point));
        self.done.push(false);
    }

    /// Adds a finished trial that was asked before.
    pub fn finish(&mut self, finished: Finished) {
        self.done[finished.number] = true;
        self.finished.push(finished);
    }
}
