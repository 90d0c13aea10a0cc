//! This machine: its instruction set, its cores.

use downslope_kernels::memory::Floats;
use downslope_kernels::simd::Isa;
use downslope_kernels::table::Kernels;

use crate::{Error, Result};

/// The kernels for the instruction set of this machine, or for the one that `DOWNSLOPE_SIMD` asks for.
///
/// # Errors
/// `ERR_OPTION` when that one is unknown or not available here; the message lists what is.
pub fn kernels() -> Result<&'static Kernels> {
    Isa::active().map(Kernels::get).map_err(Error::option)
}

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// `len` zeros for `what`.
///
/// # Errors
/// `ERR_DATA` when there is not so much memory.
pub(crate) fn floats(len: usize, what: &str) -> Result<Floats> {
    Floats::try_zeroed(len).ok_or_else(|| {
        let gigabytes = len as f64 * 4e-9;
        Error::data(format!(
            "{what}: {gigabytes:.1} GB of memory are needed and cannot be had; use fewer units or smaller batches"
        ))
    })
}

/// Softmax of rows, or the logistic function of each element, in place.
pub(crate) fn activate(kernels: &Kernels, softmax: bool, values: &mut [f32], width: usize) {
    crate::cpu::activate(kernels, softmax, values, width);
}
