//! The one way to work off the event loop: a promise that is always settled.

use downslope_engine::{Error, Result};
use napi::bindgen_prelude::{Object, ToNapiValue, retain_current_module_for_unload_safety};
use napi::{Env, JsDeferred};

use crate::outcome::{Outcome, unwound};
use crate::pool;

type Resolver<T> = Box<dyn FnOnce(Env) -> napi::Result<Outcome<T>>>;

/// A promise not settled yet. Dropping it settles it with `ERR_INTERNAL`: a deferred that is merely dropped would
/// stay pending, and keep the process alive, for ever.
pub struct Settle<T: ToNapiValue + Send + 'static>(Option<JsDeferred<Outcome<T>, Resolver<T>>>);

impl<T: ToNapiValue + Send + 'static> Settle<T> {
    /// A promise, and what settles it from any thread of ours.
    pub fn promise(env: &Env) -> napi::Result<(Self, Object<'_>)> {
        // Node unmaps an addon when the last worker thread that loaded it ends; our threads may still run then
        retain_current_module_for_unload_safety();
        let (deferred, promise) = env.create_deferred::<Outcome<T>, Resolver<T>>()?;
        Ok((Self(Some(deferred)), promise))
    }

    /// Settles it.
    pub fn with(mut self, result: Result<T>) {
        self.settle(result);
    }

    fn settle(&mut self, result: Result<T>) {
        if let Some(deferred) = self.0.take() {
            deferred.resolve(Box::new(move |_| Ok(Outcome(result))));
        }
    }
}

impl<T: ToNapiValue + Send + 'static> Drop for Settle<T> {
    fn drop(&mut self) {
        self.settle(Err(Error::internal("a background task ended without a result")));
    }
}

/// Runs `work` on our pool and returns a promise of its outcome. A panic resolves to `ERR_INTERNAL`.
pub fn spawn<'env, T: ToNapiValue + Send + 'static>(
    env: &'env Env,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> napi::Result<Object<'env>> {
    let (settle, promise) = Settle::promise(env)?;
    let job = move || settle.with(unwound(work));
    // when no thread can be had, the job is dropped, and with it the guard that settles the promise
    let _ = pool::submit(job);
    Ok(promise)
}
