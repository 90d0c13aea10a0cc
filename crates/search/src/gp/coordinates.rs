//! Points of a space as rows of numbers for the kernel, and as what a search moves.

use std::sync::Arc;

use crate::space::{Axis, Space};

/// Up to so many values, each is tried; beyond, the axis is treated as continuous and rounded.
pub const FEW: u64 = 24;

/// How a coordinate is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// It has one value.
    Fixed,
    /// Along its gradient.
    Slide,
    /// Along its gradient, then to the nearest of so many values.
    Round(u64),
    /// By trying its values, with an order.
    Step(u64),
    /// By trying its values, without.
    Choose(u64),
}

/// What stands for a number that is not active: the middle of its interval.
const STAND_IN: f64 = 0.5;
/// What stands for a category that is not active: one that differs from all.
const NO_CATEGORY: f64 = -1.0;

/// A space, as the Gaussian process sees it.
///
/// Numbers are units in [0, 1] (in the logarithm where the scale is one), those with steps always on a step, so that the
/// kernel knows only values that can be had; categories are their index, and two are 0 or 1 apart (Hamming). A coordinate
/// that is not active has a fixed stand-in. It needs no indicator beside it: whether it is active follows from its parent,
/// whose own column tells the two cases apart. Coordinates with one value have no column.
///
/// A *place* is what the search moves: a unit or index for every dimension, active or not.
#[derive(Clone, Debug)]
pub struct Coordinates {
    space: Arc<Space>,
    axes: Vec<Axis>,
    moves: Vec<Move>,
    /// The dimension of each column.
    columns: Vec<usize>,
    /// Which dimensions decide whether others are active.
    parents: Vec<bool>,
}

impl Coordinates {
    /// Those of a space.
    #[must_use]
    pub fn new(space: Arc<Space>) -> Self {
        let axes = space.axes();
        let kind = |axis: &Axis| match axis.count() {
            Some(1) => Move::Fixed,
            Some(count) if !axis.ordered() => Move::Choose(count),
            Some(count) if count <= FEW => Move::Step(count),
            Some(count) => Move::Round(count),
            None => Move::Slide,
        };
        let moves: Vec<Move> = axes.iter().map(kind).collect();
        let columns = (0..axes.len()).filter(|&index| moves[index] != Move::Fixed).collect();
        let mut parents = vec![false; axes.len()];
        for when in space.dimensions.iter().filter_map(|dimension| dimension.when) {
            parents[when.parent] = true;
        }
        Self { space, axes, moves, columns, parents }
    }

    /// How each dimension is searched.
    #[must_use]
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// The dimension of each column.
    #[must_use]
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Which columns are categories.
    #[must_use]
    pub fn categories(&self) -> Vec<bool> {
        self.columns.iter().map(|&index| matches!(self.moves[index], Move::Choose(_))).collect()
    }

    /// Whether the space is finite.
    #[must_use]
    pub fn finite(&self) -> bool {
        !self.moves.contains(&Move::Slide)
    }

    /// Where value number `index` of a dimension lies.
    #[must_use]
    pub fn place_of(&self, dimension: usize, index: u64) -> f64 {
        match self.moves[dimension] {
            Move::Choose(_) => index as f64,
            _ => self.axes[dimension].unit(self.axes[dimension].at(index)),
        }
    }

    /// The number of the value at a place.
    #[must_use]
    pub fn index_of(&self, dimension: usize, place: f64) -> u64 {
        match self.moves[dimension] {
            Move::Choose(_) => place as u64,
            _ => self.axes[dimension].index(self.axes[dimension].value(place)),
        }
    }

    /// The place of uniform draws in [0, 1), one for each dimension.
    pub fn draw(&self, unit: impl Fn(usize) -> f64) -> Vec<f64> {
        let place = |dimension: usize| match self.moves[dimension] {
            Move::Choose(count) => ((unit(dimension) * count as f64) as u64).min(count - 1) as f64,
            Move::Fixed => STAND_IN,
            Move::Slide => unit(dimension),
            Move::Round(_) | Move::Step(_) => self.rounded(dimension, unit(dimension)),
        };
        (0..self.axes.len()).map(place).collect()
    }

    /// The nearest place that a dimension has.
    #[must_use]
    pub fn rounded(&self, dimension: usize, place: f64) -> f64 {
        match self.moves[dimension] {
            Move::Round(_) | Move::Step(_) => self.axes[dimension].unit(self.axes[dimension].value(place)),
            _ => place,
        }
    }

    /// The point at a place.
    #[must_use]
    pub fn point(&self, place: &[f64]) -> Vec<f64> {
        self.space.point(|dimension| self.value(dimension, place))
    }

    fn value(&self, dimension: usize, place: &[f64]) -> f64 {
        match self.moves[dimension] {
            Move::Choose(_) => place[dimension],
            _ => self.axes[dimension].value(place[dimension]),
        }
    }

    /// The place of a point; numbers that are not active are in the middle, categories the first.
    #[must_use]
    pub fn place(&self, point: &[f64]) -> Vec<f64> {
        let place = |(dimension, &value): (usize, &f64)| match self.moves[dimension] {
            Move::Choose(_) => {
                if value.is_nan() {
                    0.0
                } else {
                    value
                }
            }
            _ if value.is_nan() => STAND_IN,
            _ => self.axes[dimension].unit(value),
        };
        point.iter().enumerate().map(place).collect()
    }

    /// Which dimensions are active at a place.
    #[must_use]
    pub fn active(&self, place: &[f64]) -> Vec<bool> {
        // only values that decide about others are needed
        let value = |dimension: usize| if self.parents[dimension] { self.value(dimension, place) } else { 0.0 };
        self.space.point(value).iter().map(|value| !value.is_nan()).collect()
    }

    /// The row of a place.
    #[must_use]
    pub fn row(&self, place: &[f64]) -> Vec<f64> {
        let active = self.active(place);
        let value = |&dimension: &usize| match self.moves[dimension] {
            _ if active[dimension] => place[dimension],
            Move::Choose(_) => NO_CATEGORY,
            _ => STAND_IN,
        };
        self.columns.iter().map(value).collect()
    }
}
