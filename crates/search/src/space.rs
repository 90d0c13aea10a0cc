//! A search space as a flat list of dimensions, as TypeScript flattens it.

use serde::Deserialize;

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
