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

/// `len` zeros.
///
/// # Errors
/// `ERR_SHAPE` where there is not so much memory, saying what it is for.
pub fn memory(what: &str, len: usize) -> Result<Floats> {
    Floats::try_zeroed(len).ok_or_else(|| no_memory(what, len))
}

/// The error for what does not fit into memory.
pub fn no_memory(what: &str, len: usize) -> Error {
    let size = len as f64 * size_of::<f32>() as f64 / 1e9;
    Error::shape(format!("{what} must fit into the memory of this machine, which has no {size:.1} GB for them"))
}

/// Softmax of rows, or the logistic function of each element, in place.
pub(crate) fn activate(kernels: &Kernels, softmax: bool, values: &mut [f32], width: usize) {
    crate::cpu::activate(kernels, softmax, values, width);
}

/// The logarithm of the softmax of rows, in place.
pub(crate) fn log_softmax(kernels: &Kernels, values: &mut [f32], width: usize) {
    crate::cpu::log_softmax(kernels, values, width);
}
