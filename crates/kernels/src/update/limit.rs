//! What keeps gradients and weights small in a pass of its own.

use super::cut;
use super::drivers::subgradient;
use crate::reduce::BLOCK;
use crate::simd::{LANES, Lanes};
use crate::{Mat, instances};

instances! {
    /// Norms of gradients, limits of weights.
    pub struct LimitKernels {
        /// `out[i]` = Σ (g + l2 · w + l1 · sign(w))² over the i-th chunk of 256 of n values, 16 lanes by index mod 16 and then
        /// the tree of `Lanes::sum`. `w` is not read where l1 and l2 are 0.
        ///
        /// # Safety
        /// `g` and `w` readable for n values, `out` writable for n / 256 values, rounded up; no overlap.
        squares: fn(n: usize, g: *const f32, w: *const f32, l2: f32, l1: f32, out: *mut f32) = squares::<V>;
        /// Columns of `w` whose Euclidean norm exceeds `limit` are multiplied by limit / (norm + 1e-7), as PyTorch's
        /// `renorm` does. The squares of a column are a chain of fused multiply-adds in row order inside blocks of 256
        /// rows, the block sums added in block order.
        ///
        /// # Safety
        /// `w` readable and writable for rows × cols.
        max_norm: fn(rows: usize, cols: usize, w: Mat, limit: f32) = max_norm::<V>;
    }
}

#[inline(always)]
unsafe fn squares<V: Lanes>(n: usize, g: *const f32, w: *const f32, l2: f32, l1: f32, out: *mut f32) {
    // SAFETY: the rules of the kernel.
    unsafe {
        if l2 == 0.0 && l1 == 0.0 {
            chunks::<V, false>(n, g, w, l2, l1, out);
        } else {
            chunks::<V, true>(n, g, w, l2, l1, out);
        }
    }
}

#[inline(always)]
unsafe fn chunks<V: Lanes, const PENALTY: bool>(
    n: usize,
    g: *const f32,
    w: *const f32,
    l2: f32,
    l1: f32,
    out: *mut f32,
) {
    let mut at = 0;
    // four chunks side by side: the sum of one waits for itself
    while at + 4 * BLOCK <= n {
        // SAFETY: as many values at g and w.
        unsafe {
            let mut sums = [V::zero(); 4];
            for i in (at..at + BLOCK).step_by(LANES) {
                for (chunk, sum) in sums.iter_mut().enumerate() {
                    let i = i + chunk * BLOCK;
                    let mut x = V::load(g.add(i));
                    if PENALTY {
                        let w = V::load(w.add(i));
                        x = subgradient(w, V::splat(l2).fma(w, x), l1);
                    }
                    *sum = x.fma(x, *sum);
                }
            }
            for (chunk, sum) in sums.iter().enumerate() {
                *out.add(at / BLOCK + chunk) = sum.sum();
            }
        }
        at += 4 * BLOCK;
    }
    while at < n {
        let (chunk, end) = (at / BLOCK, n.min(at + BLOCK));
        // SAFETY: n values at g and w; the zeros that fill the last vector add nothing.
        unsafe {
            let mut sum = V::zero();
            while at < end {
                let rest = end - at;
                let mut x = if rest >= LANES { V::load(g.add(at)) } else { V::load_first(g.add(at), rest) };
                if PENALTY {
                    let w = if rest >= LANES { V::load(w.add(at)) } else { V::load_first(w.add(at), rest) };
                    x = subgradient(w, V::splat(l2).fma(w, x), l1);
                }
                sum = x.fma(x, sum);
                at += LANES.min(rest);
            }
            *out.add(chunk) = sum.sum();
        }
    }
}

#[inline(always)]
unsafe fn max_norm<V: Lanes>(rows: usize, cols: usize, w: Mat, limit: f32) {
    let mut column = 0;
    while column < cols {
        let n = LANES.min(cols - column);
        // SAFETY: lanes below n are columns of w.
        unsafe {
            let (mut total, mut row) = (V::zero(), 0);
            while row < rows {
                let end = rows.min(row + BLOCK);
                let mut sum = V::zero();
                while row < end {
                    let x = V::load_first(w.at(row, column), n);
                    sum = x.fma(x, sum);
                    row += 1;
                }
                total = total.add(sum);
            }
            let norm = total.sqrt();
            let over = norm.gt(V::splat(limit));
            if V::mask_bits(over) != 0 {
                let by = V::select(over, V::splat(limit).div(norm.add(V::splat(1e-7))), V::splat(1.0));
                row = 0;
                while row < rows {
                    let at = w.at(row, column);
                    cut(V::load_first(at, n).mul(by)).store_first(at, n);
                    row += 1;
                }
            }
        }
        column += LANES;
    }
}
