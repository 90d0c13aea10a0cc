//! Every combination once.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use serde::Deserialize;

use super::{Sampler, Start};
use crate::history::History;
use crate::space::{Axis, Combinations, Dimension, Levels};
use crate::{Error, Result};

/// How finely dimensions are divided.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Values of a continuous dimension.
    resolution: u32,
    /// Values of the dimensions of these names, whether continuous or stepped.
    #[serde(default)]
    named: BTreeMap<String, u32>,
}

/// Walks over the combinations in their order; a branch has only those that belong to it.
pub struct Grid {
    combinations: Combinations,
    /// All combinations below it were asked.
    next: u64,
}

/// Makes it; fails when names are unknown or combinations too many to be counted.
pub fn make(start: &Start, options: Options) -> Result<Grid> {
    let dimensions = &start.space.dimensions;
    if let Some(name) = options.named.keys().find(|&name| dimensions.iter().all(|dimension| dimension.name != *name)) {
        return Err(Error::Option(format!("grid: resolution must name parameters of the space, received {name}")));
    }
    let levels = dimensions.iter().zip(start.space.axes()).map(|(dimension, axis)| levels(dimension, axis, &options));
    let combinations = Combinations::new(&start.space, levels.collect::<Result<_>>()?)
        .ok_or_else(|| Error::Option("grid: must have fewer than 2^64 combinations".into()))?;
    Ok(Grid { combinations, next: 0 })
}

fn levels(dimension: &Dimension, axis: Axis, options: &Options) -> Result<Levels> {
    let resolution = match (options.named.get(&dimension.name), axis.count()) {
        (Some(_), _) if !axis.ordered() => {
            let name = &dimension.name;
            return Err(Error::Option(format!("grid: resolution must not name categories, received {name}")));
        }
        (Some(&resolution), None) => resolution,
        (Some(&resolution), Some(count)) if count > u64::from(resolution) => resolution,
        (None, None) => options.resolution,
        (_, Some(count)) => return Ok(Levels::All(axis, count)),
    };
    let mut values: Vec<f64> = (0..resolution).map(|index| axis.value(unit(index, resolution))).collect();
    values.dedup();
    Ok(Levels::Some(values))
}

/// Evenly from 0 to 1; the middle when there is only one.
fn unit(index: u32, resolution: u32) -> f64 {
    if resolution == 1 { 0.5 } else { f64::from(index) / f64::from(resolution - 1) }
}

impl Sampler for Grid {
    fn suggest(&mut self, history: &History, _: &AtomicBool) -> Result<Option<Vec<f64>>> {
        while self.next < self.combinations.total() {
            let point = self.combinations.point(self.next);
            if !history.seen(&point) {
                return Ok(Some(point));
            }
            self.next += 1;
        }
        Ok(None)
    }

    fn decides_on_duplicates(&self) -> bool {
        true
    }
}
