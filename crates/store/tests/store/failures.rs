//! Bugs and other programs: whoever waits is answered.

use std::fs;
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::helpers::{Folder, ask, create, occupy, store, tell, wait};
use downslope_store::{Kind, Read, Write};
use rusqlite::Connection;

#[test]
fn a_panic_of_the_thread_answers_all_who_wait() {
    let folder = Folder::new();
    for looking in [false, true] {
        let path = folder.file(&format!("{looking}.db"));
        let ours = store(&path);
        let log = create(&ours).unwrap().log;
        let (sender, receiver) = channel();
        let reply = Box::new(move |result| sender.send(result).unwrap());
        let busy = occupy(&ours);
        // this one panics in the middle of a batch, or later when the thread looks for news
        let milliseconds = if looking { 30.0 } else { 0.0 };
        ours.send(Read::Changed { log, sequence: 9, milliseconds, reply: Box::new(|_| panic!("a test")) });
        ours.send(Read::Changed { log, sequence: 9, milliseconds: 1e9, reply });
        drop(busy);
        let error = receiver.recv_timeout(Duration::from_secs(60)).unwrap().unwrap_err();
        assert_eq!(error.kind, Kind::Internal);
        assert_eq!(ask(&ours, log, 0).unwrap_err(), error);
        ours.close_and_wait().unwrap();
    }
}

#[test]
fn a_panic_while_closing_is_an_answer() {
    let folder = Folder::new();
    let ours = store(&folder.file("study.db"));
    let log = create(&ours).unwrap().log;
    ours.send(Read::Changed { log, sequence: 9, milliseconds: 1e9, reply: Box::new(|_| panic!("a test")) });
    assert_eq!(ours.close_and_wait().unwrap_err().kind, Kind::Internal);
}

#[test]
fn a_study_without_a_worker_is_not_created() {
    let folder = Folder::new();
    let path = folder.file("study.db");
    let blocked = folder.file("study.db-workers");
    fs::write(&blocked, "").unwrap();
    let ours = store(&path);
    let error = create(&ours).unwrap_err();
    assert_eq!(error.kind, Kind::Storage);
    assert!(error.message.contains("study.db-workers"), "{error}");
    assert_eq!(wait(&ours, |reply| Read::List { reply }).unwrap(), "[]");
    fs::remove_file(&blocked).unwrap();
    assert!(create(&ours).unwrap().created);
}

#[test]
fn rows_that_another_tool_changed_are_damage() {
    let changes = [
        ("UPDATE study SET events = 'many'", false),
        ("DELETE FROM study", false),
        ("UPDATE study SET definition = x'ff'", true),
        ("UPDATE study SET definition = CAST(x'ff' AS TEXT)", true),
    ];
    for (sql, opening) in changes {
        let folder = Folder::new();
        let path = folder.file("study.db");
        let ours = store(&path);
        let log = create(&ours).unwrap().log;
        let other = Connection::open(&path).unwrap();
        other.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        other.execute_batch(sql).unwrap();
        let error = match opening {
            true => wait(&ours, |reply| Write::Open { name: "study".into(), reply }).unwrap_err(),
            false => ask(&ours, log, 0).unwrap_err(),
        };
        assert_eq!(error.kind, Kind::Storage, "{sql}: {error}");
        assert!(error.message.contains("is damaged"), "{sql}: {error}");
    }
}

#[test]
fn a_trial_that_has_ended_has_no_worker() {
    let folder = Folder::new();
    let path = folder.file("study.db");
    let ours = store(&path);
    let log = create(&ours).unwrap().log;
    for trial in 0..2 {
        assert!(ask(&ours, log, trial).unwrap());
    }
    tell(&ours, log, 0).unwrap();
    let other = Connection::open(&path).unwrap();
    let mut statement = other.prepare("SELECT worker IS NULL FROM trial ORDER BY number").unwrap();
    let idle: Vec<bool> = statement.query_map([], |row| row.get(0)).unwrap().map(|row| row.unwrap()).collect();
    assert_eq!(idle, [true, false]);
}
