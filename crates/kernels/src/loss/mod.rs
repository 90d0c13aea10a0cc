//! Losses of rows with their gradients: one file each.
//!
//! All have one shape, [`Loss`], so that a program picks one by a pointer. The loss of row i goes to `loss[i]`; the mean
//! over a batch is somebody else's work (see [`crate::reduce`]).

mod binary_cross_entropy;
mod pointwise;
mod softmax_cross_entropy;
mod squared_error;

use crate::instances;

/// What the rows should have been.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// One class for each row, below the number of outputs. For losses of single outputs (one column) the number itself.
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
///
/// # Safety
/// `z` and the target are readable for the rows, `dl` (unless null) and `loss` (unless null) hold one value for each row,
/// `dz` (unless null) is writable for the rows. `dz` has the address and ld of `z` or overlaps nothing. Ids are in range.
pub type Loss = unsafe fn(
    rows: usize,
    n: usize,
    z: *const f32,
    ldz: usize,
    target: Target,
    dl: *const f32,
    loss: *mut f32,
    dz: *mut f32,
    lddz: usize,
);

instances! {
    /// The losses; the rules of [`Loss`] hold for all.
    pub struct LossKernels {
        /// `loss = ln Σ e^z - z[id]`, or `Σ -t · ln softmax(z)` for probabilities t, which sum to 1;
        /// `dz = (softmax(z) - t) · dl`.
        softmax_cross_entropy: fn(
            rows: usize,
            n: usize,
            z: *const f32,
            ldz: usize,
            target: Target,
            dl: *const f32,
            loss: *mut f32,
            dz: *mut f32,
            lddz: usize,
        ) = softmax_cross_entropy::kernel::<V>;
        /// The mean over the outputs of `ln(1 + e^z) - z · t`, t in [0, 1]; `dz = (sigmoid(z) - t) · (dl / n)`. Ids (0 or 1)
        /// when n = 1.
        sigmoid_binary_cross_entropy: fn(
            rows: usize,
            n: usize,
            z: *const f32,
            ldz: usize,
            target: Target,
            dl: *const f32,
            loss: *mut f32,
            dz: *mut f32,
            lddz: usize,
        ) = pointwise::kernel::<V, binary_cross_entropy::BinaryCrossEntropy>;
        /// The mean over the outputs of `(z - t)²`; `dz = 2 (z - t) · (dl / n)`. Ids when n = 1.
        squared_error: fn(
            rows: usize,
            n: usize,
            z: *const f32,
            ldz: usize,
            target: Target,
            dl: *const f32,
            loss: *mut f32,
            dz: *mut f32,
            lddz: usize,
        ) = pointwise::kernel::<V, squared_error::SquaredError>;
    }
}
