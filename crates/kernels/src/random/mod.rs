//! Random numbers as pure functions of (seed, stream, counter): Philox 4x32-10.
//!
//! There is no generator object whose state could be passed around or disturbed. A [`Stream`] is named by a seed and
//! a text; it gives number `i` for the asking, in any order and on any thread.
//!
//! Everything is integer arithmetic, basic IEEE operations and the `libm` crate, so the numbers are the same on every
//! platform. They may only change with a new major version, because seeds are part of what users keep.

mod normal;
mod permutation;
mod philox;
mod stream;

pub use normal::inverse_normal;
pub use philox::philox4x32;
pub use stream::Stream;
