//! What can go wrong, in words that name the file and the reason.

use std::path::Path;

use rusqlite::ErrorCode;

/// What kind of error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The file cannot be read or written, or has no such study.
    Storage,
    /// The attempt, the log or the connection has ended.
    Closed,
    /// A bug of ours.
    Internal,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// For programs.
    pub kind: Kind,
    /// For people.
    pub message: String,
}

/// A value or why there is none.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The file cannot be used, for a reason in words.
    pub(crate) fn storage(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self { kind: Kind::Storage, message: format!("sqlite: {} {reason}", path.display()) }
    }

    /// An operation on a file failed.
    pub(crate) fn io(path: &Path, what: &str, error: &std::io::Error) -> Self {
        Self::storage(path, format!("cannot be used: {what}: {error}"))
    }

    /// SQLite's reason, said so that one knows what to do.
    pub(crate) fn sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let code = error.sqlite_error_code();
        let reason = match code {
            Some(ErrorCode::NotADatabase) => "is not an SQLite database; it was left as it is".to_owned(),
            Some(ErrorCode::DatabaseCorrupt) => {
                format!("is damaged ({error}); what can be saved of it, `sqlite3 FILE .recover` does")
            }
            None if is_foreign(error) => format!("is damaged: another program removed or changed rows of it ({error})"),
            Some(ErrorCode::FileLockingProtocolFailed) => {
                "cannot be locked: its file system lacks the locks that SQLite needs".to_owned()
            }
            Some(ErrorCode::DiskFull) => "cannot be written: the disk is full".to_owned(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                "is locked by another program that does not let go of it".to_owned()
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                "cannot be written: it or its folder is read-only".to_owned()
            }
            Some(ErrorCode::CannotOpen) => cannot_open(path),
            Some(ErrorCode::SystemIoFailure) => format!("cannot be read or written: {error}"),
            _ => {
                return Self {
                    kind: Kind::Internal,
                    message: format!("sqlite: {}: a bug in downslope: {error}", path.display()),
                };
            }
        };
        Self::storage(path, reason)
    }

    pub(crate) fn missing(path: &Path, study: &str) -> Self {
        Self {
            kind: Kind::Storage,
            message: format!("sqlite: there is no study named {study:?} in {}", path.display()),
        }
    }

    pub(crate) fn closed(what: &str) -> Self {
        Self { kind: Kind::Closed, message: format!("{what} is closed") }
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self { kind: Kind::Internal, message: message.into() }
    }
}

/// Whether what was read is not what was ever written.
fn is_foreign(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{
        FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, QueryReturnedNoRows, Utf8Error,
    };
    matches!(
        error,
        FromSqlConversionFailure(..)
            | IntegralValueOutOfRange(..)
            | InvalidColumnType(..)
            | QueryReturnedNoRows
            | Utf8Error(..)
    )
}

/// SQLite says no more than that it cannot: look for what people get wrong.
fn cannot_open(path: &Path) -> String {
    if path.is_dir() {
        return "is a folder, not a file".to_owned();
    }
    match path.parent() {
        Some(folder) if matches!(folder.try_exists(), Ok(false)) => {
            format!("cannot be opened: the folder {} does not exist", folder.display())
        }
        Some(folder) if folder.is_file() => format!("cannot be opened: {} is not a folder", folder.display()),
        _ => "cannot be opened: it or its folder may not be read or written".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_without_locks_is_no_bug() {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_PROTOCOL);
        let error = Error::sqlite(Path::new("there/study.db"), &rusqlite::Error::SqliteFailure(code, None));
        assert_eq!(error.kind, Kind::Storage);
        assert!(error.message.contains("its file system lacks the locks"), "{error}");
    }
}
