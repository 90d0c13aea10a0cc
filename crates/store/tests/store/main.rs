//! The store as a whole.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not tests to clippy")]

mod durable;
mod failures;
mod files;
mod helpers;
mod shared;
