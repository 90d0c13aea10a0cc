//! Independent uniform draws.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use downslope_kernels::random::Stream;
use serde::Deserialize;

use super::{Sampler, Start};
use crate::Result;
use crate::history::History;
use crate::space::{Axis, Space};

/// There are none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {}

/// Uniform over units: in the logarithm where the scale is one, each category alike.
pub struct Random {
    space: Arc<Space>,
    axes: Vec<Axis>,
    streams: Vec<Stream>,
}

/// Makes it; cannot fail.
pub fn make(start: &Start, _: Options) -> Result<Random> {
    Ok(Random::new(start, "random"))
}

impl Random {
    /// `purpose` keeps its draws apart from those of other samplers with the same seed.
    pub fn new(start: &Start, purpose: &str) -> Self {
        let axes = start.space.axes();
        let stream = |dimension| Stream::new(start.seed, &format!("{purpose}/{dimension}"));
        let streams = (0..axes.len()).map(stream).collect();
        Self { space: start.space.clone(), axes, streams }
    }

    /// The draw for a trial: a pure function of seed, number, dimension and attempt.
    pub fn draw(&self, number: usize, attempt: u32) -> Vec<f64> {
        self.space.point(|dimension| self.coordinate(dimension, number, attempt))
    }

    /// One coordinate of it, where it is active.
    pub fn coordinate(&self, dimension: usize, number: usize, attempt: u32) -> f64 {
        let counter = (number as u64) << 16 | u64::from(attempt);
        self.axes[dimension].value(self.streams[dimension].unit(counter))
    }
}

impl Sampler for Random {
    fn suggest(&mut self, history: &History, _: &AtomicBool) -> Result<Option<Vec<f64>>> {
        Ok(Some(self.draw(history.asked(), 0)))
    }

    fn retry(&mut self, history: &History, attempt: u32) -> Result<Option<Vec<f64>>> {
        Ok(Some(self.draw(history.asked(), attempt)))
    }
}
