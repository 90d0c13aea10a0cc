//! Minimises an expression: a graph whose loss is one number, with data or without.
//!
//! It is a training run of which every step is seen: the same program, optimizer and order of batches as [`crate::trainer`], without epochs'
//! records, metrics and validation.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use downslope_kernels::memory::Floats;
use serde_json::{Value as Json, json};

use crate::data::Dataset;
use crate::network::{Network, Output};
use crate::trainer::Trainer;
use crate::{Error, Result, machine};

/// What a chunk of steps did.
#[derive(Clone, Debug, Default)]
pub struct Minimized {
    /// Steps taken in this call; one that diverged is not counted.
    pub steps: usize,
    /// The objective before each of them.
    pub values: Vec<f64>,
    /// All parameters after each of them, row-major, in the order of the graph; nothing unless asked for.
    pub parameters: Option<Vec<f32>>,
    /// The objective or a parameter was not finite; the parameters are those before that step.
    pub diverged: bool,
    /// The cancel flag was seen.
    pub cancelled: bool,
}

/// One minimisation.
#[derive(Debug)]
pub struct Minimizer {
    trainer: Trainer,
    /// Parameters before the present step.
    before: Floats,
    diverged: bool,
}

impl Minimizer {
    /// Compiles the program. `tensors` holds values for all parameters (and for states that do not start with one number); `options` is JSON as
    /// the trainer's.
    ///
    /// # Errors
    /// What is wrong with the graph, the tensors, the data or the options.
    pub fn new(graph: &str, tensors: &[(String, Vec<f32>)], data: Option<Dataset>, options: &str) -> Result<Self> {
        let network = Network::of(graph, tensors)?;
        let options: Json = serde_json::from_str(options).map_err(|e| Error::option(format!("options: {e}")))?;
        let mut options = options;
        if let (None, Some(options)) = (&data, options.as_object_mut()) {
            options.insert("batchSize".to_owned(), json!(0));
        }
        if data.is_none() && !network.inputs().is_empty() {
            return Err(Error::data(format!(
                "minimize: {} needs data, and none were given",
                network.inputs().join(", ")
            )));
        }
        let data = data.unwrap_or_else(Dataset::without_columns);
        let mut trainer = Trainer::new(&network, graph, data, None, &options.to_string())?;
        let parameters = trainer.parameters().1;
        let before = machine::memory("the parameters before a step", parameters.len())?;
        Ok(Self { trainer, before, diverged: false })
    }

    /// Names of the numbers in a row, learning rate first.
    pub fn hyperparameters(&self) -> &'static [&'static str] {
        self.trainer.hyperparameters()
    }

    /// Steps in which all rows are seen once; 1 without data.
    pub fn steps_per_epoch(&self) -> usize {
        self.trainer.steps_per_epoch()
    }

    /// Native memory in bytes, without the data set.
    pub fn bytes(&self) -> usize {
        self.trainer.bytes() + self.before.len() * size_of::<f32>()
    }

    /// Takes up to `steps` steps and stops early after about `milliseconds` or when `cancel` is set. `rows` holds one row of hyperparameters
    /// per step, or a single row for all of them. With `record` the parameters after each step are kept.
    ///
    /// # Errors
    /// `ERR_OPTION` when `rows` has another length or holds what the rule does not take; nothing was done then.
    pub fn advance(
        &mut self,
        rows: &[f64],
        steps: usize,
        milliseconds: f64,
        record: bool,
        cancel: &AtomicBool,
    ) -> Result<Minimized> {
        self.trainer.check(rows, steps)?;
        let started = Instant::now();
        let limit = Duration::try_from_secs_f64((milliseconds / 1000.0).clamp(0.0, 1e6)).unwrap_or(Duration::MAX);
        let mut out = Minimized { diverged: self.diverged, parameters: record.then(Vec::new), ..Minimized::default() };
        let width = self.hyperparameters().len();
        let (data, columns) = self.trainer.data();
        let data = data.clone();
        let (feeds, weights) = (columns.of(&data), columns.weights(&data));
        while out.steps < steps && !self.diverged {
            if cancel.load(Ordering::Relaxed) {
                out.cancelled = true;
                break;
            }
            let row = if rows.len() == width { rows } else { &rows[out.steps * width..(out.steps + 1) * width] };
            self.before.copy_from_slice(self.trainer.parameters().1);
            let Some(value) = self.trainer.single(row, &feeds, weights, cancel) else {
                out.cancelled = true;
                break;
            };
            let (layout, parameters) = self.trainer.parameters();
            if !value.is_finite() || !all_finite(parameters) {
                parameters.copy_from_slice(&self.before);
                self.diverged = true;
                out.diverged = true;
                break;
            }
            out.steps += 1;
            out.values.push(value);
            if let Some(all) = &mut out.parameters {
                (0..layout.entries.len()).for_each(|i| all.extend(layout.unpack(i, parameters)));
            }
            if started.elapsed() >= limit {
                break;
            }
        }
        Ok(out)
    }

    /// The present values of all parameters.
    ///
    /// # Errors
    /// `ERR_SHAPE` where there is no memory for them.
    pub fn parameters(&mut self) -> Result<Vec<Output>> {
        self.trainer.network()?.parameters()
    }
}

/// Without a branch for each number.
fn all_finite(values: &[f32]) -> bool {
    values.iter().map(|x| x.to_bits() & 0x7fff_ffff).max().is_none_or(|most| most < f32::INFINITY.to_bits())
}
