//! What a write does, and when it is answered.

use std::path::Path;

use crate::batch::{Batch, Writer};
use crate::error::{Error, Kind, Result};
use crate::request::{Opened, Reply, Write};
use crate::serve::{Log, Server};
use crate::sync::{Settle, later};
use crate::worker::{self, Life};

/// What answers wait for.
#[derive(Default)]
pub struct Answers {
    pub committed: Vec<Settle>,
    pub synced: Vec<Settle>,
}

impl Server {
    /// Does one write in a transaction.
    pub(crate) fn apply(
        &mut self,
        write: Write,
        batch: &mut Batch,
        answers: &mut Answers,
        workers: &Path,
    ) -> rusqlite::Result<()> {
        let Answers { committed, synced } = answers;
        match write {
            Write::Create { name, definition, time, reply } => {
                // first: a study that nobody can work on is not created
                let begun = self.life(workers).map(|life| {
                    let found = batch.find_or_create(&name, definition, time)?;
                    Ok(self.enter(life, found, name))
                });
                keep(synced, reply, turned(begun))
            }
            Write::Open { name, reply } => {
                let begun = batch.find(&name).map(|found| {
                    let (study, definition) = found.ok_or_else(|| Error::missing(&self.path, &name))?;
                    Ok(self.enter(self.life(workers)?, (study, definition, false), name))
                });
                keep(committed, reply, begun)
            }
            Write::Ask { log, trial, params, time, reply } => {
                let done = self.by(log).map(|by| batch.ask(by, trial, &params, time));
                keep(committed, reply, turned(done))
            }
            Write::Take { log, trial, attempt, time, reply } => {
                let gone = |name: &str| !self.ours().contains(&name) && !worker::lives(workers, name);
                let done = self.by(log).map(|by| batch.take(by, trial, attempt, time, gone));
                keep(committed, reply, turned(done))
            }
            Write::Tell { log, trial, attempt, time, outcome, reply } => {
                let done = self.by(log).map(|by| batch.tell(by, trial, attempt, time, &outcome));
                let told = turned(done)
                    .map(|told| told.and_then(|told| if told { Ok(()) } else { Err(self.stale(log, trial, attempt)) }));
                keep(synced, reply, told)
            }
            Write::Enqueue { log, params, reply } => {
                let done = self.by(log).map(|by| batch.enqueue(by.study, &params));
                keep(synced, reply, turned(done))
            }
            Write::Define { log, definition, reply } => {
                let done = self.by(log).map(|by| batch.define(by.study, &definition));
                keep(synced, reply, turned(done))
            }
            Write::CloseLog { log, reply } => {
                let done = self.by(log).map(|by| batch.release_all(by));
                keep(synced, reply, turned(done))
            }
            Write::Release { log, trial, attempt } => {
                self.by(log).map_or(Ok(()), |by| batch.release(by, trial, attempt))
            }
            Write::Report { log, trial, attempt, steps, values } => {
                self.by(log).map_or(Ok(()), |by| batch.report(by, trial, attempt, &steps, &values))
            }
            Write::Note { log, trial, attempt, text } => {
                self.by(log).map_or(Ok(()), |by| batch.note(by, trial, attempt, &text))
            }
            Write::Attribute { log, trial, attempt, key, value } => {
                self.by(log).map_or(Ok(()), |by| batch.attribute(by, trial, attempt, &key, &value))
            }
        }
    }

    /// A new worker.
    fn life(&self, workers: &Path) -> Result<Life> {
        Life::begin(workers).map_err(|error| Error::io(&self.path, &workers.display().to_string(), &error))
    }

    /// A worker comes into a study.
    fn enter(&mut self, life: Life, (study, definition, created): (i64, String, bool), name: String) -> Opened {
        let (log, worker) = (self.opened, life.name.clone());
        self.opened += 1;
        self.logs.insert(log, Log { study, name, life });
        Opened { log, worker, definition, created }
    }

    pub(crate) fn by(&self, log: u32) -> Result<Writer<'_>> {
        let log = self.logs.get(&log).ok_or_else(|| Error::closed("study"))?;
        Ok(Writer { study: log.study, worker: &log.life.name })
    }

    pub(crate) fn ours(&self) -> Vec<&str> {
        self.logs.values().map(|log| log.life.name.as_str()).collect()
    }

    fn stale(&self, log: u32, trial: i64, attempt: i64) -> Error {
        let name = self.logs.get(&log).map_or("", |log| &log.name);
        let text = format!(
            "attempt {attempt} of trial {trial} has ended: it was told, released or taken over, or never begun"
        );
        Error { kind: Kind::Closed, message: format!("study {name:?}: {text}") }
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
