//! `NativeNetwork`: a graph with its weights; predicts, evaluates, saves and loads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use downslope_engine::InputColumn as Borrowed;
use downslope_engine::data::{Column, Values};
use downslope_engine::measures::MetricSpec;
use downslope_engine::network::{Feed, Network, Output, Transform};
use downslope_engine::{Error, Result};
use napi::Env;
use napi::bindgen_prelude::{Float32Array, Float32ArraySlice, Object, ObjectFinalize};
use napi_derive::napi;

use crate::columns::NativeColumn;
use crate::dataset::NativeDataset;
use crate::memory::Memory;
use crate::outcome::Outcome;
use crate::spawn::spawn;
use crate::trainer;

/// A graph and values for all its parameters and states.
#[napi(custom_finalize)]
pub struct NativeNetwork {
    network: Arc<Mutex<Option<Network>>>,
    memory: Memory,
}

/// A named tensor.
#[napi(object)]
pub struct NativeTensor {
    /// Name of the parameter, state or output.
    pub name: String,
    /// Plain row-major shape; of one row for outputs.
    pub shape: Vec<u32>,
    /// The values.
    pub values: Float32Array,
}

/// What [`load_network`] reads.
#[napi(object, object_from_js = false)]
pub struct NativeLoaded {
    /// The network.
    pub network: NativeNetwork,
    /// The JSON text that `save` was given.
    pub metadata: String,
    /// The graph spec.
    pub graph: String,
}

/// A network on its way to JavaScript; [`NativeNetwork::report`] is called there.
pub fn handle(network: Network) -> NativeNetwork {
    NativeNetwork { network: Arc::new(Mutex::new(Some(network))), memory: Memory::default() }
}

fn present(network: &Mutex<Option<Network>>) -> Result<Network> {
    let network = network.lock().unwrap_or_else(PoisonError::into_inner);
    network.clone().ok_or_else(|| Error::closed("model is closed"))
}

fn transform(name: &str) -> Result<Transform> {
    Ok(match name {
        "none" => Transform::None,
        "softmax" => Transform::Softmax,
        "sigmoid" => Transform::Sigmoid,
        "argmax" => Transform::Argmax,
        "positive" => Transform::Positive,
        other => return Err(Error::internal(format!("transform {other}"))),
    })
}

/// One name for all outputs, or one for each, separated by commas.
fn transforms(names: &str) -> Result<Vec<Transform>> {
    names.split(',').map(transform).collect()
}

fn run(network: &Network, columns: &[Column], transforms: &[Transform], threads: usize) -> Result<Vec<NativeTensor>> {
    let feeds: Vec<_> = columns.iter().map(feed).collect();
    Ok(network.predict(&feeds, transforms, threads)?.into_iter().map(tensor).collect())
}

fn feed(column: &Column) -> Feed<'_> {
    let values = match &column.values {
        Values::F32(values) => Borrowed::F32(values),
        Values::U8(values) => Borrowed::U8(values),
        Values::U32(values) => Borrowed::U32(values),
    };
    Feed { name: &column.name, shape: &column.shape, values }
}

pub fn tensor(output: Output) -> NativeTensor {
    let Output { name, shape, values } = output;
    NativeTensor { name, shape: sizes(&shape), values: values.into() }
}

fn sizes(shape: &[usize]) -> Vec<u32> {
    shape.iter().map(|&size| u32::try_from(size).unwrap_or(u32::MAX)).collect()
}

fn copied(columns: Vec<NativeColumn>) -> Result<Vec<Column>> {
    columns.into_iter().map(NativeColumn::copied).collect()
}

/// Draws initial weights.
#[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeNetwork>>")]
pub fn create_network(env: &Env, graph: String, seed: f64) -> napi::Result<Object<'_>> {
    spawn(env, move || Network::initialize(&graph, seed as u64).map(handle))
}

/// Reads a saved model.
#[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeLoaded>>")]
pub fn load_network(env: &Env, path: String) -> napi::Result<Object<'_>> {
    spawn(env, move || {
        let (network, metadata) = Network::load(&PathBuf::from(path)).map_err(|error| error.at("loadModel"))?;
        let graph = network.graph().to_owned();
        Ok(NativeLoaded { network: handle(network), metadata, graph })
    })
}

#[napi]
impl NativeNetwork {
    fn present(&self) -> Result<Network> {
        present(&self.network)
    }

    /// Reports its memory to V8; called once, when the handle has reached JavaScript.
    #[napi(catch_unwind)]
    pub fn report(&self, env: &Env) {
        if let Ok(network) = self.present() {
            self.memory.set(env, network.bytes());
        }
    }

    /// Names and values of parameters, then states.
    #[napi(catch_unwind, ts_return_type = "Outcome<NativeTensor[]>")]
    pub fn tensors(&self) -> Outcome<Vec<NativeTensor>> {
        Outcome::of(|| {
            let network = self.present()?;
            let read = |info: downslope_engine::network::TensorInfo| {
                let values = network.tensor(&info.name)?.into();
                Ok(NativeTensor { name: info.name, shape: sizes(&info.shape), values })
            };
            network.tensors().into_iter().map(read).collect()
        })
    }

    /// Replaces some tensors.
    #[napi(catch_unwind, ts_return_type = "Outcome<void>")]
    pub fn set_tensors(&self, tensors: Vec<NativeTensor>) -> Outcome<()> {
        Outcome::of(|| {
            let values: Vec<_> = tensors.into_iter().map(|tensor| (tensor.name, tensor.values.to_vec())).collect();
            let changed = self.present()?.with_tensors(&values)?;
            *self.network.lock().unwrap_or_else(PoisonError::into_inner) = Some(changed);
            Ok(())
        })
    }

    /// Predictions off the event loop. `kind` names a transform for all outputs, or one for each, separated by commas. A model that is closed meanwhile rejects.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeTensor[]>>")]
    pub fn predict<'env>(
        &self,
        env: &'env Env,
        columns: Vec<NativeColumn>,
        kind: String,
        threads: u32,
    ) -> napi::Result<Object<'env>> {
        let ready = self.present().and_then(|network| Ok((network, copied(columns)?, transforms(&kind)?)));
        let shared = self.network.clone();
        spawn(env, move || {
            let (network, columns, transforms) = ready?;
            let outputs = run(&network, &columns, &transforms, threads as usize)?;
            present(&shared).map(|_| outputs)
        })
    }

    /// Predictions here and now.
    #[napi(catch_unwind, ts_return_type = "Outcome<NativeTensor[]>")]
    pub fn predict_sync(&self, columns: Vec<NativeColumn>, kind: String) -> Outcome<Vec<NativeTensor>> {
        Outcome::of(|| run(&self.present()?, &copied(columns)?, &transforms(&kind)?, 1))
    }

    /// Predictions for up to 16 rows of the only input here and now, without the cost of objects, written to `output`. `kind`: 0 as they are,
    /// 1 softmax, 2 logistic function. False, and nothing is written, where `predict_sync` must be asked, which also says what is wrong.
    #[napi(catch_unwind)]
    pub fn predict_few(&self, values: Float32ArraySlice<'_>, kind: u32, mut output: Float32ArraySlice<'_>) -> bool {
        let transform = [Transform::None, Transform::Softmax, Transform::Sigmoid].get(kind as usize).copied();
        let found = self.present().ok().zip(transform);
        // SAFETY: the array was made for this call and nobody else knows it (src/model/few.ts); no JavaScript runs meanwhile.
        let output = unsafe { output.as_mut() };
        found.is_some_and(|(network, transform)| network.predict_few(values.as_ref(), transform, output))
    }

    /// Mean losses and metrics; `metrics` is the JSON of a trainer's option.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeValidation>>")]
    pub fn evaluate<'env>(
        &self,
        env: &'env Env,
        graph: String,
        data: &NativeDataset,
        metrics: String,
        threads: u32,
    ) -> napi::Result<Object<'env>> {
        let ready = self.present().and_then(|network| Ok((network, data.data()?)));
        let shared = self.network.clone();
        spawn(env, move || {
            let (network, data) = ready?;
            let metrics = MetricSpec::list(&metrics)?;
            let measured = network.evaluate(&graph, &data, &metrics, threads as usize)?;
            present(&shared).map(|_| trainer::validation(measured))
        })
    }

    /// Writes a file beside, syncs and renames it.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<void>>")]
    pub fn save<'env>(&self, env: &'env Env, path: String, metadata: String) -> napi::Result<Object<'env>> {
        let network = self.present();
        spawn(env, move || network?.save(&PathBuf::from(path), &metadata).map_err(|error| error.at("save")))
    }

    /// Ends predictions and evaluations under way, then frees; idempotent.
    #[napi(catch_unwind)]
    pub fn close(&self, env: &Env) {
        if let Some(network) = self.network.lock().unwrap_or_else(PoisonError::into_inner).take() {
            network.cancel();
        }
        self.memory.set(env, 0);
    }

    /// For a trainer: cheap, and independent of a later `close()`.
    pub(crate) fn network(&self) -> Result<Network> {
        self.present()
    }
}

impl ObjectFinalize for NativeNetwork {
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.close(&env);
        Ok(())
    }
}
