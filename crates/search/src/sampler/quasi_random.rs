//! Scrambled Sobol points.

mod owen;
mod sobol;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Deserialize;

use super::random::Random;
use super::{Sampler, Start};
use crate::Result;
use crate::history::History;
use crate::space::{Axis, Space};
use owen::Scramble;
use sobol::Directions;

/// There are none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {}

/// Trial n gets point n of a Sobol sequence whose dimensions are scrambled one by one. Dimensions beyond those with
/// direction numbers are drawn at random.
pub struct QuasiRandom {
    space: Arc<Space>,
    axes: Vec<Axis>,
    dimensions: Vec<(Directions, Scramble)>,
    random: Random,
}

/// Makes it; cannot fail.
pub fn make(start: &Start, _: Options) -> Result<QuasiRandom> {
    Ok(QuasiRandom::new(start, "quasiRandom"))
}

impl QuasiRandom {
    /// `purpose` keeps its draws apart from those of other samplers with the same seed.
    pub fn new(start: &Start, purpose: &str) -> Self {
        let axes = start.space.axes();
        let scramble = |index| Scramble::new(start.seed, &format!("{purpose}/{index}"));
        let dimensions = sobol::directions(axes.len()).into_iter().enumerate();
        let dimensions = dimensions.map(|(index, directions)| (directions, scramble(index))).collect();
        let random = Random::new(start, &format!("{purpose}/random"));
        Self { space: start.space.clone(), axes, dimensions, random }
    }

    /// The point for a trial: a pure function of seed and number.
    pub fn draw(&self, number: usize) -> Vec<f64> {
        self.space.point(|index| match self.dimensions.get(index) {
            Some((directions, scramble)) => self.axes[index].value(scramble.unit(directions.at(number as u32))),
            None => self.random.coordinate(index, number, 0),
        })
    }

    /// Another, when that one is not wanted.
    pub fn redraw(&self, number: usize, attempt: u32) -> Vec<f64> {
        self.random.draw(number, attempt)
    }
}

impl Sampler for QuasiRandom {
    fn suggest(&mut self, history: &History, _: &AtomicBool) -> Result<Option<Vec<f64>>> {
        Ok(Some(self.draw(history.asked())))
    }

    fn retry(&mut self, history: &History, attempt: u32) -> Result<Option<Vec<f64>>> {
        Ok(Some(self.redraw(history.asked(), attempt)))
    }
}

#[cfg(test)]
mod tests;
