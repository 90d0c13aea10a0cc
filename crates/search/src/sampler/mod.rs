//! The samplers: one file and one line in the registry each.

use crate::Result;
use crate::history::History;

/// A search strategy over one space.
pub trait Sampler: Send {
    /// The point for the next trial, number `history.asked()`; `None` when every combination was suggested.
    ///
    /// Must be a pure function of the sampler's options and the history: what is kept between calls (a factorisation, a
    /// sorted list) may save time, never change a bit of the result. A sampler made anew and given the same history
    /// suggests the same.
    ///
    /// # Errors
    /// `Error::Internal` when the numerics fail, which is a bug.
    fn suggest(&mut self, history: &History) -> Result<Option<Vec<f64>>>;
}
