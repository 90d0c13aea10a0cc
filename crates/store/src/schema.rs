//! The tables, and opening a file that has or will have them.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::error::{Error, Result};

/// The version of the tables. A file of a later version is refused, one of an earlier version would be brought up here.
pub const VERSION: i64 = 1;

/// Types and clauses that PostgreSQL has, too. Not `WITHOUT ROWID`: such a table gives each row of more than a quarter of a page,
/// which reports easily are, a page of its own.
const TABLES: &[(&str, &str)] = &[
    ("downslope_schema", "version BIGINT NOT NULL PRIMARY KEY"),
    (
        "study",
        "id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, created BIGINT NOT NULL, definition TEXT NOT NULL,
        events BIGINT NOT NULL, begun BIGINT NOT NULL, bound BIGINT NOT NULL",
    ),
    (
        "trial",
        "study BIGINT NOT NULL REFERENCES study (id), number BIGINT NOT NULL, status TEXT NOT NULL, attempt BIGINT NOT NULL,
        worker TEXT, params TEXT NOT NULL, began BIGINT, ended BIGINT, value DOUBLE PRECISION, outcome TEXT,
        PRIMARY KEY (study, number)",
    ),
    (
        "event",
        "study BIGINT NOT NULL REFERENCES study (id), sequence BIGINT NOT NULL, kind TEXT NOT NULL, trial BIGINT,
        attempt BIGINT, worker TEXT, time BIGINT, name TEXT, data TEXT, PRIMARY KEY (study, sequence)",
    ),
];
const INDEX: &str = "CREATE INDEX trial_running ON trial (study, number) WHERE status = 'running'";

thread_local! {
    static PATIENCE: Cell<Duration> = const { Cell::new(Duration::from_secs(10)) };
    static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Another connection writes: wait, at first as long as a commit takes.
fn busy(tries: i32) -> bool {
    let now = Instant::now();
    if tries == 0 {
        SINCE.set(Some(now));
    }
    if SINCE.get().is_some_and(|since| now - since >= PATIENCE.get()) {
        return false;
    }
    thread::sleep(Duration::from_micros(if tries < 40 { 250 } else { 2_000 }));
    true
}

/// Opens the file, creating it and its tables where they are missing. `patience` is how long to wait for other programs.
/// Returns the connection and the file's path without links.
pub fn open(path: &Path, patience: Duration) -> Result<(Connection, PathBuf)> {
    PATIENCE.set(patience);
    let deadline = Instant::now() + patience;
    loop {
        match attempt(path) {
            // switching to the write-ahead log asks no busy handler
            Err(Failure::Sqlite(error)) if is_busy(&error) && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(2));
            }
            Err(Failure::Sqlite(error)) => return Err(Error::sqlite(path, &error)),
            Err(Failure::Ours(reason)) => return Err(Error::storage(path, reason)),
            Ok(opened) => return Ok(opened),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

enum Failure {
    Sqlite(rusqlite::Error),
    Ours(String),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn attempt(path: &Path) -> std::result::Result<(Connection, PathBuf), Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_handler(Some(busy))?;
    connection.set_prepared_statement_cache_capacity(64);
    // nothing is changed before it is known that the file is ours, or empty
    let version = version(&connection)?;
    if connection.is_readonly("main")? {
        return Err(Failure::Ours("cannot be written: it or its folder is read-only".to_owned()));
    }
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Failure::Ours(format!("cannot have a write-ahead log here (it stays in mode {mode})")));
    }
    // commits reach the disk by `sync.rs`; a power cut never damages the file in this mode
    connection
        .execute_batch("PRAGMA synchronous = NORMAL; PRAGMA checkpoint_fullfsync = ON; PRAGMA temp_store = MEMORY")?;
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8000")?;
    if version.is_none() {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // somebody may have been faster
        if self::version(&transaction)?.is_none() {
            for (name, columns) in TABLES {
                transaction.execute_batch(&format!("CREATE TABLE {name} ({columns})"))?;
            }
            transaction.execute_batch(INDEX)?;
            transaction.execute("INSERT INTO downslope_schema (version) VALUES (?)", [VERSION])?;
        }
        transaction.commit()?;
    }
    let real = connection.path().map_or_else(|| path.to_owned(), PathBuf::from);
    Ok((connection, real))
}

/// The version of the tables; nothing for an empty file.
fn version(connection: &Connection) -> std::result::Result<Option<i64>, Failure> {
    let mut statement = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
    let tables: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    if tables.is_empty() {
        return Ok(None);
    }
    if !tables.iter().any(|name| name == TABLES[0].0) {
        return Err(Failure::Ours("is an SQLite database of another program; it was left as it is".to_owned()));
    }
    let sql = "SELECT COALESCE(MAX(version), 0) FROM downslope_schema";
    let version: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    if version > VERSION {
        let text = format!("was written by a later version of downslope (tables {version}, this one knows {VERSION})");
        return Err(Failure::Ours(text));
    }
    Ok(Some(version))
}
