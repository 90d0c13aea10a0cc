//! `NativeTrainer`: advances by chunks of steps.

use std::path::PathBuf;
use std::sync::Arc;

use downslope_engine::measures::Measured;
use downslope_engine::metric::Collected;
use downslope_engine::trainer::{Advance, EpochRecord, Trainer};
use napi::Env;
use napi::bindgen_prelude::{Float32Array, Float64Array, Object, ObjectFinalize, Uint32Array};
use napi_derive::napi;

use crate::dataset::NativeDataset;
use crate::memory::Account;
use crate::network::{self, NativeNetwork};
use crate::slot::Slot;
use crate::spawn::spawn;

/// One training run.
#[napi(custom_finalize)]
pub struct NativeTrainer {
    trainer: Arc<Slot<Trainer>>,
    account: Account,
    names: Vec<String>,
    steps_per_epoch: u32,
    rows: u32,
}

/// What a chunk of steps did.
#[napi(object, object_from_js = false)]
pub struct NativeAdvance {
    /// Steps taken in this call.
    pub steps: u32,
    /// One record for each epoch that was finished or left unfinished.
    pub epochs: Vec<NativeEpoch>,
    /// A loss or weight was not finite.
    pub diverged: bool,
    /// The cancel flag was seen.
    pub cancelled: bool,
}

/// All rows of an output, for metrics that TypeScript computes.
#[napi(object, object_from_js = false)]
pub struct NativeCollected {
    /// Index of the output.
    pub output: u32,
    /// Rows × outputs.
    pub predictions: Float32Array,
    /// Class ids, where there are any.
    pub ids: Option<Uint32Array>,
    /// Rows × numbers of the target, else.
    pub values: Option<Float32Array>,
}

fn kept(collected: Vec<(usize, Collected)>) -> Vec<NativeCollected> {
    let native = |(output, Collected { predictions, ids, values, .. }): (usize, Collected)| {
        let labelled = !ids.is_empty();
        NativeCollected {
            output: count(output),
            predictions: predictions.into(),
            ids: labelled.then(|| ids.into()),
            values: (!labelled).then(|| values.into()),
        }
    };
    collected.into_iter().map(native).collect()
}

/// Loss and metrics over a data set.
#[napi(object, object_from_js = false)]
pub struct NativeValidation {
    /// Mean of the losses' weighted sum.
    pub loss: f64,
    /// Mean of each loss, in the order of the graph.
    pub losses: Vec<f64>,
    /// In the order of the options.
    pub metrics: Vec<f64>,
    /// For metrics that are computed elsewhere.
    pub collected: Vec<NativeCollected>,
}

/// One epoch so far.
#[napi(object, object_from_js = false)]
pub struct NativeEpoch {
    /// From 1.
    pub epoch: u32,
    /// All its steps are done.
    pub complete: bool,
    /// Steps done in it.
    pub steps: u32,
    /// Mean data loss over its batches.
    pub loss: f64,
    /// The same of each loss, in the order of the graph, without its weight.
    pub losses: Vec<f64>,
    /// What the regularisers add.
    pub penalty: f64,
    /// Of its last step.
    pub learning_rate: f64,
    /// In the order of the options.
    pub metrics: Vec<f64>,
    /// For metrics that are computed elsewhere.
    pub collected: Vec<NativeCollected>,
    /// When there is validation data and the epoch is complete.
    pub validation: Option<NativeValidation>,
    /// Spent in it.
    pub seconds: f64,
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// As JavaScript gets it.
pub fn validation(measured: Measured) -> NativeValidation {
    let Measured { loss, losses, metrics, collected } = measured;
    NativeValidation { loss, losses, metrics, collected: kept(collected) }
}

fn epoch(record: EpochRecord) -> NativeEpoch {
    NativeEpoch {
        epoch: count(record.epoch),
        complete: record.complete,
        steps: count(record.steps),
        loss: record.loss,
        losses: record.losses,
        penalty: record.penalty,
        learning_rate: record.learning_rate,
        metrics: record.metrics,
        collected: kept(record.collected),
        validation: record.validation.map(validation),
        seconds: record.seconds,
    }
}

fn advanced(advance: Advance) -> NativeAdvance {
    let Advance { steps, epochs, diverged, cancelled } = advance;
    NativeAdvance { steps: count(steps), epochs: epochs.into_iter().map(epoch).collect(), diverged, cancelled }
}

/// Compiles the program of a training run.
#[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeTrainer>>")]
pub fn create_trainer<'env>(
    env: &'env Env,
    network: &NativeNetwork,
    graph: String,
    train: &NativeDataset,
    validation: Option<&NativeDataset>,
    options: String,
) -> napi::Result<Object<'env>> {
    let bases = [Some(train), validation].into_iter().flatten().map(NativeDataset::base).collect();
    let ready = network.network().and_then(|network| {
        let validation = validation.map(NativeDataset::data).transpose()?;
        Ok((network, train.data()?, validation))
    });
    spawn(env, move || {
        let (network, train, validation) = ready?;
        let trainer = Trainer::new(&network, &graph, train, validation, &options)?;
        Ok(NativeTrainer {
            account: Account::new(trainer.bytes(), bases),
            names: trainer.hyperparameters().iter().map(|&name| name.to_owned()).collect(),
            steps_per_epoch: count(trainer.steps_per_epoch()),
            rows: count(trainer.rows()),
            trainer: Slot::new("trainer", trainer),
        })
    })
}

#[napi]
impl NativeTrainer {
    /// Reports its memory to V8; called once, when the handle has reached JavaScript.
    #[napi(catch_unwind)]
    pub fn report(&self, env: &Env) {
        self.account.open(env);
    }

    /// What a row holds, in order.
    #[napi(catch_unwind, getter)]
    pub fn hyperparameters(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Steps in the first epoch.
    #[napi(catch_unwind, getter)]
    pub fn steps_per_epoch(&self) -> u32 {
        self.steps_per_epoch
    }

    /// Rows that it is trained on.
    #[napi(catch_unwind, getter)]
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Takes up to `steps` steps, with a row of numbers for each or one for all.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeAdvance>>")]
    pub fn advance<'env>(
        &self,
        env: &'env Env,
        rows: Float64Array,
        steps: u32,
        milliseconds: f64,
    ) -> napi::Result<Object<'env>> {
        let rows = rows.to_vec();
        // taken here, on the JavaScript thread, so that an overlapping call is refused in the order of the calls
        let lease = Slot::take(&self.trainer);
        spawn(env, move || {
            lease?.with(|trainer, cancel| trainer.advance(&rows, steps as usize, milliseconds, cancel)).map(advanced)
        })
    }

    /// The model with the present weights.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeNetwork>>")]
    pub fn network<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let lease = Slot::take(&self.trainer);
        spawn(env, move || lease?.with(|trainer, _| trainer.network()).map(network::handle))
    }

    /// The model with the weights that were kept, or the present ones where none were.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeNetwork>>")]
    pub fn network_kept<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let lease = Slot::take(&self.trainer);
        spawn(env, move || lease?.with(|trainer, _| trainer.network_kept()).map(network::handle))
    }

    /// Keeps the present weights.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<void>>")]
    pub fn keep<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let lease = Slot::take(&self.trainer);
        spawn(env, move || lease?.with(|trainer, _| trainer.keep()))
    }

    /// Writes a checkpoint at the end of an epoch: beside, synced and renamed.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<void>>")]
    pub fn save<'env>(
        &self,
        env: &'env Env,
        path: String,
        metadata: String,
        driver: String,
    ) -> napi::Result<Object<'env>> {
        let lease = Slot::take(&self.trainer);
        spawn(env, move || {
            lease?.with(|trainer, _| {
                trainer.save(&PathBuf::from(path), &metadata, &driver).map_err(|error| error.at("fit"))
            })
        })
    }

    /// Goes on from a checkpoint; resolves to what `save` was given as `driver`.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<string>>")]
    pub fn resume<'env>(&self, env: &'env Env, path: String) -> napi::Result<Object<'env>> {
        let lease = Slot::take(&self.trainer);
        spawn(env, move || {
            lease?.with(|trainer, _| trainer.resume(&PathBuf::from(path)).map_err(|error| error.at("fit")))
        })
    }

    /// Asks a running `advance` to end after the present step; the next `advance` runs as ever.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.trainer.cancel();
    }

    /// Cancels what runs, then frees; idempotent.
    #[napi(catch_unwind)]
    pub fn close(&self, env: &Env) {
        self.trainer.close();
        self.account.close(env);
    }
}

impl ObjectFinalize for NativeTrainer {
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.close(&env);
        Ok(())
    }
}
