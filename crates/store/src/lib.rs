//! Studies in an SQLite file: an append-only log of events for each study, and a projection of its trials that is kept in
//! the same transactions. Several processes share a file.
//!
//! A [`Store`] owns a native thread with the connection. What is sent to it is done in order; everything that came while
//! it was busy is its next transaction, without any timer. Another thread makes what was committed safe from power cuts,
//! and answers those who wait for that. See `docs/design/storage.md`.

mod apply;
mod batch;
mod error;
mod page;
mod request;
mod schema;
mod serve;
mod store;
mod sync;
mod text;
mod watch;
mod worker;

pub use error::{Error, Kind, Result};
pub use request::{Opened, Outcome, Read, Reply, Request, Write};
pub use store::{Options, Store};
