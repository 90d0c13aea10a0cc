//! The gradient of a kernel with one output: lanes run across the rows of Aᵀ, which lie side by side.

use super::{BLOCK, Epilogue, Gemm};
use crate::simd::{LANES, Lanes};

/// Vectors of rows that are summed at once.
const VECTORS: usize = 4;

/// Rows `r0..r1` of a product with one column, whose elements lie side by side, of a transposed A.
#[inline(always)]
pub unsafe fn column<V: Lanes>(g: &Gemm<'_>, r0: usize, r1: usize) {
    let mut row = r0;
    while row < r1 {
        let count = (VECTORS * LANES).min(r1 - row);
        // SAFETY: `count` rows of A and C.
        unsafe {
            if count == VECTORS * LANES {
                rows::<V, false>(g, row, count);
            } else {
                rows::<V, true>(g, row, count);
            }
        }
        row += count;
    }
}

/// Vector `i` of `count` floats.
#[inline(always)]
unsafe fn load<V: Lanes, const TAIL: bool>(p: *const f32, i: usize, count: usize) -> V {
    // SAFETY: lanes beyond the count are masked.
    unsafe {
        if TAIL {
            V::load_first(p.wrapping_add(i * LANES), count.saturating_sub(i * LANES))
        } else {
            V::load(p.add(i * LANES))
        }
    }
}

#[allow(clippy::needless_range_loop, reason = "plain loops: closures do not carry the instruction set")]
#[inline(always)]
unsafe fn rows<V: Lanes, const TAIL: bool>(g: &Gemm<'_>, row: usize, count: usize) {
    // SAFETY: `count` rows from `row` on; lanes beyond them are masked.
    unsafe {
        let (mut ap, mut bp) = (g.a.ptr.add(row), g.b.ptr.cast_const());
        let c = g.c.ptr.add(row);
        let mut total = [V::zero(); VECTORS];
        let mut have = matches!(g.epilogue, Epilogue::Add);
        if have {
            for i in 0..VECTORS {
                total[i] = load::<V, TAIL>(c, i, count);
            }
        }
        let mut done = 0;
        while done < g.k {
            let len = BLOCK.min(g.k - done);
            let mut sums = [V::zero(); VECTORS];
            for _ in 0..len {
                let b = V::splat(*bp);
                for i in 0..VECTORS {
                    sums[i] = load::<V, TAIL>(ap, i, count).fma(b, sums[i]);
                }
                ap = ap.wrapping_add(g.a.column);
                bp = bp.wrapping_add(g.b.row);
            }
            for i in 0..VECTORS {
                total[i] = if have { total[i].add(sums[i]) } else { sums[i] };
            }
            have = true;
            done += len;
        }
        if let Epilogue::Update(rule) = g.epilogue {
            let mut gradient = [0f32; VECTORS * LANES];
            for i in 0..VECTORS {
                total[i].store(gradient.as_mut_ptr().add(i * LANES));
            }
            rule.meanwhile();
            return rule.update(row, count, gradient.as_ptr());
        }
        let (bias, relu) = match g.epilogue {
            Epilogue::Bias(bias) => (bias, false),
            Epilogue::BiasRelu(bias) => (bias, true),
            _ => (core::ptr::null(), false),
        };
        for i in 0..VECTORS {
            if !bias.is_null() {
                total[i] = total[i].add(V::splat(*bias));
            }
            if relu {
                total[i] = V::zero().larger(total[i]);
            }
            if TAIL {
                total[i].store_first(c.wrapping_add(i * LANES), count.saturating_sub(i * LANES));
            } else {
                total[i].store(c.add(i * LANES));
            }
        }
    }
}
