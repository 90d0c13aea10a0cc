//! `NativeSampler`: suggests the points of a study's trials.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use downslope_engine::{Error, Result};
use downslope_search::Session;
use downslope_search::importance::importance;
use napi::Env;
use napi::bindgen_prelude::{Float64Array, Object, ObjectFinalize};
use napi_derive::napi;

use crate::memory::Memory;
use crate::slot::Slot;
use crate::spawn::spawn;

/// A sampler at work on one study.
#[napi(custom_finalize)]
pub struct NativeSampler {
    session: Arc<Slot<Session>>,
    /// As the last suggestion left it; V8 is told on the JavaScript thread.
    bytes: Arc<AtomicUsize>,
    memory: Memory,
}

fn coded<T>(result: downslope_search::Result<T>) -> Result<T> {
    result.map_err(|error| match error {
        downslope_search::Error::Option(message) => Error::option(message),
        downslope_search::Error::Cancelled => Error::closed("sampler was closed"),
        downslope_search::Error::Internal(message) => Error::internal(message),
    })
}

/// Starts a sampler with its options, over a space, for a study (its seed and directions); all as JSON.
#[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeSampler>>")]
pub fn create_sampler(
    env: &Env,
    kind: String,
    space: String,
    options: String,
    study: String,
) -> napi::Result<Object<'_>> {
    spawn(env, move || {
        let session = coded(Session::new(&kind, &space, &options, &study))?;
        let bytes = Arc::new(AtomicUsize::new(session.bytes()));
        Ok(NativeSampler { session: Slot::new("sampler", session), bytes, memory: Memory::default() })
    })
}

/// The importance of each dimension for completed trials: their points and values, one after the other. Directions are JSON.
#[napi(catch_unwind, ts_return_type = "Promise<Outcome<Float64Array>>")]
pub fn measure_importance(
    env: &Env,
    space: String,
    directions: String,
    points: Float64Array,
    values: Float64Array,
) -> napi::Result<Object<'_>> {
    let (points, values) = (points.to_vec(), values.to_vec());
    spawn(env, move || coded(importance(&space, &directions, &points, &values)).map(Float64Array::from))
}

#[napi]
impl NativeSampler {
    /// Reports its memory to V8; called when the handle has reached JavaScript, and as the study grows.
    #[napi(catch_unwind)]
    pub fn report(&self, env: &Env) {
        self.memory.set(env, self.bytes.load(Ordering::Relaxed));
    }

    /// The point of the next trial, after points and finished trials have been added: rows as `Session::suggest` has them.
    /// `null` when every combination has been suggested.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<Float64Array | null>>")]
    pub fn suggest<'env>(
        &self,
        env: &'env Env,
        asked: Float64Array,
        finished: Float64Array,
    ) -> napi::Result<Object<'env>> {
        let (asked, finished) = (asked.to_vec(), finished.to_vec());
        // taken here, on the JavaScript thread, so that an overlapping call is refused in the order of the calls
        let lease = Slot::take(&self.session);
        let bytes = self.bytes.clone();
        spawn(env, move || {
            lease?.with(|session, cancel| {
                let point = coded(session.suggest(&asked, &finished, cancel))?;
                bytes.store(session.bytes(), Ordering::Relaxed);
                Ok(point.map(Float64Array::from))
            })
        })
    }

    /// Ends a suggestion that is under way, then frees; idempotent.
    #[napi(catch_unwind)]
    pub fn close(&self, env: &Env) {
        self.session.close();
        self.bytes.store(0, Ordering::Relaxed);
        self.memory.set(env, 0);
    }
}

impl ObjectFinalize for NativeSampler {
    fn finalize(self, env: Env) -> napi::Result<()> {
        self.close(&env);
        Ok(())
    }
}

/// An upper bound of the regret of the best of some trials, with probability 1 − `delta`: their points and values, to be minimised.
#[napi(catch_unwind, ts_return_type = "Promise<Outcome<number>>")]
pub fn regret_bound(
    env: &Env,
    space: String,
    points: Float64Array,
    values: Float64Array,
    delta: f64,
) -> napi::Result<Object<'_>> {
    let (points, values) = (points.to_vec(), values.to_vec());
    spawn(env, move || coded(downslope_search::regret::regret_bound(&space, &points, &values, delta)))
}
