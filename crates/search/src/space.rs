//! A search space as a flat list of dimensions, as TypeScript flattens it.

mod axis;
mod combinations;
mod key;

pub use axis::Axis;
pub use combinations::{Combinations, Levels};
pub use key::Key;

use serde::Deserialize;

use crate::{Error, Result};

/// Dimensions in an order in which a parent comes before what depends on it.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Space {
    /// One for each coordinate of a point.
    pub dimensions: Vec<Dimension>,
}

/// One coordinate. Floats and integers are given as they are, ordinals and categories by their index; a coordinate that
/// is not active is NaN.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Dimension {
    /// Path in the space, for messages: `optimizer.sgd.momentum`, `widths[2]`.
    pub name: String,
    /// What values it takes.
    #[serde(flatten)]
    pub kind: Kind,
    /// When it is active; always where absent. A dimension whose parent is not active is not active either.
    #[serde(default)]
    pub when: Option<Condition>,
}

/// The values of a dimension.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Kind {
    /// Real numbers in [low, high]; with `step`: low + i · step.
    Float {
        /// Lowest value.
        low: f64,
        /// Highest value, included.
        high: f64,
        /// Searched in the logarithm.
        log: bool,
        /// Distance of neighbours; none where it is continuous.
        step: Option<f64>,
    },
    /// Whole numbers low + i · step in [low, high].
    Int {
        /// Lowest value.
        low: f64,
        /// Highest value, included.
        high: f64,
        /// Searched in the logarithm.
        log: bool,
        /// Distance of neighbours, at least 1.
        step: f64,
    },
    /// Indices 0 … count − 1 with an order.
    Ordinal {
        /// How many.
        count: u32,
    },
    /// Indices 0 … count − 1 without an order.
    Category {
        /// How many.
        count: u32,
    },
}

/// Active while the parent's coordinate lies in [low, high].
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Index of the parent, lower than that of the dimension.
    pub parent: usize,
    /// Lowest coordinate of the parent.
    pub low: f64,
    /// Highest coordinate of the parent.
    pub high: f64,
}

/// More values than this cannot be counted exactly in f64.
const MOST_VALUES: f64 = (1u64 << 53) as f64;

impl Space {
    /// Reads the JSON form and checks it.
    ///
    /// # Errors
    /// `Error::Option` with the name of the dimension that is not sound.
    pub fn parse(json: &str) -> Result<Self> {
        let space: Self = serde_json::from_str(json).map_err(|error| Error::Option(format!("space: {error}")))?;
        for (index, dimension) in space.dimensions.iter().enumerate() {
            dimension.check(index)?;
        }
        Ok(space)
    }

    /// How to get from the unit interval to values and back, for each dimension.
    #[must_use]
    pub fn axes(&self) -> Vec<Axis> {
        self.dimensions.iter().map(|dimension| Axis::new(&dimension.kind)).collect()
    }

    /// Whether dimension `index` is active, given the coordinates before it.
    #[must_use]
    pub fn active(&self, index: usize, point: &[f64]) -> bool {
        // a parent that is not active is NaN and lies in no interval
        self.dimensions[index].when.is_none_or(|when| {
            let parent = point[when.parent];
            when.low <= parent && parent <= when.high
        })
    }

    /// A point of which `value` says the active coordinates, in order.
    pub fn point(&self, mut value: impl FnMut(usize) -> f64) -> Vec<f64> {
        let mut point = Vec::with_capacity(self.dimensions.len());
        for index in 0..self.dimensions.len() {
            let coordinate = if self.active(index, &point) { value(index) } else { f64::NAN };
            point.push(coordinate);
        }
        point
    }

    /// A given point, checked, with stepped coordinates exactly on their steps.
    ///
    /// # Errors
    /// `Error::Option` when it is not of this space.
    pub fn checked(&self, axes: &[Axis], point: &[f64]) -> Result<Vec<f64>> {
        if point.len() != self.dimensions.len() {
            let (expected, received) = (self.dimensions.len(), point.len());
            return Err(Error::Option(format!("point: must have {expected} coordinates, received {received}")));
        }
        let mut result = Vec::with_capacity(point.len());
        for (index, (&value, axis)) in point.iter().zip(axes).enumerate() {
            let name = &self.dimensions[index].name;
            if !self.active(index, &result) {
                if !value.is_nan() {
                    return Err(Error::Option(format!("point: {name} must be left out here, received {value}")));
                }
                result.push(f64::NAN);
                continue;
            }
            let (low, high) = axis.bounds();
            if !(low <= value && value <= high) {
                return Err(Error::Option(format!("point: {name} must be in [{low}, {high}], received {value}")));
            }
            result.push(axis.snap(value));
        }
        Ok(result)
    }
}

impl Dimension {
    fn check(&self, index: usize) -> Result<()> {
        let holds = |condition: bool, what: &str| {
            if condition { Ok(()) } else { Err(Error::Option(format!("space: {} must have {what}", self.name))) }
        };
        let (low, high, log, step, whole) = match self.kind {
            Kind::Float { low, high, log, step } => (low, high, log, step, false),
            Kind::Int { low, high, log, step } => (low, high, log, Some(step), true),
            Kind::Ordinal { count } | Kind::Category { count } => (0.0, f64::from(count) - 1.0, false, None, false),
        };
        holds(low.is_finite() && high.is_finite() && low <= high, "finite bounds with low ≤ high")?;
        holds(!log || low > 0.0, "low > 0 to be searched in the logarithm")?;
        if let Some(step) = step {
            holds(step > 0.0 && (high - low) / step < MOST_VALUES, "a step > 0 and fewer than 2^53 values")?;
            let fits = !whole || [low, high, step].iter().all(|bound| bound.fract() == 0.0);
            holds(fits, "whole numbers as low, high and step")?;
        }
        let parented = self.when.is_none_or(|when| when.parent < index && !when.low.is_nan() && !when.high.is_nan());
        holds(parented, "a parent that comes before it")
    }
}

#[cfg(test)]
mod tests;
