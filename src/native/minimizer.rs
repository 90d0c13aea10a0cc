//! `NativeMinimizer`: minimises an expression; and the value and gradient of one.

use std::sync::Arc;

use downslope_engine::expression;
use downslope_engine::minimizer::{Minimized, Minimizer};
use napi::Env;
use napi::bindgen_prelude::{Float32Array, Float64Array, Object, ObjectFinalize};
use napi_derive::napi;

use crate::dataset::NativeDataset;
use crate::memory::Account;
use crate::network::{NativeTensor, tensor};
use crate::slot::Slot;
use crate::spawn::spawn;

/// One minimisation.
#[napi(custom_finalize)]
pub struct NativeMinimizer {
    minimizer: Arc<Slot<Minimizer>>,
    account: Account,
    names: Vec<String>,
    steps_per_epoch: u32,
}

/// What a chunk of steps did.
#[napi(object, object_from_js = false)]
pub struct NativeMinimized {
    /// Steps taken; one that diverged is not counted.
    pub steps: u32,
    /// The objective before each.
    pub values: Float64Array,
    /// All parameters after each, row-major, in the order of the graph.
    pub parameters: Option<Float32Array>,
    /// The objective or a parameter was not finite.
    pub diverged: bool,
    /// The cancel flag was seen.
    pub cancelled: bool,
}

/// The value of an expression.
#[napi(object, object_from_js = false)]
pub struct NativeEvaluated {
    /// The graph's outputs.
    pub outputs: Vec<NativeTensor>,
    /// Of each parameter, when asked for.
    pub gradients: Vec<NativeTensor>,
}

fn plain(tensors: Vec<NativeTensor>) -> Vec<(String, Vec<f32>)> {
    tensors.into_iter().map(|tensor| (tensor.name, tensor.values.to_vec())).collect()
}

fn minimized(chunk: Minimized) -> NativeMinimized {
    let Minimized { steps, values, parameters, diverged, cancelled } = chunk;
    let steps = u32::try_from(steps).unwrap_or(u32::MAX);
    NativeMinimized { steps, values: values.into(), parameters: parameters.map(Into::into), diverged, cancelled }
}

/// Compiles the program of a minimisation.
#[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeMinimizer>>")]
pub fn create_minimizer<'env>(
    env: &'env Env,
    graph: String,
    tensors: Vec<NativeTensor>,
    data: Option<&NativeDataset>,
    options: String,
) -> napi::Result<Object<'env>> {
    let (tensors, base) = (plain(tensors), data.map(NativeDataset::base));
    let data = data.map(NativeDataset::data).transpose();
    spawn(env, move || {
        let minimizer = Minimizer::new(&graph, &tensors, data?, &options)?;
        Ok(NativeMinimizer {
            account: Account::new(minimizer.bytes(), base.into_iter().collect()),
            names: minimizer.hyperparameters().iter().map(|&name| name.to_owned()).collect(),
            steps_per_epoch: u32::try_from(minimizer.steps_per_epoch()).unwrap_or(u32::MAX),
            minimizer: Slot::new("minimizer", minimizer),
        })
    })
}

/// The outputs of a graph without inputs and, when asked for, the gradient of its loss.
#[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeEvaluated>>")]
pub fn evaluate_graph(
    env: &Env,
    graph: String,
    tensors: Vec<NativeTensor>,
    gradient: bool,
) -> napi::Result<Object<'_>> {
    let tensors = plain(tensors);
    spawn(env, move || {
        let (outputs, gradients) = expression::evaluate(&graph, &tensors, gradient)?;
        let all = |list: Vec<_>| list.into_iter().map(tensor).collect();
        Ok(NativeEvaluated { outputs: all(outputs), gradients: all(gradients) })
    })
}

#[napi]
impl NativeMinimizer {
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

    /// Steps in which all rows are seen once; 1 without data.
    #[napi(catch_unwind, getter)]
    pub fn steps_per_epoch(&self) -> u32 {
        self.steps_per_epoch
    }

    /// Takes up to `steps` steps, with a row of numbers for each or one for all; with `record` the parameters after each are kept.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeMinimized>>")]
    pub fn advance<'env>(
        &self,
        env: &'env Env,
        rows: Float64Array,
        steps: u32,
        milliseconds: f64,
        record: bool,
    ) -> napi::Result<Object<'env>> {
        let rows = rows.to_vec();
        // taken here, on the JavaScript thread, so that an overlapping call is refused in the order of the calls
        let lease = Slot::take(&self.minimizer);
        spawn(env, move || {
            lease?
                .with(|minimizer, cancel| minimizer.advance(&rows, steps as usize, milliseconds, record, cancel))
                .map(minimized)
        })
    }

    /// The present values of all parameters, in the order of the graph.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeTensor[]>>")]
    pub fn parameters<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        let lease = Slot::take(&self.minimizer);
        spawn(env, move || {
            let values = lease?.with(|minimizer, _| minimizer.parameters())?;
            Ok(values.into_iter().map(tensor).collect::<Vec<_>>())
        })
    }

    /// Asks a running `advance` to end after the present step; the next `advance` runs as ever.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.minimizer.cancel();
    }

    /// Cancels what runs, then frees; idempotent.
    #[napi(catch_unwind)]
    pub fn close(&self, env: &Env) {
        self.minimizer.close();
        self.account.close(env);
    }
}

impl ObjectFinalize for NativeMinimizer {
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.close(&env);
        Ok(())
    }
}
