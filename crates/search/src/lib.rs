//! The numerics of search strategies.
//!
//! A suggestion is a pure function of the space, the sampler and its options, the seed, the trial's number and its
//! declared history (see `docs/design/search.md`). So everything here is f64 with basic IEEE operations and the `libm`
//! crate, never FMA, never the platform's own functions, and nothing depends on the order of a hash map, on threads or
//! on time.

mod error;
pub mod gp;
pub mod history;
pub mod importance;
pub mod lanes;
pub mod normal;
mod pareto;
pub mod regret;
pub mod sampler;
pub mod session;
pub mod space;

pub use error::{Error, Result};
pub use session::Session;
