//! Memory for rows: asked for before it is filled, so that too much is an error and never an abort.

use downslope_kernels::memory::try_with_capacity;

use crate::{Error, Result};

/// An empty vector for `n` values.
///
/// # Errors
/// `ERR_DATA` when there is not so much memory.
pub fn reserve<T: Copy>(place: &str, n: usize) -> Result<Vec<T>> {
    try_with_capacity(n).ok_or_else(|| {
        let bytes = n.saturating_mul(size_of::<T>());
        Error::data(format!("{place}: there is no memory for {bytes} more bytes"))
    })
}
