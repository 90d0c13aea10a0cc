//! One dimension of the kernels of both sides.

use std::collections::BTreeMap;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

use super::numeric::normal_mass;
use super::settings::Settings;
use crate::space::Axis;

/// Which density a trial belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Those to be imitated.
    Good,
    /// Those to be avoided; the running ones among them.
    Bad,
}

/// How a kernel spreads over the values.
#[derive(Debug)]
pub enum Shape {
    /// A normal density in units, truncated to [0, 1].
    Continuous,
    /// Its masses between the edges of few values.
    Steps(Vec<f64>),
    /// Most on its own category, the rest shared by the others.
    Category(u32),
}

/// More steps than this are as good as continuous: a bandwidth reaches over several of them.
const MOST_STEPS: u64 = 64;

/// Coordinates of all trials in one dimension and the kernels around them.
pub struct Column {
    /// Of the space.
    pub dimension: usize,
    /// From units to values and back.
    pub axis: Axis,
    /// How kernels look.
    pub shape: Shape,
    /// Unit of each row.
    pub units: Vec<f64>,
    /// Index of the value of each row, where there are few.
    pub indices: Vec<u32>,
    /// √½ / bandwidth of each row.
    pub scales: Vec<f64>,
    /// What is added to −((x − unit) · scale)² in the logarithm of the density.
    pub constants: Vec<f64>,
    /// Which of the tables of masses belongs to a row.
    pub classes: Vec<u32>,
    /// Logarithms of masses: a table for each class.
    pub tables: Vec<f64>,
    /// Those of the prior.
    pub prior: Vec<f64>,
    known: BTreeMap<(u32, u64), u32>,
    /// Rows of each side by unit, then number.
    sorted: [Vec<u32>; 2],
}

impl Column {
    /// Without rows.
    pub fn new(dimension: usize, axis: Axis) -> Self {
        let shape = match axis.count() {
            Some(count) if !axis.ordered() => Shape::Category(count as u32),
            Some(count) if count <= MOST_STEPS => Shape::Steps(edges(axis, count)),
            _ => Shape::Continuous,
        };
        let prior = if let Shape::Steps(edges) = &shape { masses(edges, 0.5, 1.0) } else { Vec::new() };
        Self {
            dimension,
            axis,
            shape,
            prior,
            units: Vec::new(),
            indices: Vec::new(),
            scales: Vec::new(),
            constants: Vec::new(),
            classes: Vec::new(),
            tables: Vec::new(),
            known: BTreeMap::new(),
            sorted: [Vec::new(), Vec::new()],
        }
    }

    /// Bytes that it holds, roughly.
    pub fn bytes(&self) -> usize {
        // of each row, its place on a side among them
        self.units.len() * (3 * size_of::<f64>() + 3 * size_of::<u32>())
            + self.tables.len() * size_of::<f64>()
            + self.known.len() * size_of::<((u32, u64), u32)>()
    }

    /// One more row, on no side yet.
    pub fn push(&mut self, value: f64) {
        self.units.push(self.axis.unit(value));
        self.indices.push(self.axis.index(value) as u32);
        self.scales.push(0.0);
        self.constants.push(0.0);
        self.classes.push(0);
    }

    fn place(&self, side: Side, row: u32) -> Result<usize, usize> {
        let unit = self.units[row as usize];
        let order = |&other: &u32| self.units[other as usize].total_cmp(&unit).then(other.cmp(&row));
        self.sorted[side as usize].binary_search_by(order)
    }

    /// Puts a row on a side; `changed` hears of all whose kernels are others now.
    pub fn enter(&mut self, side: Side, row: u32, settings: &Settings, changed: &mut Vec<u32>) {
        if matches!(self.shape, Shape::Category(_)) {
            return;
        }
        let at = match self.place(side, row) {
            Ok(at) | Err(at) => at,
        };
        self.sorted[side as usize].insert(at, row);
        self.refresh(side, at.saturating_sub(1)..at + 2, settings, changed);
    }

    /// Takes it away again.
    pub fn leave(&mut self, side: Side, row: u32, settings: &Settings, changed: &mut Vec<u32>) {
        if matches!(self.shape, Shape::Category(_)) {
            return;
        }
        if let Ok(at) = self.place(side, row) {
            self.sorted[side as usize].remove(at);
            self.refresh(side, at.saturating_sub(1)..at + 1, settings, changed);
        }
    }

    /// Computes bandwidths of a side at some places of its order.
    pub fn refresh(&mut self, side: Side, places: std::ops::Range<usize>, settings: &Settings, changed: &mut Vec<u32>) {
        let end = places.end.min(self.sorted[side as usize].len());
        for at in places.start..end {
            let row = self.sorted[side as usize][at];
            let bandwidth = self.wanted(side, at, settings);
            if self.set(row as usize, bandwidth) {
                changed.push(row);
            }
        }
    }

    /// The larger distance to a neighbour, clipped: the first and the last look at their only neighbour, a lonely one at
    /// the ends of the range.
    fn wanted(&self, side: Side, at: usize, settings: &Settings) -> f64 {
        let rows = &self.sorted[side as usize];
        let unit = |at: usize| self.units[rows[at] as usize];
        let here = unit(at);
        let left = if at > 0 { Some(here - unit(at - 1)) } else { None };
        let right = if at + 1 < rows.len() { Some(unit(at + 1) - here) } else { None };
        let widest = match (left, right) {
            (Some(left), Some(right)) => left.max(right),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => here.max(1.0 - here),
        };
        let narrowest = match &self.shape {
            Shape::Steps(edges) => settings.narrowest(rows.len()).max(settings.steps / (edges.len() - 1) as f64),
            _ => settings.narrowest(rows.len()),
        };
        widest.clamp(narrowest, 1.0)
    }

    fn set(&mut self, row: usize, bandwidth: f64) -> bool {
        let scale = FRAC_1_SQRT_2 / bandwidth;
        if self.scales[row].to_bits() == scale.to_bits() {
            return false;
        }
        self.scales[row] = scale;
        match &self.shape {
            Shape::Continuous => self.constants[row] = constant(self.units[row], bandwidth),
            Shape::Steps(edges) => {
                let key = (self.indices[row], bandwidth.to_bits());
                let tables = &mut self.tables;
                let next = self.known.len() as u32;
                self.classes[row] = *self.known.entry(key).or_insert_with(|| {
                    tables.extend(masses(edges, self.units[row], bandwidth));
                    next
                });
            }
            Shape::Category(_) => {}
        }
        true
    }

    /// The bandwidth of a row.
    pub fn bandwidth_of(&self, row: usize) -> f64 {
        FRAC_1_SQRT_2 / self.scales[row]
    }
}

/// A category drawn from the kernel of one (with its own mass), or from the prior.
pub fn category(count: u32, kernel: Option<(u32, f64)>, unit: f64) -> u32 {
    let evenly = |unit: f64, count: u32| ((unit * f64::from(count)) as u32).min(count - 1);
    match kernel {
        None => evenly(unit, count),
        Some((own, mass)) if unit < mass => own,
        Some((own, mass)) => {
            let other = evenly((unit - mass) / (1.0 - mass), count - 1);
            other + u32::from(other >= own)
        }
    }
}

/// −ln of what normalises a normal density around `unit` over [0, 1].
pub fn constant(unit: f64, bandwidth: f64) -> f64 {
    let mass = normal_mass(-unit / bandwidth, (1.0 - unit) / bandwidth);
    -libm::log(bandwidth * libm::sqrt(2.0 * PI) * mass)
}

/// Logarithms of the masses of a truncated normal between edges.
pub fn masses(edges: &[f64], unit: f64, bandwidth: f64) -> Vec<f64> {
    let place = |edge: f64| (edge - unit) / bandwidth;
    let all = normal_mass(place(0.0), place(1.0));
    let mass = |pair: &[f64]| libm::log((normal_mass(place(pair[0]), place(pair[1])) / all).max(1e-300));
    edges.windows(2).map(mass).collect()
}

/// Where the shares of values begin and end, in units.
fn edges(axis: Axis, count: u64) -> Vec<f64> {
    let inner = (1..count).map(|index| {
        if axis.logarithmic() {
            axis.place(0.5 * (axis.at(index - 1) + axis.at(index)))
        } else {
            index as f64 / count as f64
        }
    });
    std::iter::once(0.0).chain(inner).chain([1.0]).collect()
}

#[cfg(test)]
mod tests;
