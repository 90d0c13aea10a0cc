//! Stores that are waited for, in folders that go away.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use downslope_store::{Error, Opened, Options, Outcome, Read, Reply, Request, Result, Store, Write};

static FOLDERS: AtomicUsize = AtomicUsize::new(0);

/// A folder of a test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("downslope-store-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A store that waits a fifth of a second for others.
pub fn store(path: &Path) -> Store {
    Store::new(path, Options { durable: true, patience: Duration::from_millis(200), ..Options::default() })
}

/// Occupies the thread of a store until the returned sender is used or dropped.
pub fn occupy(store: &Store) -> Sender<()> {
    let ((entered, inside), (leave, left)) = (channel(), channel());
    store.send(Read::List {
        reply: Box::new(move |_| {
            entered.send(()).unwrap();
            let _ = left.recv();
        }),
    });
    inside.recv_timeout(Duration::from_secs(60)).unwrap();
    leave
}

/// Sends a request and waits for its answer.
pub fn wait<T: Send + 'static, R: Into<Request>>(store: &Store, request: impl FnOnce(Reply<T>) -> R) -> Result<T> {
    let (sender, receiver) = channel();
    store.send(request(Box::new(move |result| sender.send(result).unwrap())));
    receiver.recv_timeout(Duration::from_secs(60)).unwrap()
}

pub fn create(store: &Store) -> Result<Opened> {
    wait(store, |reply| Write::Create { name: "study".into(), definition: "{}".into(), time: 1, reply })
}

pub fn ask(store: &Store, log: u32, trial: i64) -> Result<bool> {
    wait(store, |reply| Write::Ask { log, trial, params: format!("{{\"x\":{trial}}}"), time: 2, reply })
}

pub fn tell(store: &Store, log: u32, trial: i64) -> Result<()> {
    let outcome = Outcome { status: "completed".into(), values: Some(vec![trial as f64]), ..Outcome::default() };
    wait(store, |reply| Write::Tell { log, trial, attempt: 1, time: 3, outcome, reply })
}

pub fn read(store: &Store, log: u32) -> Result<String> {
    wait(store, |reply| Read::Events { log, sequence: 0, limit: 1000, reply })
}

/// The error of what must not work.
pub fn refused(path: &Path) -> Error {
    let store = store(path);
    let error = create(&store).unwrap_err();
    assert!(error.message.contains(&path.display().to_string()), "{error}");
    // closing what never opened is no error
    store.close_and_wait().unwrap();
    error
}
