//! The native thread: takes what was asked, writes it in one transaction, answers.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::apply::Answers;
use crate::batch::{Batch, Writer};
use crate::error::{Error, Result};
use crate::request::{Read, Request, Write};
use crate::store::{Next, Options, Shared};
use crate::sync::{Failure, Syncer, later};
use crate::watch::{Watch, Watches, orphans};
use crate::worker::Life;
use crate::{page, schema, worker};

/// The longest wait; who waits longer is answered early and asks again.
const LONGEST: f64 = 1e9;

/// A worker of this store.
pub(crate) struct Log {
    pub study: i64,
    pub name: String,
    pub life: Life,
}

/// The open file.
struct File {
    connection: Connection,
    /// Without links: the same for all who open it, by whatever name.
    path: PathBuf,
    workers: PathBuf,
    syncer: Option<Syncer>,
}

pub(crate) struct Server {
    pub path: PathBuf,
    options: Options,
    shared: Arc<Shared>,
    failure: Arc<Failure>,
    pub logs: BTreeMap<u32, Log>,
    pub opened: u32,
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
                Next::Requests(requests) => drop(self.guarded(|server| server.work(requests))),
                Next::Look => drop(self.guarded(|server| server.look(false))),
                Next::Close(reply) => return reply(self.guarded(Self::finish).and_then(|result| result)),
            }
        }
    }

    /// After a panic the file is closed, and whoever waits or comes later is told.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Result<T> {
        catch_unwind(AssertUnwindSafe(|| work(self))).map_err(|_| {
            let error = Error::internal("sqlite: a bug in downslope: the store's thread panicked");
            self.failure.set(&error);
            self.file = None;
            self.watches.fail(&error);
            error
        })
    }

    /// Does one batch.
    fn work(&mut self, requests: Vec<Request>) {
        if self.absent(&requests) {
            return self.nothing(requests);
        }
        if let Err(error) = self.open() {
            return self.refuse(requests, &error);
        }
        let mut closing = Vec::new();
        let (mut reads, mut writes) = (Vec::new(), Vec::new());
        for request in requests {
            match request {
                Request::Read(read) => reads.push(read),
                Request::Write(write) => writes.push(write),
            }
        }
        // what this connection frees is seen at once
        let freed = writes.iter().any(|write| matches!(write, Write::Release { .. } | Write::CloseLog { .. }));
        if !writes.is_empty() {
            self.write(writes, &mut closing);
        }
        for read in reads {
            self.read(read);
        }
        for log in closing {
            self.watches.end(Some(log));
            self.logs.remove(&log);
        }
        self.look(freed);
    }

    /// Whether there is no file, and nothing to make one for.
    fn absent(&self, requests: &[Request]) -> bool {
        self.file.is_none()
            && !requests.iter().any(|request| matches!(request, Request::Write(Write::Create { .. })))
            && matches!(self.path.try_exists(), Ok(false))
            && self.path.parent().is_some_and(Path::is_dir)
    }

    /// What is in a file that is not there.
    fn nothing(&mut self, requests: Vec<Request>) {
        for request in requests {
            match request {
                Request::Read(Read::List { reply }) => reply(Ok("[]".to_owned())),
                Request::Write(Write::Open { name, reply }) => reply(Err(Error::missing(&self.path, &name))),
                request => self.refuse([request], &Error::closed("study")),
            }
        }
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
                let started = Syncer::start(&path, self.options.sync, self.failure.clone());
                Some(started.map_err(|error| Error::internal(format!("sqlite: no thread can be started: {error}")))?)
            }
            false => None,
        };
        self.file = Some(File { connection, path, workers, syncer });
        Ok(())
    }

    fn refuse(&mut self, requests: impl IntoIterator<Item: Into<Request>>, error: &Error) {
        for request in requests {
            match request.into() {
                // it ends all the same; whoever closes has to learn what nobody else did
                Request::Write(Write::CloseLog { log, reply }) => {
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
    fn write(&mut self, writes: Vec<Write>, closing: &mut Vec<u32>) {
        let Some(File { mut connection, path, workers, syncer }) = self.file.take() else { return };
        let mut writes = writes.into_iter();
        let mut answers = Answers::default();
        let written = (|| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut batch = Batch::new(&transaction);
            for write in writes.by_ref() {
                if let Write::CloseLog { log, .. } = write {
                    closing.push(log);
                }
                self.apply(write, &mut batch, &mut answers, &workers)?;
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
            return self.refuse(writes, &error);
        }
        for settle in committed {
            settle(None);
        }
        match &file.syncer {
            Some(syncer) => syncer.add(synced),
            None => synced.into_iter().for_each(|settle| settle(None)),
        }
    }

    fn read(&mut self, read: Read) {
        let Some(file) = &self.file else {
            let error = self.failure.get().unwrap_or_else(|| Error::internal("sqlite: the file is not open"));
            return self.refuse([read], &error);
        };
        if let Some(error) = self.failure.get() {
            return self.refuse([read], &error);
        }
        let said = |error: rusqlite::Error| Error::sqlite(&file.path, &error);
        match read {
            Read::List { reply } => reply(page::studies(&file.connection).map_err(said)),
            Read::Events { log, sequence, limit, reply } => {
                let by = self.by(log);
                reply(by.and_then(|by| page::events(&file.connection, by.study, sequence, limit).map_err(said)));
            }
            Read::Orphans { log, reply } => {
                let found = self.by(log).and_then(|by| {
                    orphans(&file.connection, by.study, &file.workers, &self.ours(), usize::MAX).map_err(said)
                });
                reply(found);
            }
            Read::Flush { log, reply } => match (self.by(log), &file.syncer) {
                (Ok(_), Some(syncer)) => syncer.add(vec![later(reply, Ok(()))]),
                (Ok(_), None) => reply(Ok(())),
                (Err(error), _) => reply(Err(error)),
            },
            Read::Changed { log, sequence, milliseconds, reply } => match self.by(log) {
                Ok(by) => {
                    let wait = Duration::try_from_secs_f64((milliseconds / 1e3).min(LONGEST)).unwrap_or_default();
                    let watch = Watch { log, study: by.study, sequence, until: Instant::now() + wait, reply };
                    self.watches.add(watch);
                }
                Err(error) => reply(Err(error)),
            },
        }
    }

    fn look(&mut self, freed: bool) {
        let Some(File { connection, path, workers, .. }) = &self.file else { return };
        let ours: Vec<&str> = self.logs.values().map(|log| log.life.name.as_str()).collect();
        self.watches.look(connection, workers, &ours, freed, |error| Error::sqlite(path, error));
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
