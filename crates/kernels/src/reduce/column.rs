//! Sums over the rows of a matrix.

use super::BLOCK;
use crate::Mat;
use crate::simd::{LANES, Lanes};

/// The sums of `P` whole panels from column j, or of the first `n` columns of one.
#[inline(always)]
unsafe fn panels<V: Lanes, const P: usize, const TAIL: bool>(
    rows: usize,
    n: usize,
    m: Mat,
    j: usize,
    out: *mut f32,
    accumulate: bool,
) {
    // SAFETY: the rules of `ReduceKernels::column_sum`; in a tail only n columns are touched.
    unsafe {
        let mut i = 0;
        let mut first = !accumulate;
        while i < rows || first {
            let end = rows.min(i + BLOCK);
            let mut sums = [V::zero(); P];
            while i < end {
                let mut p = 0;
                while p < P {
                    let at = m.at(i, j + p * LANES);
                    sums[p] = sums[p].add(if TAIL { V::load_first(at, n) } else { V::load(at) });
                    p += 1;
                }
                i += 1;
            }
            let mut p = 0;
            while p < P {
                let to = out.add(j + p * LANES);
                if TAIL {
                    let sum = if first { sums[p] } else { V::load_first(to, n).add(sums[p]) };
                    sum.store_first(to, n);
                } else {
                    let sum = if first { sums[p] } else { V::load(to).add(sums[p]) };
                    sum.store(to);
                }
                p += 1;
            }
            first = false;
        }
    }
}

#[inline(always)]
pub(super) unsafe fn column_sum<V: Lanes>(rows: usize, cols: usize, m: Mat, out: *mut f32, accumulate: bool) {
    // SAFETY: the rules of `ReduceKernels::column_sum`.
    unsafe {
        let mut j = 0;
        while j + 4 * LANES <= cols {
            panels::<V, 4, false>(rows, LANES, m, j, out, accumulate);
            j += 4 * LANES;
        }
        while j + LANES <= cols {
            panels::<V, 1, false>(rows, LANES, m, j, out, accumulate);
            j += LANES;
        }
        if j < cols {
            panels::<V, 1, true>(rows, cols - j, m, j, out, accumulate);
        }
    }
}
