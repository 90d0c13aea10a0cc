//! The handle of a store.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::request::{Reply, Request};
use crate::serve::Server;

/// How a store works.
#[derive(Clone, Debug)]
pub struct Options {
    /// Answers wait until the disk has it, so that a power cut loses nothing; else only the end of a process loses nothing.
    pub durable: bool,
    /// How long another program may lock the file before that is an error.
    pub patience: Duration,
    /// Puts on the disk what a file has: [`File::sync_data`], unless a test wants to know or to decide what became of it.
    pub sync: fn(&File) -> io::Result<()>,
}

impl Default for Options {
    fn default() -> Self {
        Self { durable: true, patience: Duration::from_secs(10), sync: File::sync_data }
    }
}

/// What is asked, until the thread takes it.
#[derive(Default)]
pub(crate) struct Queue {
    requests: VecDeque<Request>,
    closing: Option<Reply<()>>,
    started: bool,
    closed: bool,
}

pub(crate) struct Shared {
    queue: Mutex<Queue>,
    work: Condvar,
}

/// What the thread does next.
pub(crate) enum Next {
    Requests(Vec<Request>),
    Look,
    Close(Reply<()>),
}

/// Requests of one transaction, at most.
const LIMIT: usize = 4096;

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that came meanwhile; waits for it, at most for `pause`.
    pub(crate) fn next(&self, pause: Option<Duration>) -> Next {
        let mut queue = self.lock();
        loop {
            if !queue.requests.is_empty() {
                let count = queue.requests.len().min(LIMIT);
                return Next::Requests(queue.requests.drain(..count).collect());
            }
            if let Some(reply) = queue.closing.take() {
                return Next::Close(reply);
            }
            let Some(pause) = pause else {
                queue = self.work.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (back, wait) = self.work.wait_timeout(queue, pause).unwrap_or_else(PoisonError::into_inner);
            queue = back;
            if wait.timed_out() && queue.requests.is_empty() && queue.closing.is_none() {
                return Next::Look;
            }
        }
    }
}

/// A connection to a file of studies, with a native thread of its own. Nothing is opened before the first request.
/// Dropped, it closes without waiting.
pub struct Store {
    path: PathBuf,
    options: Options,
    shared: Arc<Shared>,
}

impl Store {
    /// A store on a file, which need not exist.
    pub fn new(path: impl AsRef<Path>, options: Options) -> Self {
        let shared = Arc::new(Shared { queue: Mutex::new(Queue::default()), work: Condvar::new() });
        Self { path: path.as_ref().to_owned(), options, shared }
    }

    /// Does something after all that was sent before; never waits.
    pub fn send(&self, request: impl Into<Request>) {
        let request = request.into();
        let mut queue = self.shared.lock();
        if queue.closed {
            drop(queue);
            request.refuse(&Error::closed("storage: the connection"));
            return;
        }
        let request = match queue.requests.back_mut() {
            Some(last) => last.join(request),
            None => Some(request),
        };
        let Some(request) = request else { return };
        queue.requests.push_back(request);
        if !queue.started
            && let Err(error) = self.start(&mut queue)
        {
            let refused = std::mem::take(&mut queue.requests);
            drop(queue);
            let error = Error::internal(format!("sqlite: no thread can be started: {error}"));
            refused.into_iter().for_each(|request| {
                request.refuse(&error);
            });
            return;
        }
        drop(queue);
        self.shared.work.notify_one();
    }

    fn start(&self, queue: &mut Queue) -> io::Result<()> {
        let server = Server::new(self.path.clone(), self.options.clone(), self.shared.clone());
        thread::Builder::new().name("downslope-store".into()).spawn(move || server.run())?;
        queue.started = true;
        Ok(())
    }

    /// Does what was sent, frees the trials of all logs and closes the file. Later requests are refused.
    pub fn close(&self, reply: Reply<()>) {
        let mut queue = self.shared.lock();
        let first = !std::mem::replace(&mut queue.closed, true);
        if first && queue.started {
            queue.closing = Some(reply);
            drop(queue);
            self.shared.work.notify_one();
        } else {
            drop(queue);
            reply(Ok(()));
        }
    }

    /// [`Store::close`], waiting for it. For tests and programs without an event loop.
    pub fn close_and_wait(&self) -> Result<()> {
        let (sender, receiver) = std::sync::mpsc::channel();
        self.close(Box::new(move |result| {
            let _ = sender.send(result);
        }));
        receiver.recv().unwrap_or_else(|_| Err(Error::internal("sqlite: closing ended without a result")))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.close(Box::new(|_| {}));
    }
}
