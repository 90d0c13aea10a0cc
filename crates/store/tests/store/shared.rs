//! Several stores on one file, as several processes would have them.

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use crate::helpers::{Folder, ask, create, occupy, read, store, tell, wait};
use downslope_store::{Kind, Options, Outcome, Read, Store, Write};
use rusqlite::Connection;

#[test]
fn tables_can_be_read_with_any_tool() {
    let folder = Folder::new();
    let path = folder.file("study.db");
    let ours = store(&path);
    let log = create(&ours).unwrap().log;
    assert!(ask(&ours, log, 0).unwrap());
    tell(&ours, log, 0).unwrap();
    wait(&ours, |reply| Write::Enqueue { log, params: "{\"x\":9}".into(), reply }).unwrap();
    let other = Connection::open(&path).unwrap();
    let row: (i64, String, String, f64) = other
        .query_row("SELECT number, status, params, value FROM trial WHERE study = 1 AND number = 0", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap();
    assert_eq!(row, (0, "completed".into(), "{\"x\":0}".into(), 0.0));
    let bound: String = other.query_row("SELECT status FROM trial WHERE number = 1", [], |row| row.get(0)).unwrap();
    assert_eq!(bound, "bound");
    let events: i64 = other.query_row("SELECT events FROM study", [], |row| row.get(0)).unwrap();
    assert_eq!(events, 3);
}

#[test]
fn stores_in_threads_never_lose_or_double_a_number() {
    let folder = Folder::new();
    let path = folder.file("study.db");
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let path = path.clone();
            thread::spawn(move || {
                let store = Store::new(&path, Options::default());
                let log = create(&store).unwrap().log;
                let mut won = Vec::new();
                for trial in 0..100 {
                    if ask(&store, log, trial).unwrap() {
                        tell(&store, log, trial).unwrap();
                        won.push(trial);
                    }
                }
                store.close_and_wait().unwrap();
                won
            })
        })
        .collect();
    let mut all: Vec<i64> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
    all.sort_unstable();
    let store = store(&path);
    let log = create(&store).unwrap().log;
    let page = read(&store, log).unwrap();
    let begun = page.matches("\"kind\":\"ask\"").count();
    assert_eq!(all, (0..begun as i64).collect::<Vec<_>>());
    assert_eq!(page.matches("\"kind\":\"tell\"").count(), begun);
    for sequence in 1..=2 * begun {
        assert_eq!(page.matches(&format!("{{\"sequence\":{sequence},")).count(), 1);
    }
}

#[test]
fn reports_that_follow_each_other_are_one_event() {
    let folder = Folder::new();
    let ours = store(&folder.file("study.db"));
    let log = create(&ours).unwrap().log;
    for trial in 0..2 {
        assert!(ask(&ours, log, trial).unwrap());
    }
    // the store is busy meanwhile, so that they come in one batch
    let busy = occupy(&ours);
    let report = |trial: i64, step: f64| Write::Report { log, trial, attempt: 1, steps: vec![step], values: vec![0.5] };
    for step in 0..1000 {
        ours.send(report(0, f64::from(step)));
    }
    ours.send(report(1, 0.0));
    ours.send(report(0, 1000.0));
    drop(busy);
    wait(&ours, |reply| Read::Flush { log, reply }).unwrap();
    let page = read(&ours, log).unwrap();
    // three of 256, one of 232, and one on either side of the other trial's
    assert_eq!(page.matches("\"kind\":\"report\"").count(), 6);
    let (before, after) = page.split_once("\"trial\":1,\"attempt\":1,\"steps\":[0.0]").unwrap();
    assert!(before.contains("999.0") && after.contains("1000.0"));
}

#[test]
fn a_store_that_is_dropped_frees_its_trials_at_once() {
    let folder = Folder::new();
    let path = folder.file("study.db");
    let gone = store(&path);
    let log = create(&gone).unwrap().log;
    assert!(ask(&gone, log, 0).unwrap());
    let lives = store(&path);
    let opened = create(&lives).unwrap();
    let (sender, receiver) = channel();
    let start = Instant::now();
    let reply = Box::new(move |result| sender.send(result).unwrap());
    lives.send(Read::Changed { log: opened.log, sequence: 1, milliseconds: 50_000.0, reply });
    drop(gone);
    assert!(receiver.recv_timeout(Duration::from_secs(50)).unwrap().unwrap());
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(wait(&lives, |reply| Write::Take { log: opened.log, trial: 0, attempt: 2, time: 5, reply }).unwrap());
}

#[test]
fn an_old_attempt_writes_nothing() {
    let folder = Folder::new();
    let ours = store(&folder.file("study.db"));
    let log = create(&ours).unwrap().log;
    assert!(ask(&ours, log, 0).unwrap());
    ours.send(Write::Release { log, trial: 0, attempt: 1 });
    assert!(wait(&ours, |reply| Write::Take { log, trial: 0, attempt: 2, time: 5, reply }).unwrap());
    let error = tell(&ours, log, 0).unwrap_err();
    assert_eq!(error.kind, Kind::Closed);
    assert!(error.message.contains("attempt 1 of trial 0"), "{error}");
    let outcome = Outcome { status: "pruned".into(), ..Outcome::default() };
    wait(&ours, |reply| Write::Tell { log, trial: 0, attempt: 2, time: 6, outcome, reply }).unwrap();
    assert_eq!(read(&ours, log).unwrap().matches("\"kind\":\"tell\"").count(), 1);
}
