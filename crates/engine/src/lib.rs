//! A model becomes a program, a program runs.
//!
//! The graph spec that TypeScript builds is parsed once ([`graph`]), compiled to a flat list of instructions and
//! run over preallocated arenas. Everything here is plain Rust: no Node, no JavaScript types.

pub mod checkpoint;
mod cpu;
pub mod data;
pub mod error;
mod evaluator;
pub mod expression;
mod forward;
pub mod graph;
pub mod initializer;
mod machine;
pub mod measures;
pub mod metric;
pub mod minimizer;
pub mod network;
mod ops;
mod program;
mod targets;
pub mod trainer;

// the helpers of the tests, which know this crate by its name
#[cfg(test)]
#[path = "../tests/common/mod.rs"]
mod common;
#[cfg(test)]
extern crate self as downslope_engine;

pub use cpu::Feed as InputColumn;
pub use error::{Code, Error, Result};
