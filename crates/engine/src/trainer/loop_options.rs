//! Options of a run that are about its epochs: sizes of batches, weights of classes, a part to validate on, checkpoints.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

/// The option `run` of [`super::Trainer::new`]; all of it may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LoopOptions {
    /// Rows of a batch from an epoch on: pairs of (epoch, rows; 0 for all), by epoch, the first from epoch 1. Replaces `batchSize`.
    pub batch_sizes: Vec<(usize, usize)>,
    /// A random part of the rows to validate on, stratified for labels, drawn from `seed`.
    pub validation: Option<f64>,
    /// What the loss of a row of each class is multiplied with.
    pub class_weights: Option<ClassWeights>,
    /// Makes room for weights that [`super::Trainer::keep`] keeps.
    pub keep_best: bool,
    /// Where checkpoints will be written, to find out now whether that is possible.
    pub checkpoint: Option<PathBuf>,
    /// What must be the same when a checkpoint is resumed, by what messages call it.
    pub identity: BTreeMap<String, String>,
}

/// Weights of classes.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ClassWeights {
    /// `"balanced"`.
    Named(Balanced),
    /// One for each class.
    Given(Vec<f64>),
}

/// Rows / (classes that occur · rows of the class), as scikit-learn has it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Balanced {
    /// The only name.
    Balanced,
}

/// Rows of a batch by epoch.
#[derive(Clone, Debug)]
pub struct BatchSizes {
    steps: Vec<(usize, usize)>,
}

impl BatchSizes {
    /// For a data set of `rows` rows; `constant` is taken where `steps` is empty.
    pub fn new(steps: &[(usize, usize)], constant: usize, rows: usize) -> Self {
        let clamp = |size: usize| if size == 0 { rows } else { size.min(rows) };
        let steps = if steps.is_empty() { &[(1, constant)] } else { steps };
        Self { steps: steps.iter().map(|(epoch, size)| (*epoch, clamp(*size))).collect() }
    }

    /// In epoch `epoch` (from 1).
    pub fn at(&self, epoch: usize) -> usize {
        let after = self.steps.partition_point(|(first, _)| *first <= epoch);
        self.steps[after.saturating_sub(1)].1
    }

    /// The largest.
    pub fn largest(&self) -> usize {
        self.steps.iter().map(|(_, size)| *size).max().unwrap_or(1)
    }
}
