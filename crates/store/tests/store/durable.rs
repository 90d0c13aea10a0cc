//! What is acknowledged is on the disk, and what the disk did not take is said.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

use crate::helpers::{Folder, ask, create, read, store, tell, wait};
use downslope_store::{Kind, Options, Outcome, Read, Result, Store, Write};

fn with(path: &Path, durable: bool, sync: fn(&File) -> io::Result<()>) -> Store {
    Store::new(path, Options { durable, sync, ..Options::default() })
}

/// The answer to a tell that is not waited for.
fn telling(store: &Store, log: u32, trial: i64) -> Receiver<Result<()>> {
    let (sender, receiver) = channel();
    let outcome = Outcome { status: "completed".into(), values: Some(vec![1.0]), ..Outcome::default() };
    let reply = Box::new(move |result| sender.send(result).unwrap());
    store.send(Write::Tell { log, trial, attempt: 1, time: 3, outcome, reply });
    receiver
}

#[test]
fn each_answer_that_promises_the_disk_comes_after_a_sync() {
    static SYNCS: AtomicUsize = AtomicUsize::new(0);
    fn counted(file: &File) -> io::Result<()> {
        SYNCS.fetch_add(1, Ordering::SeqCst);
        file.sync_data()
    }
    let folder = Folder::new();
    for durable in [true, false] {
        let synced = || SYNCS.swap(0, Ordering::SeqCst) > 0;
        let ours = with(&folder.file(&format!("{durable}.db")), durable, counted);
        let log = create(&ours).unwrap().log;
        assert_eq!(synced(), durable);
        assert!(ask(&ours, log, 0).unwrap());
        tell(&ours, log, 0).unwrap();
        assert_eq!(synced(), durable);
        wait(&ours, |reply| Write::Enqueue { log, params: "{}".into(), reply }).unwrap();
        assert_eq!(synced(), durable);
        wait(&ours, |reply| Write::Define { log, definition: "{}".into(), reply }).unwrap();
        assert_eq!(synced(), durable);
        wait(&ours, |reply| Read::Flush { log, reply }).unwrap();
        assert_eq!(synced(), durable);
        wait(&ours, |reply| Write::CloseLog { log, reply }).unwrap();
        assert_eq!(synced(), durable);
    }
}

#[test]
fn a_tell_is_answered_after_its_sync_and_an_ask_before() {
    static ENTERED: AtomicUsize = AtomicUsize::new(0);
    static GATE: Mutex<()> = Mutex::new(());
    fn gated(file: &File) -> io::Result<()> {
        ENTERED.fetch_add(1, Ordering::SeqCst);
        drop(GATE.lock().unwrap());
        file.sync_data()
    }
    let folder = Folder::new();
    let ours = with(&folder.file("study.db"), true, gated);
    let log = create(&ours).unwrap().log;
    assert!(ask(&ours, log, 0).unwrap());
    let closed = GATE.lock().unwrap();
    let told = telling(&ours, log, 0);
    // the tell is committed when this is answered
    assert!(ask(&ours, log, 1).unwrap());
    assert!(read(&ours, log).unwrap().contains("\"kind\":\"tell\""));
    while ENTERED.load(Ordering::SeqCst) < 2 {
        std::thread::yield_now();
    }
    assert!(matches!(told.try_recv(), Err(TryRecvError::Empty)));
    drop(closed);
    told.recv_timeout(Duration::from_secs(60)).unwrap().unwrap();
}

#[test]
fn a_sync_that_fails_is_told_and_nothing_is_written_after_it() {
    static BROKEN: AtomicBool = AtomicBool::new(false);
    fn breaking(file: &File) -> io::Result<()> {
        if BROKEN.swap(false, Ordering::SeqCst) {
            return Err(io::Error::other("no such luck"));
        }
        file.sync_data()
    }
    let folder = Folder::new();
    let path = folder.file("study.db");
    let ours = with(&path, true, breaking);
    let log = create(&ours).unwrap().log;
    for trial in 0..2 {
        assert!(ask(&ours, log, trial).unwrap());
    }
    tell(&ours, log, 0).unwrap();
    BROKEN.store(true, Ordering::SeqCst);
    let error = tell(&ours, log, 1).unwrap_err();
    assert_eq!(error.kind, Kind::Storage);
    assert!(error.message.contains("the disk did not take what was written: no such luck"), "{error}");
    // the next sync would succeed, without saying what became of the pages of the one that failed
    assert_eq!(ask(&ours, log, 2).unwrap_err(), error);
    assert_eq!(read(&ours, log).unwrap_err(), error);
    ours.close_and_wait().unwrap();
    let again = store(&path);
    let log = create(&again).unwrap().log;
    let page = read(&again, log).unwrap();
    assert!(page.contains("\"kind\":\"tell\",\"trial\":0"));
    assert!(!page.contains("\"kind\":\"ask\",\"trial\":2"));
}

#[test]
fn what_a_power_cut_leaves_has_all_that_was_acknowledged() {
    /// How long the log was when it was last put on the disk: what comes behind may be lost, or be anything.
    static SAFE: AtomicU64 = AtomicU64::new(0);
    fn measured(file: &File) -> io::Result<()> {
        let length = file.metadata()?.len();
        file.sync_data()?;
        SAFE.store(length, Ordering::SeqCst);
        Ok(())
    }
    let folder = Folder::new();
    let path = folder.file("study.db");
    let ours = with(&path, true, measured);
    let log = create(&ours).unwrap().log;
    for trial in 0..20 {
        assert!(ask(&ours, log, trial).unwrap());
        ours.send(Write::Report { log, trial, attempt: 1, steps: vec![0.0], values: vec![0.5] });
        tell(&ours, log, trial).unwrap();
    }
    let safe = SAFE.load(Ordering::SeqCst) as usize;
    let acknowledged = read(&ours, log).unwrap();
    let acknowledged = acknowledged.strip_suffix(']').unwrap();
    // committed, and nobody waits for it to be on the disk
    for trial in 20..30 {
        assert!(ask(&ours, log, trial).unwrap());
    }
    let all = read(&ours, log).unwrap();
    let (database, wal) = (fs::read(&path).unwrap(), fs::read(folder.file("study.db-wal")).unwrap());
    assert!(wal.len() > safe + 10 * 4096, "{} {safe}", wal.len());

    let mut cuts: Vec<usize> = vec![safe, safe + 1, safe + 24, safe + 24 + 4096, wal.len() - 1, wal.len()];
    cuts.extend((safe..wal.len()).step_by(3000));
    let mut lengths = Vec::new();
    for (number, cut) in cuts.into_iter().enumerate() {
        // what was not synced is not there, or is zeros
        for zeros in [0, wal.len() - cut] {
            let copy = folder.file(&format!("{number}-{zeros}.db"));
            fs::write(&copy, &database).unwrap();
            let mut file =
                OpenOptions::new().write(true).create_new(true).open(format!("{}-wal", copy.display())).unwrap();
            io::Write::write_all(&mut file, &wal[..cut]).unwrap();
            file.set_len((cut + zeros) as u64).unwrap();
            drop(file);
            let after = store(&copy);
            let log = create(&after).unwrap().log;
            let left = read(&after, log).unwrap();
            assert!(left.starts_with(acknowledged), "cut at {cut} of {}, safe {safe}: {left}", wal.len());
            assert!(all.starts_with(left.strip_suffix(']').unwrap()), "no prefix: {left}");
            lengths.push(left.len());
            after.close_and_wait().unwrap();
        }
    }
    // some cuts took something, and some did not
    assert_eq!(lengths.iter().max(), Some(&all.len()));
    assert_eq!(lengths.iter().min(), Some(&(acknowledged.len() + 1)));
}
