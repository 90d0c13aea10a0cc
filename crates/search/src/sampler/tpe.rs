//! Tree-structured Parzen estimator.

mod column;
mod group;
mod mixture;
mod numeric;
mod ranking;
mod settings;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use downslope_kernels::random::{Stream, inverse_normal};
use serde::Deserialize;

use super::quasi_random::QuasiRandom;
use super::{Sampler, Start};
use crate::history::History;
use crate::lanes::LANES;
use crate::normal::distribution;
use crate::space::{Axis, Key, Space};
use crate::{Error, Result};
use column::{Column, Shape, Side, category};
use group::{Coordinate, Group};
use mixture::Mixture;
use ranking::Ranking;
use settings::Settings;

/// How many trials it starts with, and how many candidates it compares.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Finished trials before the model is used.
    startup: usize,
    /// Points drawn from the good density, of which the best is suggested.
    candidates: u32,
}

/// Draws of a trial are numbered by candidate; more than this many are never made.
const MOST_DRAWS: u32 = 1 << 16;
/// How often candidates are drawn anew when all were asked before.
const BATCHES: u32 = 4;

/// Two densities, of good trials and of all others, for each group of dimensions that are active together. Suggests where
/// the first is large against the second.
pub struct Tpe {
    space: Arc<Space>,
    axes: Vec<Axis>,
    options: Options,
    settings: Settings,
    ranking: Ranking,
    groups: Vec<Group>,
    draws: Draws,
    start: QuasiRandom,
    read: usize,
    /// Of each trial in the present history; 0 for the bad ones.
    weights: Vec<f64>,
    /// Candidates of the present trial, by group.
    candidates: Vec<Option<Candidates>>,
    /// Which of them its point is made of.
    ranks: Vec<usize>,
    /// The group whose next candidate a retry takes.
    varied: Option<usize>,
}

/// Where its random numbers come from.
struct Draws {
    kernels: Vec<Stream>,
    dimensions: Vec<Stream>,
}

/// Values of a group's columns, best first and all different.
struct Candidates {
    values: Vec<Vec<f64>>,
    batches: u32,
}

/// Makes it; fails when there are too many candidates or none.
pub fn make(start: &Start, options: Options) -> Result<Tpe> {
    if options.candidates == 0 || options.candidates > MOST_DRAWS / BATCHES {
        let most = MOST_DRAWS / BATCHES;
        return Err(Error::Option(format!("tpe: candidates must be in [1, {most}], received {}", options.candidates)));
    }
    let axes = start.space.axes();
    let mut groups: Vec<Group> = Vec::new();
    for (index, &axis) in axes.iter().enumerate().filter(|(_, axis)| axis.count() != Some(1)) {
        let when = start.space.dimensions[index].when;
        let column = Column::new(index, axis);
        match groups.iter_mut().find(|group| start.space.dimensions[group.first()].when == when) {
            Some(group) => group.columns.push(column),
            None => groups.push(Group::new(vec![column])),
        }
    }
    let stream = |name: &str, index: usize| Stream::new(start.seed, &format!("tpe/{name}/{index}"));
    let draws = Draws {
        kernels: (0..groups.len()).map(|index| stream("kernel", index)).collect(),
        dimensions: (0..axes.len()).map(|index| stream("dimension", index)).collect(),
    };
    Ok(Tpe {
        space: start.space.clone(),
        options,
        settings: Settings::default(),
        ranking: Ranking::default(),
        candidates: groups.iter().map(|_| None).collect(),
        ranks: vec![0; groups.len()],
        varied: None,
        groups,
        draws,
        // the same points as the sampler of this name
        start: QuasiRandom::new(start, "quasiRandom"),
        read: 0,
        weights: Vec::new(),
        axes,
    })
}

impl Tpe {
    /// Takes what is new in the history.
    fn update(&mut self, history: &History) {
        self.ranking.update(history);
        for number in self.read..history.asked() {
            let point = history.point(number);
            for group in self.groups.iter_mut().filter(|group| !point[group.first()].is_nan()) {
                group.push(number, point, &self.settings);
            }
        }
        self.read = history.asked();
        let mut sides = vec![Side::Bad; history.asked()];
        self.weights = vec![0.0; history.asked()];
        for (number, weight) in self.ranking.good(history, &self.settings) {
            sides[number] = Side::Good;
            self.weights[number] = weight;
        }
        for group in &mut self.groups {
            for row in 0..group.numbers.len() {
                group.turn(row, sides[group.numbers[row]], &self.settings);
            }
        }
    }

    /// Draws candidates of a group and sorts them by the ratio of the densities.
    fn draw(&self, at: usize, number: usize, batch: u32) -> Vec<Vec<f64>> {
        let group = &self.groups[at];
        let (sum, count) = (0..group.numbers.len())
            .filter(|&row| group.sides[row] == Side::Good)
            .fold((0.0, 0.0), |(sum, count), row| (sum + self.weights[group.numbers[row]], count + 1.0));
        // 1 on average in this group too
        let weight = |row: usize| if sum > 0.0 { self.weights[group.numbers[row]] * count / sum } else { 1.0 };
        let good = Mixture::new(group, Side::Good, &self.settings, weight);
        let bad = Mixture::new(group, Side::Bad, &self.settings, |_| 1.0);
        let first = batch * self.options.candidates;
        let candidates: Vec<Vec<Coordinate>> =
            (first..first + self.options.candidates).map(|index| self.candidate(at, &good, number, index)).collect();
        let mut scored = Vec::with_capacity(candidates.len());
        for block in candidates.chunks(LANES) {
            let (above, below) = (good.log_density(block), bad.log_density(block));
            for (lane, candidate) in block.iter().enumerate() {
                scored.push((above[lane] - below[lane], candidate));
            }
        }
        // stable: of equals the first drawn
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.into_iter().map(|(_, candidate)| group.values(candidate)).collect()
    }

    fn candidate(&self, at: usize, good: &Mixture<'_>, number: usize, index: u32) -> Vec<Coordinate> {
        let counter = (number as u64) << 16 | u64::from(index);
        let kernel = good.draw(self.draws.kernels[at].unit(counter));
        let group = &self.groups[at];
        let coordinate = |column: &Column| {
            let unit = self.draws.dimensions[column.dimension].open_unit(counter);
            if let Shape::Category(count) = column.shape {
                let own = libm::exp(self.settings.category(count, group.count(Side::Good)).0);
                let index = category(count, kernel.map(|row| (column.indices[row], own)), unit);
                return Coordinate { unit: 0.0, index };
            }
            let (centre, bandwidth) = kernel.map_or((0.5, 1.0), |row| (column.units[row], column.bandwidth_of(row)));
            let [low, high] = [-centre / bandwidth, (1.0 - centre) / bandwidth].map(distribution);
            let drawn = (centre + bandwidth * inverse_normal(low + unit * (high - low))).clamp(0.0, 1.0);
            if column.axis.count().is_none() {
                return Coordinate { unit: drawn, index: 0 };
            }
            let value = column.axis.value(drawn);
            Coordinate { unit: column.axis.unit(value), index: column.axis.index(value) as u32 }
        };
        group.columns.iter().map(coordinate).collect()
    }

    /// The point made of the candidates of the present ranks; none when a group has no more.
    fn compose(&mut self, number: usize) -> Option<Vec<f64>> {
        let mut point = vec![f64::NAN; self.axes.len()];
        for index in 0..point.len() {
            if !self.space.active(index, &point) {
                continue;
            }
            if let Some(at) = self.groups.iter().position(|group| group.first() == index) {
                let values = self.ranked(at, number, self.ranks[at])?;
                for (column, value) in self.groups[at].columns.iter().zip(values) {
                    point[column.dimension] = value;
                }
            } else if self.axes[index].count() == Some(1) {
                point[index] = self.axes[index].value(0.5);
            }
        }
        Some(point)
    }

    /// Candidate `rank` of a group, drawing as many as it takes.
    fn ranked(&mut self, at: usize, number: usize, rank: usize) -> Option<Vec<f64>> {
        let mut known = self.candidates[at].take().unwrap_or(Candidates { values: Vec::new(), batches: 0 });
        while known.values.len() <= rank && known.batches < BATCHES {
            let mut seen: HashSet<Key> = known.values.iter().map(|values| Key::of(values)).collect();
            let drawn = self.draw(at, number, known.batches);
            known.values.extend(drawn.into_iter().filter(|values| seen.insert(Key::of(values))));
            known.batches += 1;
        }
        let result = known.values.get(rank).cloned();
        self.candidates[at] = Some(known);
        result
    }

    /// Of the groups that are active at a point the one with most to choose from, of equals the last.
    fn widest(&self, point: &[f64]) -> Option<usize> {
        let choices = |at: &usize| self.candidates[*at].as_ref().map_or(0, |known| known.values.len());
        (0..self.groups.len()).filter(|&at| !point[self.groups[at].first()].is_nan()).max_by_key(choices)
    }

    /// The group that decides whether this one is active.
    fn parent(&self, at: usize) -> Option<usize> {
        let mut dimension = self.groups[at].first();
        loop {
            dimension = self.space.dimensions[dimension].when?.parent;
            let owns = |group: &Group| group.columns.iter().any(|column| column.dimension == dimension);
            // one with a single value is in no group, and decides nothing
            if let Some(parent) = self.groups.iter().position(owns) {
                return Some(parent);
            }
        }
    }

    fn started(&self) -> bool {
        self.ranking.usable() >= self.options.startup.max(1)
    }
}

impl Sampler for Tpe {
    fn suggest(&mut self, history: &History, _: &AtomicBool) -> Result<Option<Vec<f64>>> {
        self.update(history);
        self.candidates.fill_with(|| None);
        self.ranks.fill(0);
        let number = history.asked();
        if !self.started() {
            return Ok(Some(self.start.draw(number)));
        }
        let Some(point) = self.compose(number) else {
            return Err(Error::Internal("tpe: a group without candidates".into()));
        };
        self.varied = self.widest(&point);
        Ok(Some(point))
    }

    fn bytes(&self) -> usize {
        let groups: usize = self.groups.iter().map(Group::bytes).sum();
        groups + self.ranking.bytes() + size_of_val(&*self.weights)
    }

    fn retry(&mut self, history: &History, attempt: u32) -> Result<Option<Vec<f64>>> {
        let number = history.asked();
        if !self.started() {
            return Ok(Some(self.start.redraw(number, attempt)));
        }
        let mut used_up = false;
        while let Some(at) = self.varied {
            self.ranks[at] += 1;
            if let Some(point) = self.compose(number) {
                if used_up {
                    self.varied = self.widest(&point);
                }
                return Ok(Some(point));
            }
            // nothing else for these parents: the next of them
            self.ranks[at] = 0;
            self.varied = self.parent(at);
            used_up = true;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
