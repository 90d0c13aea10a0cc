//! Files that cannot be used: one clear error, and the file stays as it is.

use std::fs::{self, File};

use crate::helpers::{Folder, ask, create, read, refused, store, tell, wait};
use downslope_store::{Kind, Read, Write};
use rusqlite::Connection;

#[test]
fn a_file_of_its_own_and_nothing_beside_it_afterwards() {
    let folder = Folder::new();
    let path = folder.file("new.db");
    let store = store(&path);
    assert!(folder.names().is_empty());
    let opened = create(&store).unwrap();
    assert!(opened.created);
    assert_eq!(folder.names(), ["new.db", "new.db-shm", "new.db-wal", "new.db-workers"]);
    assert_eq!(fs::read_dir(folder.file("new.db-workers")).unwrap().count(), 1);
    assert!(ask(&store, opened.log, 0).unwrap());
    tell(&store, opened.log, 0).unwrap();
    store.close_and_wait().unwrap();
    store.close_and_wait().unwrap();
    assert_eq!(folder.names(), ["new.db"]);
    assert_eq!(ask(&store, opened.log, 1).unwrap_err().kind, Kind::Closed);
}

#[test]
fn looking_creates_nothing() {
    let folder = Folder::new();
    let path = folder.file("none.db");
    let store = store(&path);
    assert_eq!(wait(&store, |reply| Read::List { reply }).unwrap(), "[]");
    let error = wait(&store, |reply| Write::Open { name: "first".into(), reply }).unwrap_err();
    assert_eq!(error.kind, Kind::Storage);
    assert!(error.message.contains("no study named \"first\""), "{error}");
    assert!(folder.names().is_empty());
    assert!(create(&store).unwrap().created);
    let error = wait(&store, |reply| Write::Open { name: "first".into(), reply }).unwrap_err();
    assert!(error.message.contains("no study named \"first\""), "{error}");
}

#[test]
fn an_empty_file_becomes_one() {
    let folder = Folder::new();
    let path = folder.file("empty.db");
    File::create(&path).unwrap();
    let store = store(&path);
    assert!(create(&store).unwrap().created);
}

#[test]
fn what_is_not_sqlite_is_left_alone() {
    let folder = Folder::new();
    let path = folder.file("notes.txt");
    let text = "not a database at all, but long enough to have a header of a hundred bytes or more ".repeat(20);
    fs::write(&path, &text).unwrap();
    let error = refused(&path);
    assert_eq!(error.kind, Kind::Storage);
    assert!(error.message.contains("is not an SQLite database"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(folder.names(), ["notes.txt"]);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let folder = Folder::new();
    let path = folder.file("other.db");
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE study (x); INSERT INTO study VALUES (1)").unwrap();
    drop(other);
    let before = fs::read(&path).unwrap();
    let error = refused(&path);
    assert_eq!(error.kind, Kind::Storage);
    assert!(error.message.contains("of another program"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(folder.names(), ["other.db"]);
}

#[test]
fn a_later_version_is_left_alone() {
    let folder = Folder::new();
    let path = folder.file("later.db");
    let ours = store(&path);
    create(&ours).unwrap();
    ours.close_and_wait().unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("INSERT INTO downslope_schema VALUES (99)").unwrap();
    drop(other);
    let before = fs::read(&path).unwrap();
    let error = refused(&path);
    assert_eq!(error.kind, Kind::Storage);
    assert!(error.message.contains("later version of downslope (tables 99"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn folders_that_are_files_or_missing() {
    let folder = Folder::new();
    let file = folder.file("file");
    fs::write(&file, "x").unwrap();
    fs::create_dir(folder.file("folder")).unwrap();
    let missing = refused(&folder.file("none/study.db"));
    assert!(missing.message.contains("none does not exist"), "{missing}");
    let within = refused(&file.join("study.db"));
    assert!(within.message.contains("file is not a folder"), "{within}");
    let is_folder = refused(&folder.file("folder"));
    assert!(is_folder.message.contains("is a folder, not a file"), "{is_folder}");
    for error in [missing, within, is_folder] {
        assert_eq!(error.kind, Kind::Storage);
    }
}

#[test]
fn what_could_not_be_opened_can_be_later() {
    let folder = Folder::new();
    let path = folder.file("late/study.db");
    let store = store(&path);
    assert_eq!(create(&store).unwrap_err().kind, Kind::Storage);
    fs::create_dir(folder.file("late")).unwrap();
    assert!(create(&store).unwrap().created);
}

#[test]
fn a_file_that_another_program_locks() {
    let folder = Folder::new();
    let path = folder.file("locked.db");
    let ours = store(&path);
    let log = create(&ours).unwrap().log;
    assert!(ask(&ours, log, 0).unwrap());
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // reading goes on
    assert!(read(&ours, log).unwrap().contains("\"kind\":\"ask\""));
    let error = tell(&ours, log, 0).unwrap_err();
    assert_eq!(error.kind, Kind::Storage);
    assert!(error.message.contains("is locked by another program"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    // nothing is written after a write that failed, until it is opened again
    assert_eq!(ask(&ours, log, 1).unwrap_err(), error);
    ours.close_and_wait().unwrap();
    let again = store(&path);
    let log = create(&again).unwrap().log;
    assert_eq!(read(&again, log).unwrap().matches("\"kind\"").count(), 1);
    let free = wait(&again, |reply| Read::Orphans { log, reply });
    assert_eq!(free.unwrap(), [0]);
}

#[test]
fn a_short_lock_is_waited_for() {
    let folder = Folder::new();
    let path = folder.file("short.db");
    let ours = store(&path);
    let log = create(&ours).unwrap().log;
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let release = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(60));
        other.execute_batch("ROLLBACK").unwrap();
    });
    assert!(ask(&ours, log, 0).unwrap());
    release.join().unwrap();
}

#[test]
fn a_failure_that_nobody_was_told_of_is_told_at_the_end() {
    let folder = Folder::new();
    let path = folder.file("untold.db");
    let ours = store(&path);
    let log = create(&ours).unwrap().log;
    assert!(ask(&ours, log, 0).unwrap());
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    ours.send(Write::Note { log, trial: 0, attempt: 1, text: "lost".into() });
    let error = ours.close_and_wait().unwrap_err();
    assert_eq!(error.kind, Kind::Storage);
}

#[test]
fn a_damaged_file() {
    let folder = Folder::new();
    let path = folder.file("damaged.db");
    let ours = store(&path);
    let log = create(&ours).unwrap().log;
    for trial in 0..200 {
        assert!(ask(&ours, log, trial).unwrap());
    }
    ours.close_and_wait().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    assert!(bytes.len() > 3 * 4096);
    // the header and the list of tables stay
    for byte in &mut bytes[4096..] {
        *byte = 0xa5;
    }
    fs::write(&path, &bytes).unwrap();
    let error = refused(&path);
    assert_eq!(error.kind, Kind::Storage);
    assert!(error.message.contains("is damaged"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}
