//! Makes commits safe from power cuts, on a thread of its own: the writer goes on meanwhile, and all that it commits
//! during one sync is covered by the next.
//!
//! SQLite commits without waiting for the disk (`synchronous = NORMAL`); here the write-ahead log is synced before those
//! who wait for it are answered. The log is written from front to back and its frames carry checksums, so after a power
//! cut what is there is always a prefix of the commits.

use std::fs::{File, OpenOptions};
use std::io;
use std::mem::take;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::error::Error;
use crate::request::Reply;

/// Answers one request: with what it has, or with why nothing was kept.
pub type Settle = Box<dyn FnOnce(Option<&Error>) + Send>;

/// An answer that is given when the transaction is as safe as it has to be.
pub fn later<T: Send + 'static>(reply: Reply<T>, result: crate::Result<T>) -> Settle {
    Box::new(move |failed| reply(failed.map_or(result, |error| Err(error.clone()))))
}

/// The first failure to keep something; nothing is written after it.
#[derive(Default)]
pub struct Failure {
    error: Mutex<Option<Error>>,
    told: AtomicBool,
}

impl Failure {
    fn lock(&self) -> MutexGuard<'_, Option<Error>> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn get(&self) -> Option<Error> {
        self.lock().clone()
    }

    pub fn set(&self, error: &Error) {
        self.lock().get_or_insert_with(|| error.clone());
    }

    /// Somebody who waited knows.
    pub fn tell(&self) {
        self.told.store(true, Ordering::Relaxed);
    }

    /// What nobody was told yet, once.
    pub fn untold(&self) -> Option<Error> {
        self.get().filter(|_| !self.told.swap(true, Ordering::Relaxed))
    }
}

#[derive(Default)]
struct State {
    waiting: Vec<Settle>,
    closing: bool,
}

/// The thread, and who waits for it.
pub struct Syncer {
    shared: Arc<(Mutex<State>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    /// Starts the thread for a database.
    pub fn start(database: &Path, sync: Sync, failure: Arc<Failure>) -> io::Result<Self> {
        let shared = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let (theirs, database) = (shared.clone(), database.to_owned());
        let thread = thread::Builder::new().name("downslope-sync".into()).spawn(move || {
            serve(&theirs, Log::new(&database, sync), &failure);
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Answers when all that was committed before is on disk.
    pub fn add(&self, settles: Vec<Settle>) {
        if settles.is_empty() {
            return;
        }
        let (state, work) = &*self.shared;
        state.lock().unwrap_or_else(PoisonError::into_inner).waiting.extend(settles);
        work.notify_one();
    }
}

impl Drop for Syncer {
    /// Waits for what is under way.
    fn drop(&mut self) {
        let (state, work) = &*self.shared;
        state.lock().unwrap_or_else(PoisonError::into_inner).closing = true;
        work.notify_one();
        if let Some(thread) = self.thread.take() {
            // a panic of its has been answered by dropping what waited
            let _ = thread.join();
        }
    }
}

fn serve((state, work): &(Mutex<State>, Condvar), mut log: Log, failure: &Failure) {
    loop {
        let mut held = state.lock().unwrap_or_else(PoisonError::into_inner);
        while held.waiting.is_empty() {
            if held.closing {
                return;
            }
            held = work.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        let settles = take(&mut held.waiting);
        drop(held);
        // after one failure it is unknown what is on the disk, and a second try may report success without being one
        if failure.get().is_none()
            && let Err(error) = log.sync()
        {
            failure.set(&Error::io(&log.database, "the disk did not take what was written", &error));
        }
        let failed = failure.get();
        for settle in settles {
            settle(failed.as_ref());
        }
        if failed.is_some() {
            failure.tell();
        }
    }
}

/// How a file is put on the disk.
type Sync = fn(&File) -> io::Result<()>;

/// The write-ahead log as a file.
struct Log {
    sync: Sync,
    database: PathBuf,
    path: PathBuf,
    file: Option<File>,
}

impl Log {
    fn new(database: &Path, sync: Sync) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Self { sync, database: database.to_owned(), path: path.into(), file: None }
    }

    /// The file stays the same as long as some connection is open, and ours is.
    fn sync(&mut self) -> io::Result<()> {
        if let Some(file) = &self.file {
            return (self.sync)(file);
        }
        let file = match OpenOptions::new().read(true).write(true).open(&self.path) {
            Ok(file) => file,
            // nothing was ever written
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        (self.sync)(&file)?;
        self.sync_folder()?;
        self.file = Some(file);
        Ok(())
    }

    /// A new file has to be in its folder after a power cut, too.
    #[cfg(unix)]
    fn sync_folder(&self) -> io::Result<()> {
        match self.path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }

    /// Windows has no such call, and its file systems keep names in order with contents.
    #[cfg(not(unix))]
    fn sync_folder(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::channel;

    use super::*;
    use crate::Kind;

    #[test]
    fn a_log_that_cannot_be_opened_is_the_answer() {
        let folder = std::env::temp_dir().join(format!("downslope-sync-{}", std::process::id()));
        fs::create_dir_all(folder.join("study.db-wal")).unwrap();
        let failure = Arc::new(Failure::default());
        let syncer = Syncer::start(&folder.join("study.db"), File::sync_data, failure.clone()).unwrap();
        let (sender, receiver) = channel();
        for _ in 0..2 {
            let sender = sender.clone();
            syncer.add(vec![later(Box::new(move |result| sender.send(result).unwrap()), Ok(()))]);
            let error = receiver.recv().unwrap().unwrap_err();
            assert_eq!(error.kind, Kind::Storage);
            assert!(error.message.contains("the disk did not take what was written"), "{error}");
            assert_eq!(failure.get(), Some(error));
        }
        // who waited knows
        drop(syncer);
        assert_eq!(failure.untold(), None);
        fs::remove_dir_all(folder).unwrap();
    }
}
