//! The native thread: takes what was asked, writes it in one transaction, answers.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::batch::{Batch, Writer};
use crate::error::{Error, Kind, Result};
use crate::request::{Opened, Reply, Request};
use crate::store::{Next, Options, Shared};
use crate::sync::{Failure, Settle, Syncer, later};
use crate::watch::{Watch, Watches, orphans};
use crate::worker::Life;
use crate::{page, schema, worker};

/// The longest wait; who waits longer is answered early and asks again.
const LONGEST: f64 = 1e9;

/// A worker of this store.
struct Log {
    study: i64,
    name: String,
    life: Life,
}

/// The open file.
struct File {
    connection: Connection,
    /// Without links: the same for all who open it, by whatever name.
    path: PathBuf,
    workers: PathBuf,
    syncer: Option<Syncer>,
}

/// What answers wait for.
#[derive(Default)]
struct Answers {
    committed: Vec<Settle>,
    synced: Vec<Settle>,
}

pub(crate) struct Server {
    path: PathBuf,
    options: Options,
    shared: Arc<Shared>,
    failure: Arc<Failure>,
    logs: BTreeMap<u32, Log>,
    opened: u32,
    watches: Watches,
    // last: closed after the lives of the workers have ended
    file: Option<File>,
}

impl Server {
    pub(crate) fn new(path: PathBuf, options: Options, shared: Arc<Shared>) -> Self {
        let (failure, logs, watches) = Default::default();
        Self { path, options, shared, failure, logs, opened: 0, watches, file: None }
    }

    pub(crate) fn run(mut self) {
        loop {
            match self.shared.next(self.watches.pause()) {
                Next::Requests(requests) => {
                    let done = catch_unwind(AssertUnwindSafe(|| self.work(requests)));
                    if done.is_err() {
                        self.failure.set(&Error::internal("sqlite: a bug in downslope: the store's thread panicked"));
                        self.file = None;
                    }
                }
                Next::Look => self.look(false),
                Next::Close(reply) => {
                    let result = self.finish();
                    return reply(result);
                }
            }
        }
    }

    /// Does one batch.
    fn work(&mut self, requests: Vec<Request>) {
        if let Err(error) = self.open() {
            return self.refuse(requests, &error);
        }
        let mut closing = Vec::new();
        let (mut reads, mut writes) = (Vec::new(), Vec::new());
        for request in requests {
            let reading = matches!(
                request,
                Request::List { .. }
                    | Request::Read { .. }
                    | Request::Orphans { .. }
                    | Request::Changed { .. }
                    | Request::Flush { .. }
            );
            if reading { &mut reads } else { &mut writes }.push(request);
        }
        let wrote = !writes.is_empty();
        if wrote {
            self.write(writes, &mut closing);
        }
        for request in reads {
            self.read(request);
        }
        for log in closing {
            self.watches.end(Some(log));
            self.logs.remove(&log);
        }
        self.look(wrote);
    }

    /// Opens the file, when it is not; says why nothing can be done.
    fn open(&mut self) -> Result<()> {
        if let Some(error) = self.failure.get() {
            return Err(error);
        }
        if self.file.is_some() {
            return Ok(());
        }
        let (connection, path) = schema::open(&self.path, self.options.patience)?;
        let workers = worker::folder(&path);
        worker::sweep(&workers);
        let syncer = match self.options.durable {
            true => {
                let started = Syncer::start(&path, self.failure.clone());
                Some(started.map_err(|error| Error::internal(format!("sqlite: no thread can be started: {error}")))?)
            }
            false => None,
        };
        self.file = Some(File { connection, path, workers, syncer });
        Ok(())
    }

    fn refuse(&mut self, requests: Vec<Request>, error: &Error) {
        for request in requests {
            match request {
                // it ends all the same; whoever closes has to learn what nobody else did
                Request::CloseLog { log, reply } => {
                    self.watches.end(Some(log));
                    self.logs.remove(&log);
                    reply(self.failure.untold().map_or(Ok(()), Err));
                }
                request => {
                    if request.refuse(error) {
                        self.failure.tell();
                    }
                }
            }
        }
        self.watches.fail(error);
    }

    /// Writes in one transaction.
    fn write(&mut self, requests: Vec<Request>, closing: &mut Vec<u32>) {
        let Some(File { mut connection, path, workers, syncer }) = self.file.take() else { return };
        let mut requests = requests.into_iter();
        let mut answers = Answers::default();
        let written = (|| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut batch = Batch::new(&transaction);
            for request in requests.by_ref() {
                if let Request::CloseLog { log, .. } = request {
                    closing.push(log);
                }
                self.apply(request, &mut batch, &mut answers, &workers)?;
            }
            batch.finish()?;
            Transaction::commit(transaction)
        })();
        let file = self.file.insert(File { connection, path, workers, syncer });
        let Answers { committed, synced } = answers;
        if let Err(error) = written {
            let error = Error::sqlite(&file.path, &error);
            self.failure.set(&error);
            if !committed.is_empty() || !synced.is_empty() {
                self.failure.tell();
            }
            for settle in committed.into_iter().chain(synced) {
                settle(Some(&error));
            }
            return self.refuse(requests.collect(), &error);
        }
        for settle in committed {
            settle(None);
        }
        match &file.syncer {
            Some(syncer) => syncer.add(synced),
            None => synced.into_iter().for_each(|settle| settle(None)),
        }
    }

    fn apply(
        &mut self,
        request: Request,
        batch: &mut Batch,
        answers: &mut Answers,
        workers: &Path,
    ) -> rusqlite::Result<()> {
        let Answers { committed, synced } = answers;
        match request {
            Request::Create { name, definition, time, reply } => {
                let found = batch.find(&name).and_then(|found| match found {
                    Some((study, definition)) => Ok((study, definition, false)),
                    None => Ok((batch.create(&name, &definition, time)?, definition, true)),
                });
                let begun =
                    found.map(|(study, definition, created)| self.begin(study, name, definition, created, workers));
                keep(synced, reply, begun)
            }
            Request::Open { name, reply } => {
                let begun = batch.find(&name).map(|found| match found {
                    Some((study, definition)) => self.begin(study, name, definition, false, workers),
                    None => {
                        let text = format!("openStudy: there is no study named {name:?} in {}", self.path.display());
                        Err(Error { kind: Kind::Storage, message: text })
                    }
                });
                keep(committed, reply, begun)
            }
            Request::Ask { log, trial, params, time, reply } => {
                let done = self.by(log).map(|by| batch.ask(by, trial, &params, time));
                keep(committed, reply, turned(done))
            }
            Request::Take { log, trial, attempt, time, reply } => {
                let gone = |name: &str| !self.ours().contains(&name) && !worker::lives(workers, name);
                let done = self.by(log).map(|by| batch.take(by, trial, attempt, time, gone));
                keep(committed, reply, turned(done))
            }
            Request::Tell { log, trial, attempt, time, outcome, reply } => {
                let done = self.by(log).map(|by| batch.tell(by, trial, attempt, time, &outcome));
                let told = turned(done)
                    .map(|told| told.and_then(|told| if told { Ok(()) } else { Err(self.stale(log, trial, attempt)) }));
                keep(synced, reply, told)
            }
            Request::Enqueue { log, params, reply } => {
                let done = self.by(log).map(|by| batch.enqueue(by.study, &params));
                keep(synced, reply, turned(done))
            }
            Request::Define { log, definition, reply } => {
                let done = self.by(log).map(|by| batch.define(by.study, &definition));
                keep(synced, reply, turned(done))
            }
            Request::CloseLog { log, reply } => {
                let done = self.by(log).map(|by| batch.release_all(by));
                keep(synced, reply, turned(done))
            }
            Request::Release { log, trial, attempt } => {
                self.by(log).map_or(Ok(()), |by| batch.release(by, trial, attempt))
            }
            Request::Report { log, trial, attempt, steps, values } => {
                self.by(log).map_or(Ok(()), |by| batch.report(by, trial, attempt, &steps, &values))
            }
            Request::Note { log, trial, attempt, text } => {
                self.by(log).map_or(Ok(()), |by| batch.note(by, trial, attempt, &text))
            }
            Request::Attribute { log, trial, attempt, key, value } => {
                self.by(log).map_or(Ok(()), |by| batch.attribute(by, trial, attempt, &key, &value))
            }
            other => {
                other.refuse(&Error::internal("sqlite: a read among writes"));
                Ok(())
            }
        }
    }

    /// A new worker in a study.
    fn begin(&mut self, study: i64, name: String, definition: String, created: bool, workers: &Path) -> Result<Opened> {
        let life =
            Life::begin(workers).map_err(|error| Error::io(&self.path, &workers.display().to_string(), &error))?;
        let (log, worker) = (self.opened, life.name.clone());
        self.opened += 1;
        self.logs.insert(log, Log { study, name, life });
        Ok(Opened { log, worker, definition, created })
    }

    fn by(&self, log: u32) -> Result<Writer<'_>> {
        let log = self.logs.get(&log).ok_or_else(|| Error::closed("study"))?;
        Ok(Writer { study: log.study, worker: &log.life.name })
    }

    fn ours(&self) -> Vec<&str> {
        self.logs.values().map(|log| log.life.name.as_str()).collect()
    }

    fn stale(&self, log: u32, trial: i64, attempt: i64) -> Error {
        let name = self.logs.get(&log).map_or("", |log| &log.name);
        let text = format!(
            "attempt {attempt} of trial {trial} has ended: it was told, released or taken over, or never begun"
        );
        Error { kind: Kind::Closed, message: format!("study {name:?}: {text}") }
    }

    fn read(&mut self, request: Request) {
        let Some(file) = &self.file else {
            let error = self.failure.get().unwrap_or_else(|| Error::internal("sqlite: the file is not open"));
            return self.refuse(vec![request], &error);
        };
        if let Some(error) = self.failure.get() {
            return self.refuse(vec![request], &error);
        }
        let said = |error: rusqlite::Error| Error::sqlite(&file.path, &error);
        match request {
            Request::List { reply } => reply(page::studies(&file.connection).map_err(said)),
            Request::Read { log, sequence, limit, reply } => {
                let by = self.by(log);
                reply(by.and_then(|by| page::events(&file.connection, by.study, sequence, limit).map_err(said)));
            }
            Request::Orphans { log, reply } => {
                let found = self
                    .by(log)
                    .and_then(|by| orphans(&file.connection, by.study, &file.workers, &self.ours()).map_err(said));
                reply(found);
            }
            Request::Flush { log, reply } => match (self.by(log), &file.syncer) {
                (Ok(_), Some(syncer)) => syncer.add(vec![later(reply, Ok(()))]),
                (Ok(_), None) => reply(Ok(())),
                (Err(error), _) => reply(Err(error)),
            },
            Request::Changed { log, sequence, milliseconds, reply } => match self.by(log) {
                Ok(by) => {
                    let wait = Duration::try_from_secs_f64((milliseconds / 1e3).min(LONGEST)).unwrap_or_default();
                    let watch = Watch { log, study: by.study, sequence, until: Instant::now() + wait, reply };
                    self.watches.add(watch);
                }
                Err(error) => reply(Err(error)),
            },
            other => {
                other.refuse(&Error::internal("sqlite: a write among reads"));
            }
        }
    }

    fn look(&mut self, wrote: bool) {
        let Some(File { connection, path, workers, .. }) = &self.file else { return };
        let ours: Vec<&str> = self.logs.values().map(|log| log.life.name.as_str()).collect();
        self.watches.look(connection, workers, &ours, wrote, |error| Error::sqlite(path, error));
    }

    /// Frees what the workers run and closes.
    fn finish(&mut self) -> Result<()> {
        self.watches.end(None);
        if self.failure.get().is_none()
            && let Some(file) = &mut self.file
            && !self.logs.is_empty()
        {
            let released =
                file.connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
                    let mut batch = Batch::new(&transaction);
                    for log in self.logs.values() {
                        batch.release_all(Writer { study: log.study, worker: &log.life.name })?;
                    }
                    transaction.commit()
                });
            // when that cannot be written, the end of the locks says the same
            drop(released);
        }
        if let Some(File { connection, syncer, .. }) = self.file.take() {
            // first what waits for the disk
            drop(syncer);
            self.logs.clear();
            drop(connection);
        }
        self.logs.clear();
        self.failure.untold().map_or(Ok(()), Err)
    }
}

/// An error of ours is an answer; one of SQLite's ends the transaction.
fn turned<T>(result: Result<rusqlite::Result<T>>) -> rusqlite::Result<Result<T>> {
    match result {
        Ok(Ok(value)) => Ok(Ok(value)),
        Ok(Err(error)) => Err(error),
        Err(error) => Ok(Err(error)),
    }
}

/// Keeps an answer until the transaction is committed.
fn keep<T: Send + 'static>(
    answers: &mut Vec<Settle>,
    reply: Reply<T>,
    result: rusqlite::Result<Result<T>>,
) -> rusqlite::Result<()> {
    let (result, failed) = match result {
        Ok(result) => (result, Ok(())),
        Err(error) => (Err(Error::internal("sqlite: a failed write was committed")), Err(error)),
    };
    answers.push(later(reply, result));
    failed
}
