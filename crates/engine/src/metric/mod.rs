//! Metrics over whole sets, collected batch by batch.
//!
//! A metric is one file and one line in `REGISTRY`. Sums are kept in 64-bit floats and added row by row, so a value
//! depends on the order of rows alone and not on how they were cut into batches.

mod accuracy;
mod auc;
mod balanced_accuracy;
mod collect;
mod confusion;
mod decisions;
mod errors;
mod f1;
mod log_loss;
mod matthews_correlation;
mod mean;
mod mean_absolute_error;
mod mean_absolute_percentage_error;
mod mean_squared_error;
mod precision;
mod r2;
mod recall;
mod root_mean_squared_error;
mod setting;
mod top_k_accuracy;

use std::fmt::Debug;

pub use setting::Setting;

use crate::{Error, Result};

/// What predictions are compared with.
#[derive(Clone, Copy, Debug)]
pub enum TargetView<'a> {
    /// One class id per row.
    Ids(&'a [u32]),
    /// So many numbers per row: values, or a probability per class.
    Values(&'a [f32], usize),
}

/// What the numbers of a prediction mean; it follows from the loss and the last layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// Numbers on the scale of the targets.
    Values,
    /// Logits of classes that exclude each other (`crossEntropy`).
    Logits,
    /// A logit per output, each a decision of its own (`binaryCrossEntropy`).
    BinaryLogits,
    /// A number above 0 for a yes at each output, each a decision of its own; no probability (`hinge`).
    Scores,
}

impl Prediction {
    /// A single output above this means class 1.
    #[must_use]
    pub fn threshold(self) -> f32 {
        match self {
            Self::Logits | Self::BinaryLogits | Self::Scores => 0.0,
            Self::Values => 0.5,
        }
    }

    /// Whether every output is a decision of its own, rather than the largest one deciding.
    #[must_use]
    pub fn independent(self) -> bool {
        matches!(self, Self::BinaryLogits | Self::Scores)
    }

    fn is_logits(self) -> bool {
        matches!(self, Self::Logits | Self::BinaryLogits)
    }
}

/// A number about predictions and targets, collected batch by batch. What has to see all rows at once keeps them.
pub trait Metric: Send + Debug {
    /// Forgets all rows.
    fn reset(&mut self);

    /// Adds rows: `prediction` holds rows × `k` numbers, `weights` one number per row (1 where absent).
    ///
    /// # Panics
    /// When lengths do not fit: the graph was checked before.
    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>);

    /// The value over all rows so far; NaN when they are none or weigh nothing.
    fn value(&self) -> f64;

    /// What was kept for a metric that TypeScript computes.
    fn collected(&self) -> Option<&Collected> {
        None
    }
}

/// All rows since the last reset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collected {
    /// Rows × `width` numbers.
    pub predictions: Vec<f32>,
    /// Outputs in a row.
    pub width: usize,
    /// One class id per row, or nothing.
    pub ids: Vec<u32>,
    /// Rows × `target_width` numbers, or nothing.
    pub values: Vec<f32>,
    /// Numbers in a row of the target.
    pub target_width: usize,
}

type Create = fn(&Setting<'_>) -> Result<Box<dyn Metric>>;

/// What [`create`] calls the one that keeps all rows; it is no metric that can be asked for by name.
pub const COLLECT: &str = "collect";

/// Every metric by its name in the options.
const REGISTRY: &[(&str, Create)] = &[
    ("accuracy", accuracy::create),
    ("balancedAccuracy", balanced_accuracy::create),
    ("topKAccuracy", top_k_accuracy::create),
    ("precision", precision::create),
    ("recall", recall::create),
    ("f1", f1::create),
    ("auc", auc::create),
    ("logLoss", log_loss::create),
    ("matthewsCorrelation", matthews_correlation::create),
    ("meanSquaredError", mean_squared_error::create),
    ("rootMeanSquaredError", root_mean_squared_error::create),
    ("meanAbsoluteError", mean_absolute_error::create),
    ("meanAbsolutePercentageError", mean_absolute_percentage_error::create),
    ("r2", r2::create),
];

/// The names that [`create`] knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    REGISTRY.iter().map(|(name, _)| *name)
}

/// A metric by name.
///
/// # Errors
/// `ERR_OPTION` for an unknown name, unknown options, and metrics that do not fit what the predictions mean.
pub fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    let name = setting.name;
    if name == COLLECT {
        return collect::create(setting);
    }
    match REGISTRY.iter().find(|(known, _)| *known == name) {
        Some((_, create)) => {
            // ids are indices of outputs; of a single one they may be numbers
            if setting.width > 1 {
                setting.tells_apart()?;
            }
            create(setting)
        }
        None => {
            let known: Vec<_> = names().collect();
            let nearest = known.iter().min_by_key(|known| distance(name, known)).filter(|known| {
                let limit = known.chars().count().max(name.chars().count()) / 2;
                distance(name, known) <= limit
            });
            let hint = nearest.map_or_else(String::new, |nearest| format!(" (did you mean '{nearest}'?)"));
            Err(Error::option(format!("metrics: a name must be one of {}, received '{name}'{hint}", known.join(", "))))
        }
    }
}

/// Letters to insert, delete or replace, case ignored.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.to_lowercase().chars().collect();
    let mut costs: Vec<usize> = (0..=other.len()).collect();
    for (row, left) in one.to_lowercase().chars().enumerate() {
        let mut diagonal = costs[0];
        costs[0] = row + 1;
        for (column, right) in other.iter().enumerate() {
            let replace = diagonal + usize::from(left != *right);
            diagonal = costs[column + 1];
            costs[column + 1] = replace.min(diagonal + 1).min(costs[column] + 1);
        }
    }
    costs[other.len()]
}

/// The number of rows, with all lengths checked.
fn rows(prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) -> usize {
    assert!(k > 0 && prediction.len().is_multiple_of(k), "metric: {} predictions in rows of {k}", prediction.len());
    let rows = prediction.len() / k;
    let (length, width) = match target {
        TargetView::Ids(ids) => (ids.len(), 1),
        TargetView::Values(values, width) => (values.len(), width),
    };
    assert_eq!(length, rows * width, "metric: targets for {rows} rows of {width}");
    assert!(weights.is_none_or(|weights| weights.len() == rows), "metric: one weight for each of {rows} rows");
    rows
}

#[cfg(test)]
mod tests;
