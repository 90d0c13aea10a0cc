//! The native half of the border between TypeScript and the engine: convert, call the engine, convert back.
//!
//! Errors cross as data (`outcome::Outcome`), long work runs on our own threads (`spawn`), and nothing here ever
//! calls JavaScript except to settle a promise.

#![cfg_attr(test, allow(dead_code, reason = "exports are registered outside tests only"))]

mod builder;
mod columns;
mod dataset;
mod graph;
mod memory;
mod minimizer;
mod network;
mod outcome;
mod pool;
mod search;
mod slot;
mod spawn;
mod store;
mod trainer;
