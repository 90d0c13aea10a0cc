//! Parameters, optimizer state, program and data: advance and snapshot.

use std::sync::atomic::AtomicBool;

use crate::Result;
use crate::data::Dataset;
use crate::network::Network;

/// What a chunk of steps did.
#[derive(Clone, Debug, Default)]
pub struct Advance {
    /// Steps taken in this call.
    pub steps: usize,
    /// One record for each epoch that was finished or left unfinished by this call.
    pub epochs: Vec<EpochRecord>,
    /// A loss or weight was not finite; the weights are those of the last finite epoch.
    pub diverged: bool,
    /// The cancel flag was seen.
    pub cancelled: bool,
}

/// One epoch so far.
#[derive(Clone, Debug, Default)]
pub struct EpochRecord {
    /// From 1.
    pub epoch: usize,
    /// All its steps are done.
    pub complete: bool,
    /// Steps done in it.
    pub steps: usize,
    /// Mean data loss over its batches.
    pub loss: f64,
    /// What the regularisers add, at the end of the epoch (0 when incomplete).
    pub penalty: f64,
    /// Learning rate of its last step.
    pub learning_rate: f64,
    /// Training metrics, in the order of the options.
    pub metrics: Vec<f64>,
    /// Validation loss and metrics, when there is validation data and the epoch is complete.
    pub validation: Option<(f64, Vec<f64>)>,
    /// Seconds spent in it.
    pub seconds: f64,
}

/// One training run.
#[derive(Debug)]
pub struct Trainer {}

impl Trainer {
    /// Compiles the program. `graph` is the model's graph with the loss appended; `options` is JSON:
    /// `{"optimizer": {"kind": "adam", …}, "batchSize": 32 (0: all), "shuffle": true, "seed": 0, "threads": 1 (0: automatic), "metrics": ["accuracy"]}`.
    pub fn new(_network: &Network, _graph: &str, _train: Dataset, _validation: Option<Dataset>, _options: &str) -> Result<Self> { todo!() }
    /// Names of the numbers in a row, learning rate first: what a schedule may change each step.
    pub fn hyperparameters(&self) -> &[&'static str] { todo!() }
    /// Steps in an epoch.
    pub fn steps_per_epoch(&self) -> usize { todo!() }
    /// Native memory in bytes.
    pub fn bytes(&self) -> usize { todo!() }
    /// Takes up to `steps` steps and stops early after about `milliseconds` or when `cancel` is set. `rows` holds one row of
    /// hyperparameters per step, or a single row for all of them.
    pub fn advance(&mut self, _rows: &[f64], _steps: usize, _milliseconds: f64, _cancel: &AtomicBool) -> Result<Advance> { todo!() }
    /// The model's graph with the present weights.
    pub fn network(&self) -> Result<Network> { todo!() }
}
