//! Losses of rows with their gradients.
//!
//! A loss is one file with a type that implements [`pointwise::Pointwise`] (a mean over the outputs of a row) or [`RowLoss`] (anything else),
//! and one line in the registry below. Everything else (names, instances for each instruction set, the op of the engine, tests) follows from
//! that line. All have one shape, [`Loss`], so that a program picks one by a pointer. The loss of row i goes to `loss[i]`; the mean over a
//! batch is somebody else's work (see [`crate::reduce`]).

pub mod pointwise;
mod registry;

pub use registry::{About, Labels, Outputs, Targets};

use crate::simd::Lanes;
use registry::losses;

losses! {
    cross_entropy::CrossEntropy,
    binary_cross_entropy::BinaryCrossEntropy,
    kullback_leibler::KullbackLeibler,
    squared_error::SquaredError,
    absolute_error::AbsoluteError,
    huber::Huber,
    log_cosh::LogCosh,
    hinge::Hinge,
    poisson::Poisson,
}

/// The identity (index into [`LOSSES`] and `Kernels::loss`) of the loss of that name.
pub fn find(name: &str) -> Option<usize> {
    LOSSES.iter().position(|known| known.name == name)
}

/// What the rows should have been.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// One class for each row, below the number of outputs; one of two for losses of single outputs.
    Ids(*const u32),
    /// A value for each output: `ld` values from row to row.
    Values {
        /// The first value of row 0.
        ptr: *const f32,
        /// Values from row to row.
        ld: usize,
    },
}

/// A loss of `rows` rows of `n` outputs `z`, with its gradient.
///
/// `loss[i]`, unless null, becomes the loss of row i; `dz`, unless null, its derivative by z, times `dl[i]` (1 when `dl`
/// is null).
#[derive(Clone, Copy, Debug)]
pub struct LossJob {
    /// Number of rows.
    pub rows: usize,
    /// Outputs of a row.
    pub n: usize,
    /// The outputs.
    pub z: *const f32,
    /// Values from row to row of `z`.
    pub ldz: usize,
    /// What they should have been.
    pub target: Target,
    /// A factor for the gradient of each row, or null.
    pub dl: *const f32,
    /// The losses, or null.
    pub loss: *mut f32,
    /// The gradient, or null.
    pub dz: *mut f32,
    /// Values from row to row of `dz`.
    pub lddz: usize,
    /// Parameters of the loss.
    pub p: [f32; 4],
}

/// A kernel of a loss.
///
/// # Safety
/// `z` and the target are readable for the rows, `dl` (unless null) and `loss` (unless null) hold one value for each row,
/// `dz` (unless null) is writable for the rows. `dz` has the address and ld of `z` or overlaps nothing. Ids are in range.
pub type Loss = unsafe fn(job: LossJob);

/// A loss over a whole row.
pub trait RowLoss {
    /// Name, parameters, and what it takes.
    const ABOUT: About;

    /// Loss and gradient of all rows.
    ///
    /// # Safety
    /// The rules of [`Loss`] and of [`Lanes`].
    unsafe fn kernel<V: Lanes>(job: LossJob);
}

impl About {
    /// The parameters at their defaults, unused places 0.
    pub fn defaults(&self) -> [f32; 4] {
        core::array::from_fn(|i| self.parameters.get(i).map_or(0.0, |(_, value)| *value))
    }
}
