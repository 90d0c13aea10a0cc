//! `NativeStore`: a file of studies. Its threads are its own; here requests go in and promises come out.

use std::convert::identity;

use downslope_engine::{Code, Error};
use downslope_store::{
    Error as StoreError, Kind, Opened, Options, Outcome as Told, Read, Reply, Request, Store, Write,
};
use napi::Env;
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi_derive::napi;

use crate::spawn::Settle;

/// A connection to a file of studies.
#[napi]
pub struct NativeStore {
    store: Store,
}

/// A log that was opened.
#[napi(object, object_from_js = false)]
pub struct NativeLog {
    /// Names it in later calls.
    pub log: u32,
    /// The worker's own name.
    pub worker: String,
    /// As it is now.
    pub definition: String,
    /// False when the study was there.
    pub created: bool,
}

/// How a trial ended.
#[napi(object, object_to_js = false)]
pub struct NativeTold {
    /// `completed`, `pruned` or `failed`.
    pub status: String,
    /// One for each direction.
    pub values: Option<Vec<f64>>,
    /// Feasible when none is above 0.
    pub constraints: Option<Vec<f64>>,
    /// Why it failed.
    pub reason: Option<String>,
}

fn error(StoreError { kind, message }: StoreError) -> Error {
    let code = match kind {
        Kind::Storage => Code::Storage,
        Kind::Closed => Code::Closed,
        Kind::Internal => Code::Internal,
    };
    Error::new(code, message)
}

fn opened(Opened { log, worker, definition, created }: Opened) -> NativeLog {
    NativeLog { log, worker, definition, created }
}

/// A store on a file; nothing is opened before the first call. `durable` writes wait for the disk.
#[napi(catch_unwind)]
pub fn open_store(path: String, durable: bool) -> NativeStore {
    NativeStore { store: Store::new(path, Options { durable, ..Options::default() }) }
}

impl NativeStore {
    /// Sends what answers to a reply; returns the promise that it settles.
    fn promise<'env, T, V>(
        &self,
        env: &'env Env,
        convert: fn(T) -> V,
        send: impl FnOnce(&Store, Reply<T>),
    ) -> napi::Result<Object<'env>>
    where
        T: 'static,
        V: ToNapiValue + Send + 'static,
    {
        let (settle, promise) = Settle::<V>::promise(env)?;
        send(&self.store, Box::new(move |result| settle.with(result.map(convert).map_err(error))));
        Ok(promise)
    }

    fn ask_for<'env, T, R>(&self, env: &'env Env, request: impl FnOnce(Reply<T>) -> R) -> napi::Result<Object<'env>>
    where
        T: ToNapiValue + Send + 'static,
        R: Into<Request>,
    {
        self.promise(env, identity, |store, reply| store.send(request(reply)))
    }
}

#[napi]
impl NativeStore {
    /// Opens a study, and creates it when there is none of this name.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeLog>>")]
    pub fn create<'env>(
        &self,
        env: &'env Env,
        name: String,
        definition: String,
        time: i64,
    ) -> napi::Result<Object<'env>> {
        self.promise(env, opened, |store, reply| store.send(Write::Create { name, definition, time, reply }))
    }

    /// Opens a study that is there.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<NativeLog>>")]
    pub fn open<'env>(&self, env: &'env Env, name: String) -> napi::Result<Object<'env>> {
        self.promise(env, opened, |store, reply| store.send(Write::Open { name, reply }))
    }

    /// All studies as JSON.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<string>>")]
    pub fn list<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.ask_for(env, |reply| Read::List { reply })
    }

    /// Events after `sequence`, at most `limit`, as JSON.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<string>>")]
    pub fn read<'env>(&self, env: &'env Env, log: u32, sequence: i64, limit: i64) -> napi::Result<Object<'env>> {
        self.ask_for(env, |reply| Read::Events { log, sequence, limit, reply })
    }

    /// Begins a trial.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<boolean>>")]
    pub fn ask<'env>(
        &self,
        env: &'env Env,
        log: u32,
        trial: i64,
        params: String,
        time: i64,
    ) -> napi::Result<Object<'env>> {
        self.ask_for(env, |reply| Write::Ask { log, trial, params, time, reply })
    }

    /// Takes a trial whose worker is gone.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<boolean>>")]
    pub fn take<'env>(
        &self,
        env: &'env Env,
        log: u32,
        trial: i64,
        attempt: i64,
        time: i64,
    ) -> napi::Result<Object<'env>> {
        self.ask_for(env, |reply| Write::Take { log, trial, attempt, time, reply })
    }

    /// Frees a trial.
    #[napi(catch_unwind)]
    pub fn release(&self, log: u32, trial: i64, attempt: i64) {
        self.store.send(Write::Release { log, trial, attempt });
    }

    /// Buffers a value at a step.
    #[napi(catch_unwind)]
    pub fn report(&self, log: u32, trial: i64, attempt: i64, step: f64, value: f64) {
        self.store.send(Write::Report { log, trial, attempt, steps: vec![step], values: vec![value] });
    }

    /// Buffers a text.
    #[napi(catch_unwind)]
    pub fn note(&self, log: u32, trial: i64, attempt: i64, text: String) {
        self.store.send(Write::Note { log, trial, attempt, text });
    }

    /// Buffers a named value.
    #[napi(catch_unwind)]
    pub fn attribute(&self, log: u32, trial: i64, attempt: i64, key: String, value: String) {
        self.store.send(Write::Attribute { log, trial, attempt, key, value });
    }

    /// Ends a trial.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<void>>")]
    pub fn tell<'env>(
        &self,
        env: &'env Env,
        log: u32,
        trial: i64,
        attempt: i64,
        time: i64,
        outcome: NativeTold,
    ) -> napi::Result<Object<'env>> {
        let NativeTold { status, values, constraints, reason } = outcome;
        let outcome = Told { status, values, constraints, reason };
        self.ask_for(env, |reply| Write::Tell { log, trial, attempt, time, outcome, reply })
    }

    /// Binds parameters to the next number.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<number>>")]
    pub fn enqueue<'env>(&self, env: &'env Env, log: u32, params: String) -> napi::Result<Object<'env>> {
        self.ask_for(env, |reply| Write::Enqueue { log, params, reply })
    }

    /// Replaces the definition.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<void>>")]
    pub fn define<'env>(&self, env: &'env Env, log: u32, definition: String) -> napi::Result<Object<'env>> {
        self.ask_for(env, |reply| Write::Define { log, definition, reply })
    }

    /// Running trials whose worker is gone.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<number[]>>")]
    pub fn orphans<'env>(&self, env: &'env Env, log: u32) -> napi::Result<Object<'env>> {
        self.ask_for(env, |reply| Read::Orphans { log, reply })
    }

    /// Waits for events after `sequence` or an orphan.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<boolean>>")]
    pub fn changed<'env>(
        &self,
        env: &'env Env,
        log: u32,
        sequence: i64,
        milliseconds: f64,
    ) -> napi::Result<Object<'env>> {
        self.ask_for(env, |reply| Read::Changed { log, sequence, milliseconds, reply })
    }

    /// Waits until everything is as safe as it gets.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<void>>")]
    pub fn flush<'env>(&self, env: &'env Env, log: u32) -> napi::Result<Object<'env>> {
        self.ask_for(env, |reply| Read::Flush { log, reply })
    }

    /// Ends a worker.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<void>>")]
    pub fn close_log<'env>(&self, env: &'env Env, log: u32) -> napi::Result<Object<'env>> {
        self.ask_for(env, |reply| Write::CloseLog { log, reply })
    }

    /// Does what was asked, then closes the file; idempotent.
    #[napi(catch_unwind, ts_return_type = "Promise<Outcome<void>>")]
    pub fn close<'env>(&self, env: &'env Env) -> napi::Result<Object<'env>> {
        self.promise(env, identity, Store::close)
    }
}
