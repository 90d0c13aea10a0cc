//! Parameters, optimizer state, program and data: advance and snapshot.

mod class_weights;
mod epoch;
mod loop_options;
mod options;
mod resume;
mod standardize;
mod step;
mod threads;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use downslope_kernels::memory::Floats;
use downslope_kernels::table::Kernels;
use downslope_kernels::team::{Lease, Team};

use crate::cpu::{Arenas, Feed};
use crate::data::{BatchOrder, Dataset};
use crate::evaluator::{Evaluator, Feeds};
use crate::graph::Graph;
use crate::measures::{Measured, Measures};
use crate::metric::Collected;
use crate::network::Network;
use crate::program::{Mode, PIECE, ParameterLayout, Program, compile};
use crate::{Error, Result, checkpoint, machine};

use epoch::Progress;
use loop_options::BatchSizes;
pub(crate) use options::Optimizer;
use step::Weights;
use threads::Choice;

/// Parameters of at least so many floats, which with their gradient and moments leave the second-level cache, are updated by the product
/// that makes their gradient.
const FUSE_FROM: usize = 64 * 1024;

/// The program of a step with `batch` rows. What is large enough is updated by the product that makes its gradient, unless the gradients of
/// all pieces or of all parameters have to be known before.
pub(crate) fn program(optimizer: &Optimizer, graph: &Graph, layout: &ParameterLayout, batch: usize) -> Result<Program> {
    let fuse_from = match () {
        () if batch > PIECE || optimizer.clips_norm() => usize::MAX,
        () if optimizer.plain_descent() => 0,
        () => FUSE_FROM,
    };
    let mut program = compile(graph, layout, Mode::Train { fuse_from }, graph.piece(batch.max(1)))?;
    if !optimizer.clips_norm() {
        program.norm.clear();
        program.norm_len = 0;
    }
    Ok(program)
}

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
    /// The same of each loss of the graph, without its weight.
    pub losses: Vec<f64>,
    /// What the regularisers add, at the end of the epoch (0 when incomplete).
    pub penalty: f64,
    /// Learning rate of its last step.
    pub learning_rate: f64,
    /// Training metrics, in the order of the options; of finished epochs.
    pub metrics: Vec<f64>,
    /// All rows, with the index of their loss, where metrics are computed elsewhere.
    pub collected: Vec<(usize, Collected)>,
    /// Validation loss and metrics, when there is validation data and the epoch is complete.
    pub validation: Option<Measured>,
    /// Seconds spent in it.
    pub seconds: f64,
}

/// One training run.
#[derive(Debug)]
pub struct Trainer {
    network: Network,
    graph: Graph,
    layout: ParameterLayout,
    state_layout: ParameterLayout,
    kernels: &'static Kernels,
    program: Program,
    arenas: Arenas,
    parameters: Floats,
    gradients: Floats,
    states: Floats,
    moments: Vec<Floats>,
    /// Parameters at the end of the last epoch whose losses and weights were all finite.
    good: Floats,
    optimizer: Optimizer,
    data: Dataset,
    feeds: Feeds,
    order: BatchOrder,
    /// Rows of the base in this epoch's order.
    rows: Vec<u32>,
    /// Rows of a batch in this epoch.
    batch: usize,
    batches: BatchSizes,
    measures: Measures,
    validation: Option<Evaluator>,
    progress: Progress,
    seed: u64,
    threads: Choice,
    team: Option<Team>,
    _lease: Option<Lease>,
    /// Weights of the rows of a piece, kept to allocate nothing in a step.
    piece_weights: Vec<f32>,
    diverged: bool,
    /// The program has seen its states.
    prepared: bool,
    /// Weights of the rows of the base in the loss, where classes have weights.
    class_weights: Option<Arc<[f32]>>,
    /// Room for parameters and states that are kept.
    best: Option<(Floats, Floats)>,
    has_best: bool,
    /// What a checkpoint must agree in.
    identity: BTreeMap<String, String>,
}

impl Trainer {
    /// Compiles the program. `graph` is the model's graph with the loss appended; `options` is JSON:
    /// `{"optimizer": {"kind": "adam", …flags}, "batchSize": 32 (0: all rows), "shuffle": true, "seed": 0, "threads": 1 (0: automatic),
    /// "metrics": ["accuracy", {"output": 1, "name": "accuracy"}], "clipNorm": 1, "clipValue": 0.5, "run": {"batchSizes": [[1, 32], [5, 64]],
    /// "validation": 0.2, "classWeights": "balanced", "keepBest": true, "checkpoint": "path", "identity": {}}}` (a name alone is of the first
    /// loss; all of `run`, `clipNorm` and `clipValue` may be left out).
    ///
    /// # Errors
    /// `ERR_OPTION` for unknown rules and metrics, `ERR_DATA` and `ERR_SHAPE` for data that do not fit the graph, `ERR_SHAPE` for what does
    /// not fit into memory.
    pub fn new(
        network: &Network,
        graph: &str,
        train: Dataset,
        validation: Option<Dataset>,
        options: &str,
    ) -> Result<Self> {
        let options = options::parse(options)?;
        if let Some(path) = &options.run.checkpoint {
            checkpoint::writable(path)?;
        }
        let (train, validation) = match options.run.validation {
            Some(part) => {
                let parts = train.split(&[1.0 - part, part], options.seed, true, true)?;
                (parts[0].clone(), Some(parts[1].clone()))
            }
            None => (train, validation),
        };
        let graph = network.extended(graph)?;
        if graph.losses.is_empty() {
            return Err(Error::internal("a graph without a loss cannot be trained"));
        }
        let (layout, state_layout) = (network.layouts().0.clone(), network.layouts().1.clone());
        let optimizer = Optimizer::new(&options.optimizer, &graph)?.clipped(options.clip_norm, options.clip_value)?;
        let feeds = Feeds::new(&graph, &train)?;
        let measures = Measures::new(&graph, &options.metrics, &train)?;
        let kernels = machine::kernels()?;
        let batches = BatchSizes::new(&options.run.batch_sizes, options.batch_size, train.rows());
        let batch = batches.largest();
        let class_weights = options.run.class_weights.as_ref();
        let class_weights = class_weights.map(|w| class_weights::row_weights(w, &train, feeds.weights(&train)));
        let class_weights = class_weights.transpose()?;
        let mut identity = options.run.identity;
        identity.insert("training rows".to_owned(), train.rows().to_string());
        let validated = validation.as_ref().map_or(0, Dataset::rows);
        identity.insert("validation rows".to_owned(), validated.to_string());
        let program = program(&optimizer, &graph, &layout, batch)?;
        let validation = match validation {
            Some(v) => Some(Evaluator::new(&graph, &layout, &v, &options.metrics, options.threads)?),
            None => None,
        };
        let work = 3 * program.multiply_adds(1).saturating_mul(batch.min(PIECE));
        let lease = threads::lease(options.threads, work);
        let wanted = lease.as_ref().map_or(1, Lease::threads);
        let states = standardize::learn(&graph, network, &train, &feeds)?;
        let start = network.arenas().0;
        let zeros = |what| machine::memory(what, start.len());
        let mut parameters = zeros("the parameters in training")?;
        parameters.copy_from_slice(start);
        let mut good = zeros("the parameters of the last epoch")?;
        good.copy_from_slice(start);
        Ok(Self {
            network: network.clone(),
            kernels,
            arenas: Arenas::new(&program, wanted)?,
            gradients: zeros("the gradients")?,
            moments: (0..optimizer.states()).map(|_| zeros("the moments of the optimizer")).collect::<Result<_>>()?,
            good,
            parameters,
            optimizer,
            order: BatchOrder::new(options.seed, train.rows(), options.shuffle),
            rows: Vec::with_capacity(train.rows()),
            batch: batches.at(1),
            batches,
            progress: Progress::new(&measures),
            measures,
            validation,
            seed: options.seed,
            threads: Choice::new(wanted, options.threads == 0),
            team: (wanted > 1).then(|| Team::new(wanted)),
            _lease: lease,
            piece_weights: Vec::with_capacity(program.capacity),
            diverged: false,
            prepared: false,
            class_weights,
            best: if options.run.keep_best { Some((zeros("the best weights")?, states.clone())) } else { None },
            has_best: false,
            identity,
            states,
            data: train,
            feeds,
            program,
            layout,
            state_layout,
            graph,
        })
    }

    /// Names of the numbers in a row, learning rate first: what a schedule may change each step.
    pub fn hyperparameters(&self) -> &'static [&'static str] {
        self.optimizer.hyperparameters()
    }

    /// Rows that it is trained on.
    pub fn rows(&self) -> usize {
        self.data.rows()
    }

    /// Steps in the present epoch, or in the first before it has begun.
    pub fn steps_per_epoch(&self) -> usize {
        self.data.rows().div_ceil(self.batch)
    }

    /// Native memory in bytes, without the data set.
    pub fn bytes(&self) -> usize {
        let kept = usize::from(self.best.is_some());
        let floats = self.parameters.len() * (3 + kept + self.moments.len()) + self.states.len() * (1 + kept);
        floats * 4
            + self.class_weights.as_ref().map_or(0, |w| w.len() * 4)
            + self.rows.capacity() * 4
            + self.arenas.bytes()
            + self.validation.as_ref().map_or(0, Evaluator::bytes)
    }

    /// Checks the rows that [`Trainer::advance`] takes.
    pub(crate) fn check(&self, rows: &[f64], steps: usize) -> Result<()> {
        let width = self.hyperparameters().len();
        if rows.len() != width && steps.checked_mul(width) != Some(rows.len()) {
            return Err(Error::option(format!(
                "advance: {steps} steps take rows of {width} numbers, received {} numbers",
                rows.len()
            )));
        }
        self.optimizer.check(rows)
    }

    /// Parameters, for a caller that looks at them after each step.
    pub(crate) fn parameters(&mut self) -> (&ParameterLayout, &mut Floats) {
        (&self.layout, &mut self.parameters)
    }

    /// The data set and the columns of it that feed the program.
    pub(crate) fn data(&self) -> (&Dataset, &Feeds) {
        (&self.data, &self.feeds)
    }

    /// Takes up to `steps` steps and stops early after about `milliseconds` or when `cancel` is set. `rows` holds one row of hyperparameters
    /// per step, or a single row for all of them.
    ///
    /// # Errors
    /// `ERR_OPTION` when `rows` has another length, a number is not finite or a rate is negative; nothing was done then.
    pub fn advance(&mut self, rows: &[f64], steps: usize, milliseconds: f64, cancel: &AtomicBool) -> Result<Advance> {
        self.check(rows, steps)?;
        let width = self.hyperparameters().len();
        let started = Instant::now();
        let limit = Duration::try_from_secs_f64((milliseconds / 1000.0).clamp(0.0, 1e6)).unwrap_or(Duration::MAX);
        let mut out = Advance::default();
        if self.diverged {
            out.diverged = true;
            return Ok(out);
        }
        let data = self.data.clone();
        let classes = self.class_weights.clone();
        let (feeds, own) = (self.feeds.of(&data), self.feeds.weights(&data));
        let weights = Weights { loss: classes.as_deref().or(own), own };
        let mut clock = started;
        while out.steps < steps {
            if cancel.load(Ordering::Relaxed) {
                out.cancelled = true;
                break;
            }
            if self.progress.steps == 0 {
                self.begin_epoch();
            }
            let row = if rows.len() == width { rows } else { &rows[out.steps * width..(out.steps + 1) * width] };
            let Some(loss) = self.step(row, &feeds, weights, cancel) else {
                out.cancelled = true;
                break;
            };
            out.steps += 1;
            let now = Instant::now();
            self.threads.took(now - clock);
            self.progress.seconds += (now - clock).as_secs_f64();
            clock = now;
            if !loss.is_finite() {
                self.diverge();
                out.diverged = true;
                out.epochs.push(self.progress.unfinished(row[0]));
                break;
            }
            if self.progress.steps == self.steps_per_epoch() {
                match self.finish_epoch(row[0]) {
                    Some(record) => out.epochs.push(record),
                    None => {
                        out.epochs.push(self.progress.unfinished(row[0]));
                        self.diverge();
                        out.diverged = true;
                        break;
                    }
                }
                clock = Instant::now();
            }
            if now - started >= limit {
                break;
            }
        }
        if self.progress.steps > 0 && !out.diverged {
            let rate = self.progress.rate;
            out.epochs.push(self.progress.unfinished(rate));
        }
        Ok(out)
    }

    /// Takes one step for a caller that looks at the parameters after each: the loss before it, or nothing when `cancel` was set.
    pub(crate) fn single(
        &mut self,
        row: &[f64],
        feeds: &[Option<Feed<'_>>],
        weights: Option<&[f32]>,
        cancel: &AtomicBool,
    ) -> Option<f64> {
        if self.progress.steps == 0 {
            self.begin_epoch();
        }
        let started = Instant::now();
        let loss = self.step(row, feeds, Weights { loss: weights, own: weights }, cancel)?;
        self.threads.took(started.elapsed());
        if self.progress.steps == self.steps_per_epoch() {
            self.progress.steps = 0;
        }
        Some(loss)
    }

    fn diverge(&mut self) {
        self.diverged = true;
        self.parameters.copy_from_slice(&self.good);
    }

    /// The model's graph with the present weights; with those of the last finite epoch where one is not finite, which no loss has seen yet
    /// when the last step before this call made it so.
    ///
    /// # Errors
    /// `ERR_SHAPE` where there is no memory for them.
    pub fn network(&self) -> Result<Network> {
        let finite = self.parameters.iter().all(|w| w.is_finite());
        let from = if finite { &self.parameters } else { &self.good };
        let mut parameters = machine::memory("the parameters of the model", from.len())?;
        parameters.copy_from_slice(from);
        Ok(self.network.with_arenas(parameters, self.states.clone()))
    }
}

#[cfg(test)]
mod flip_tests;
#[cfg(test)]
mod mixed_tests;
#[cfg(test)]
mod tests;
