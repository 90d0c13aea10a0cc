//! A sampler at work on one study.

mod duplicates;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Deserialize;

use crate::history::{Finished, History, Status};
use crate::sampler::{self, Sampler, Start};
use crate::space::{Axis, Space};
use crate::{Error, Result};
use duplicates::Duplicates;

/// What a sampler needs to know of the study.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Where all random numbers come from.
    pub seed: u64,
    /// One for each value of a trial.
    pub directions: Vec<Direction>,
}

/// What is better.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Lower values.
    Minimize,
    /// Higher values.
    Maximize,
}

impl Direction {
    /// A value as one that is better when it is less.
    #[must_use]
    pub fn minimised(self, value: f64) -> f64 {
        match self {
            Self::Minimize => value,
            Self::Maximize => -value,
        }
    }
}

/// Space, sampler and history: takes what is new and gives the next point.
pub struct Session {
    space: Arc<Space>,
    axes: Vec<Axis>,
    directions: Vec<Direction>,
    sampler: Box<dyn Sampler>,
    history: History,
    duplicates: Option<Duplicates>,
    /// The worst values of completed trials so far, to be minimised; NaN before the first.
    worst: Vec<f64>,
}

/// Numbers of a row of finished trials before its values.
const HEAD: usize = 4;
/// How often a sampler is asked for another point before the first one that nobody has tried is taken.
const ATTEMPTS: u32 = 32;

impl Session {
    /// Starts the sampler `kind` with its options, over a space, for a study; all as JSON.
    ///
    /// # Errors
    /// `Error::Option` when one of them is not as it must be.
    pub fn new(kind: &str, space: &str, options: &str, study: &str) -> Result<Self> {
        let space = Arc::new(Space::parse(space)?);
        let Study { seed, directions } =
            serde_json::from_str(study).map_err(|error| Error::Option(format!("study: {error}")))?;
        if directions.is_empty() {
            return Err(Error::Option("study: directions must not be empty".into()));
        }
        let options = serde_json::from_str(options).map_err(|error| Error::Option(format!("{kind}: {error}")))?;
        let start = Start { space: space.clone(), objectives: directions.len(), seed };
        let sampler = sampler::make(kind, &start, options)?;
        let axes = space.axes();
        let wanted = !sampler.decides_on_duplicates();
        let duplicates = if wanted { Duplicates::new(&space, &axes, seed) } else { None };
        let history = History::new(axes.len());
        let worst = vec![f64::NAN; directions.len()];
        Ok(Self { space, axes, directions, sampler, history, duplicates, worst })
    }

    /// What is known of the study.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Bytes that it holds, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let trial = 8 * (2 * self.axes.len() + self.directions.len()) + size_of::<Finished>();
        self.history.asked() * trial + self.sampler.bytes()
    }

    /// The point of the next trial, after `asked` points (their coordinates, one after the other) and `finished` trials
    /// have been added to the history. A row of the latter is number, status (0 completed, 1 pruned, 2 failed), last step,
    /// violation and the values as the user gave them, NaN where there are none.
    ///
    /// `None` when every combination has been suggested. Whoever sets `cancel` wants none any more.
    ///
    /// # Errors
    /// `Error::Option` when they do not fit to space and study; then nothing has been added. `Error::Cancelled`.
    pub fn suggest(&mut self, asked: &[f64], finished: &[f64], cancel: &AtomicBool) -> Result<Option<Vec<f64>>> {
        let points = self.points(asked)?;
        let rows = self.rows(finished, points.len())?;
        for point in points {
            self.history.ask(&point);
        }
        for row in rows {
            self.finish(row);
        }
        self.next(cancel)
    }

    fn points(&self, asked: &[f64]) -> Result<Vec<Vec<f64>>> {
        let dimensions = self.axes.len();
        if dimensions == 0 {
            // trials of an empty space are told by one number each, which says nothing
            return Ok(vec![Vec::new(); asked.len()]);
        }
        if !asked.len().is_multiple_of(dimensions) {
            return Err(Error::Option(format!("points: must have {dimensions} coordinates each")));
        }
        asked.chunks_exact(dimensions).map(|point| self.space.checked(&self.axes, point)).collect()
    }

    fn rows(&self, finished: &[f64], asked: usize) -> Result<Vec<Finished>> {
        let width = HEAD + self.directions.len();
        let refuse = |what: String| Error::Option(format!("finished trials: {what}"));
        if !finished.len().is_multiple_of(width) {
            return Err(refuse(format!("must have {width} numbers each")));
        }
        let known = self.history.asked() + asked;
        let mut told = BTreeSet::new();
        let mut rows = Vec::new();
        for row in finished.chunks_exact(width) {
            let number = row[0] as usize;
            let pending = self.history.is_pending(number) || (self.history.asked()..known).contains(&number);
            if row[0] != number as f64 || !pending || !told.insert(number) {
                return Err(refuse(format!("must have been asked and not be finished, received trial {}", row[0])));
            }
            let status = match row[1] {
                0.0 => Status::Completed,
                1.0 => Status::Pruned,
                2.0 => Status::Failed,
                other => return Err(refuse(format!("status must be 0, 1 or 2, received {other}"))),
            };
            let values: Vec<f64> = row[HEAD..]
                .iter()
                .zip(&self.directions)
                .map(|(&value, direction)| direction.minimised(value))
                .collect();
            if status == Status::Completed && values.iter().any(|value| value.is_nan()) {
                return Err(refuse(format!("completed ones must have values, received trial {number} without")));
            }
            rows.push(Finished { number, status, values, violation: row[3].max(0.0), step: row[2] });
        }
        Ok(rows)
    }

    fn finish(&mut self, mut row: Finished) {
        for (value, worst) in row.values.iter_mut().zip(&mut self.worst) {
            match row.status {
                // NaN until the first
                Status::Completed => *worst = value.max(*worst),
                Status::Failed => *value = *worst,
                Status::Pruned if value.is_nan() => *value = *worst,
                Status::Pruned => {}
            }
        }
        self.history.finish(row);
    }

    fn next(&mut self, cancel: &AtomicBool) -> Result<Option<Vec<f64>>> {
        if self.duplicates.as_ref().is_some_and(|duplicates| duplicates.exhausted(&self.history)) {
            return Ok(None);
        }
        let Some(mut point) = self.sampler.suggest(&self.history, cancel)? else { return Ok(None) };
        let Some(duplicates) = &mut self.duplicates else { return Ok(Some(point)) };
        let mut attempt = 0;
        while self.history.seen(&point) {
            attempt += 1;
            let other = if attempt <= ATTEMPTS { self.sampler.retry(&self.history, attempt)? } else { None };
            match other {
                Some(other) => point = other,
                None => return Ok(duplicates.first_unseen(&self.history)),
            }
        }
        Ok(Some(point))
    }
}

#[cfg(test)]
mod tests;
