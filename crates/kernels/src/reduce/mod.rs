//! Sums, maxima and what is made of them, in one fixed order each.

mod argmax;
mod axis;
mod column;
mod row;
mod total;
mod tree;

pub use axis::AxisKernels;
pub(crate) use row::{exponentials, largest};
pub use tree::Tree;

use crate::{Mat, instances};

/// Rows in one chain of additions, and values in one chunk of a sum over a tensor; part of the bit contract.
pub const BLOCK: usize = 256;

instances! {
    /// Kernels that reduce.
    pub struct ReduceKernels {
        /// `out[j] = Σ_i m(i, j)` for j < cols; `+=` with `accumulate`.
        ///
        /// A chain of additions from 0 in row order inside blocks of 256 rows, the block sums added in block order. No row:
        /// zeros (nothing with `accumulate`). So pieces of a multiple of 256 rows, all but the first with `accumulate`, give
        /// the bits of the whole, and those of a matrix product with a column of ones.
        ///
        /// # Safety
        /// `m` readable for rows × cols, `out` writable (readable with `accumulate`) for cols values; no overlap.
        column_sum: fn(rows: usize, cols: usize, m: Mat, out: *mut f32, accumulate: bool) = column::column_sum::<V>;
        /// Σ x over n values: chunks of 256 (16 lanes by index mod 16, then the tree of `Lanes::sum`), then [`Tree`].
        ///
        /// # Safety
        /// `x` readable for n values.
        sum: fn(n: usize, x: *const f32) -> f32 = total::total::<V, total::Sum>;
        /// Σ x², as `sum`.
        ///
        /// # Safety
        /// `x` readable for n values.
        sum_squares: fn(n: usize, x: *const f32) -> f32 = total::total::<V, total::Squares>;
        /// Σ |x|, as `sum`.
        ///
        /// # Safety
        /// `x` readable for n values.
        sum_abs: fn(n: usize, x: *const f32) -> f32 = total::total::<V, total::Magnitudes>;
        /// True when none of n values is NaN or infinite.
        ///
        /// # Safety
        /// `x` readable for n values.
        all_finite: fn(n: usize, x: *const f32) -> bool = total::all_finite::<V>;
        /// `out[r]` = the index of the first largest of the n values of row r (`ld` values from row to row). NaN never
        /// wins; 0 when all are NaN.
        ///
        /// # Safety
        /// `x` readable for the rows, `out` writable for `rows` values; no overlap.
        argmax: fn(rows: usize, n: usize, x: *const f32, ld: usize, out: *mut u32) = argmax::argmax::<V>;
        /// `y[r] = e^(x[r] - max) / Σ e^(x[r] - max)` over the n values of row r. NaN for a row that holds NaN or +∞.
        ///
        /// # Safety
        /// `x` readable, `y` writable for the rows; the same address and ld, or no overlap.
        softmax: fn(rows: usize, n: usize, x: *const f32, ldx: usize, y: *mut f32, ldy: usize) = row::softmax::<V>;
        /// `dx = y · (dy - Σ dy · y)`, where y is the output of `softmax`.
        ///
        /// # Safety
        /// `dy` and `y` readable, `dx` writable for the rows; `dx` has the address and ld of one of them or overlaps none.
        softmax_backward: fn(
            rows: usize,
            n: usize,
            dy: *const f32,
            lddy: usize,
            y: *const f32,
            ldy: usize,
            dx: *mut f32,
            lddx: usize,
        ) = row::softmax_backward::<V>;
        /// `y[r] = (x[r] - max) - ln Σ e^(x[r] - max)` over the n values of row r.
        ///
        /// # Safety
        /// As `softmax`.
        log_softmax: fn(rows: usize, n: usize, x: *const f32, ldx: usize, y: *mut f32, ldy: usize) = row::log_softmax::<V>;
        /// `dx = dy - e^y · Σ dy`, where y is the output of `log_softmax`.
        ///
        /// # Safety
        /// As `softmax_backward`.
        log_softmax_backward: fn(
            rows: usize,
            n: usize,
            dy: *const f32,
            lddy: usize,
            y: *const f32,
            ldy: usize,
            dx: *mut f32,
            lddx: usize,
        ) = row::log_softmax_backward::<V>;
    }
}
