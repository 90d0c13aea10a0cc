//! Products with one column: lanes run across the rows. Those of Aᵀ lie side by side, others are transposed first.

use super::flip::transpose;
use super::micro::MicroKernel;
use super::{BLOCK, Epilogue, Gemm, Left, SCRATCH_A};
use crate::Mat;
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
            match count {
                64 => rows::<V, 4, false>(g, row, count),
                32 => rows::<V, 2, false>(g, row, count),
                _ => rows::<V, 4, true>(g, row, count),
            }
        }
        row += count;
    }
}

/// Terms of which as many rows as are summed at once fit the scratch memory.
pub const MOST: usize = SCRATCH_A / (VECTORS * LANES);

/// Rows `r0..r1` of a product with one column, whose elements lie side by side, of an A of at most [`MOST`] columns that is not transposed. Without an update.
#[inline(always)]
pub unsafe fn column_of_rows<V: MicroKernel>(g: &Gemm<'_>, r0: usize, r1: usize) {
    let wide = VECTORS * LANES;
    let mut row = r0;
    while row < r1 {
        let count = wide.min(r1 - row);
        // SAFETY: `count` rows of A and C; the scratch belongs to this thread and is as long.
        unsafe {
            let a = Mat { ptr: g.a.ptr.add(row * g.a.row).cast_mut(), row: g.a.row, panel: g.a.chunk };
            transpose::<V>(count, g.k, a, Mat { ptr: g.scratch, row: wide, panel: LANES }, 0, count.div_ceil(16));
            let flipped = Left { ptr: g.scratch.wrapping_sub(row), row: 1, column: wide, chunk: 0 };
            column::<V>(&Gemm { a: flipped, ..*g }, row, row + count);
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
unsafe fn rows<V: Lanes, const N: usize, const TAIL: bool>(g: &Gemm<'_>, row: usize, count: usize) {
    // SAFETY: `count` rows from `row` on; lanes beyond them are masked.
    unsafe {
        let (mut ap, mut bp) = (g.a.ptr.wrapping_add(row), g.b.ptr.cast_const());
        let c = g.c.ptr.add(row);
        let mut total = [V::zero(); N];
        let mut have = matches!(g.epilogue, Epilogue::Add);
        if have {
            for i in 0..N {
                total[i] = load::<V, TAIL>(c, i, count);
            }
        }
        let mut done = 0;
        while done < g.k {
            let len = BLOCK.min(g.k - done);
            let mut sums = [V::zero(); N];
            for _ in 0..len {
                let b = V::splat(*bp);
                for i in 0..N {
                    sums[i] = load::<V, TAIL>(ap, i, count).fma(b, sums[i]);
                }
                ap = ap.wrapping_add(g.a.column);
                bp = bp.wrapping_add(g.b.row);
            }
            for i in 0..N {
                total[i] = if have { total[i].add(sums[i]) } else { sums[i] };
            }
            have = true;
            done += len;
        }
        if let Epilogue::Update(rule) = g.epilogue {
            let mut gradient = [0f32; VECTORS * LANES];
            for i in 0..N {
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
        for i in 0..N {
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
