//! A model becomes a program, a program runs.
//!
//! The graph spec that TypeScript builds is parsed once ([`graph`]), compiled to a flat list of instructions and
//! run over preallocated arenas. Everything here is plain Rust: no Node, no JavaScript types.

pub mod checkpoint;
pub mod data;
pub mod error;
pub mod graph;
pub mod initializer;
pub mod metric;
pub mod network;
pub mod trainer;

pub use error::{Code, Error, Result};
