//! Where the acquisition function is largest.

use std::collections::HashSet;

use downslope_kernels::random::Stream;

use super::acquisition::Acquisition;
use super::coordinates::{Coordinates, Move};
use super::lattice::Lattice;
use super::lbfgs::{Limits, minimize};
use crate::history::History;
use crate::space::Key;

const LIMITS: Limits = Limits { iterations: 30, evaluations: 45, gradient: 1e-4, gain: 1e-7 };
/// Rounds of gradient and discrete moves in turn.
const ROUNDS: usize = 8;

/// Trials that a search starts from and looks around.
pub const INCUMBENTS: usize = 5;

/// How thorough the search is.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Evenly spread places.
    pub places: usize,
    /// Places near each of the best trials.
    pub near: usize,
    /// Searches from the best of them.
    pub starts: usize,
}

impl Effort {
    /// As thorough as it gets.
    pub const WHOLE: Self = Self { places: 1024, near: 64, starts: 8 };
}

/// A search for the best place.
#[derive(Debug)]
pub struct Search<'a> {
    /// The space.
    pub coordinates: &'a Coordinates,
    /// What is maximised.
    pub acquisition: &'a Acquisition<'a>,
    /// Trials so far, where their points are not wanted again.
    pub asked: Option<&'a History>,
    /// Random numbers of this trial.
    pub stream: Stream,
    /// Evenly spread places.
    pub lattice: Lattice,
    /// Places of the best trials, best first.
    pub incumbents: &'a [Vec<f64>],
    /// How thorough it is.
    pub effort: Effort,
}

/// A place and its value.
type Found = (Vec<f64>, f64);

impl Search<'_> {
    /// The best place found that is not taken; none where all that were looked at are.
    #[must_use]
    pub fn run(&self) -> Option<Vec<f64>> {
        let mut best: Option<Found> = None;
        let mut starts = self.screened(&mut best);
        for start in &mut starts {
            self.climb(start, &mut best);
        }
        best.map(|(place, _)| place)
    }

    /// Keeps the first of a sorted list that is not taken, if it is better.
    fn note(&self, found: &[Found], best: &mut Option<Found>) {
        let better = |(_, value): &&Found| best.as_ref().is_none_or(|(_, highest)| value > highest);
        let taken = |place: &[f64]| self.asked.is_some_and(|history| history.seen(&self.coordinates.point(place)));
        if let Some(first) = found.iter().filter(better).find(|(place, _)| !taken(place)) {
            *best = Some(first.clone());
        }
    }

    /// Places with their values, best first.
    fn evaluated(&self, mut places: Vec<Vec<f64>>, best: &mut Option<Found>) -> Vec<Found> {
        if self.coordinates.finite() {
            // a small space has each of its places many times among a thousand
            let mut known = HashSet::new();
            places.retain(|place| known.insert(Key::of(place)));
        }
        let rows: Vec<Vec<f64>> = places.iter().map(|place| self.coordinates.row(place)).collect();
        let values = self.acquisition.values(&rows);
        let mut found: Vec<Found> = places.into_iter().zip(values).collect();
        // equal ones stay in order
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        self.note(&found, best);
        found
    }

    /// Where to climb from: the best of many places, of those near the best trials, and the best trial itself.
    fn screened(&self, best: &mut Option<Found>) -> Vec<Found> {
        let draw = |number: usize| self.coordinates.draw(|dimension| self.lattice.unit(number, dimension));
        let wide = self.evaluated((0..self.effort.places).map(draw).collect(), best);
        let mut near = Vec::new();
        for (rank, incumbent) in self.incumbents.iter().enumerate() {
            for number in 0..self.effort.near {
                near.push(self.neighbour(incumbent, (rank * self.effort.near + number) as u64));
            }
        }
        let near = self.evaluated(near, best);
        let own = self.evaluated(self.incumbents.iter().take(1).cloned().collect(), best);
        let half = self.effort.starts / 2;
        let mut starts = own;
        starts.extend(apart(near, self.effort.starts - half));
        starts.extend(apart(wide, half));
        starts
    }

    /// A place near another: some coordinates moved, at distances of all orders of magnitude.
    fn neighbour(&self, place: &[f64], number: u64) -> Vec<f64> {
        let moves = self.coordinates.moves();
        let counter = |dimension: usize, draw: u64| (number << 24) | ((dimension as u64) << 4) | draw;
        let unit = |dimension: usize, draw: u64| self.stream.unit(counter(dimension, draw));
        let chance = (3.0 / moves.len() as f64).max(unit(0, 3));
        let radius = libm::exp(-7.0 * unit(0, 4)) * 0.5;
        let mut result = place.to_vec();
        for (dimension, kind) in moves.iter().enumerate() {
            if unit(dimension, 0) >= chance {
                continue;
            }
            let sign = 2.0 * unit(dimension, 1) - 1.0;
            result[dimension] = match *kind {
                Move::Fixed => continue,
                Move::Slide => (place[dimension] + radius * sign).clamp(0.0, 1.0),
                Move::Choose(count) => ((unit(dimension, 1) * count as f64) as u64).min(count - 1) as f64,
                Move::Step(count) | Move::Round(count) => {
                    let reach = (radius * count as f64).max(1.5);
                    let index = self.coordinates.index_of(dimension, place[dimension]) as f64;
                    let moved = libm::round(index + reach * sign).clamp(0.0, count as f64 - 1.0);
                    self.coordinates.place_of(dimension, moved as u64)
                }
            };
        }
        result
    }

    fn climb(&self, found: &mut Found, best: &mut Option<Found>) {
        for _ in 0..ROUNDS {
            let before = found.1;
            self.slide(found, best);
            let stepped = self.step(found, best);
            if !stepped || found.1 <= before + 1e-9 * before.abs().max(1.0) {
                break;
            }
        }
    }

    /// Along the gradient of the coordinates that have one, then to values that they have.
    fn slide(&self, found: &mut Found, best: &mut Option<Found>) {
        let active = self.coordinates.active(&found.0);
        let columns = self.coordinates.columns();
        let slides = |&(_, &dimension): &(usize, &usize)| {
            active[dimension] && matches!(self.coordinates.moves()[dimension], Move::Slide | Move::Round(_))
        };
        let moved: Vec<(usize, usize)> =
            columns.iter().enumerate().filter(slides).map(|(column, &dimension)| (column, dimension)).collect();
        if moved.is_empty() {
            return;
        }
        let mut row = self.coordinates.row(&found.0);
        let mut whole = vec![0.0; row.len()];
        let mut x: Vec<f64> = moved.iter().map(|&(column, _)| row[column]).collect();
        let (low, high) = (vec![0.0; x.len()], vec![1.0; x.len()]);
        let value = -minimize(&mut x, &low, &high, &LIMITS, |x, gradient| {
            for (&(column, _), &value) in moved.iter().zip(x) {
                row[column] = value;
            }
            let value = self.acquisition.slope(&row, &mut whole);
            for (&(column, _), target) in moved.iter().zip(gradient) {
                *target = -whole[column];
            }
            -value
        });
        let mut place = found.0.clone();
        let mut exact = true;
        for (&(_, dimension), &value) in moved.iter().zip(&x) {
            place[dimension] = self.coordinates.rounded(dimension, value);
            exact &= place[dimension] == value;
        }
        // a moved parent may have other children
        if exact && self.coordinates.active(&place) == active {
            if value > found.1 {
                *found = (place, value);
                self.note(std::slice::from_ref(found), best);
            }
        } else if let Some(other) = self.evaluated(vec![place], best).pop()
            && other.1 > found.1
        {
            *found = other;
        }
    }

    /// To the best other value of one coordinate at a time; whether anything was better.
    fn step(&self, found: &mut Found, best: &mut Option<Found>) -> bool {
        let mut improved = false;
        loop {
            let active = self.coordinates.active(&found.0);
            let mut places = Vec::new();
            for (dimension, kind) in self.coordinates.moves().iter().enumerate() {
                let (Move::Step(count) | Move::Round(count) | Move::Choose(count)) = *kind else { continue };
                if !active[dimension] {
                    continue;
                }
                let here = self.coordinates.index_of(dimension, found.0[dimension]);
                let mut add = |index: u64| {
                    let mut place = found.0.clone();
                    place[dimension] = self.coordinates.place_of(dimension, index);
                    places.push(place);
                };
                if matches!(kind, Move::Round(_)) {
                    let around = [here.checked_sub(1), Some(here + 1).filter(|&index| index < count)];
                    around.into_iter().flatten().for_each(&mut add);
                } else {
                    (0..count).filter(|&index| index != here).for_each(&mut add);
                }
            }
            if places.is_empty() {
                return false;
            }
            let mut others = self.evaluated(places, best);
            // written so that NaN ends it too
            let better = others[0].1 > found.1;
            if !better {
                return improved;
            }
            *found = others.swap_remove(0);
            improved = true;
        }
    }
}

/// The first of a sorted list, leaving out those that are next to one taken before.
fn apart(found: Vec<Found>, count: usize) -> Vec<Found> {
    let mut taken: Vec<Found> = Vec::with_capacity(count);
    for candidate in found {
        if taken.len() == count {
            break;
        }
        let distance =
            |other: &Found| other.0.iter().zip(&candidate.0).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
        if taken.iter().all(|other| distance(other) > 0.05) {
            taken.push(candidate);
        }
    }
    taken
}
