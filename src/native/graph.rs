//! Questions about a graph: shapes, and the program it becomes.

use downslope_engine::graph;
use napi_derive::napi;

use crate::outcome::Outcome;

/// Shape of one node, as JSON.
#[napi(catch_unwind, ts_return_type = "Outcome<string>")]
pub fn infer(node: String) -> Outcome<String> {
    Outcome::of(|| graph::infer(&node))
}

/// Nodes, shapes and the program for so many rows and a rule (its JSON), as JSON.
#[napi(catch_unwind, ts_return_type = "Outcome<string>")]
pub fn describe(graph: String, rows: u32, optimizer: String) -> Outcome<String> {
    Outcome::of(|| graph::describe_with(&graph, rows as usize, &optimizer))
}

/// Panics on one of our threads. Hidden: the test of what a bug does to the process calls it, nothing exports it.
#[napi(catch_unwind, ts_return_type = "Promise<Outcome<void>>")]
pub fn panic_for_tests(env: &napi::Env) -> napi::Result<napi::bindgen_prelude::Object<'_>> {
    crate::spawn::spawn(env, || -> downslope_engine::Result<()> { panic!("asked for by a test") })
}

/// Panics on the JavaScript thread; see [`panic_for_tests`].
#[napi(catch_unwind, ts_return_type = "Outcome<void>")]
pub fn panic_sync_for_tests() -> Outcome<()> {
    Outcome::of(|| panic!("asked for by a test"))
}
