//! The innermost loops: one tile of C in registers.

use crate::simd::Lanes;

/// The tiles that fit the registers of an instruction set.
pub trait MicroKernel: Lanes {
    /// Most rows of a tile that is two panels wide; 0 where such a tile does not fit.
    const WIDE: usize;
    /// Most rows of a tile that is one panel wide.
    const NARROW: usize;
}

impl MicroKernel for crate::simd::Scalar {
    const WIDE: usize = 0;
    const NARROW: usize = 4;
}
#[cfg(target_arch = "x86_64")]
impl MicroKernel for crate::simd::Avx2 {
    const WIDE: usize = 0;
    const NARROW: usize = 6;
}
#[cfg(target_arch = "x86_64")]
impl MicroKernel for crate::simd::Avx512 {
    const WIDE: usize = 14;
    const NARROW: usize = 16;
}
#[cfg(target_arch = "aarch64")]
impl MicroKernel for crate::simd::Neon {
    const WIDE: usize = 0;
    const NARROW: usize = 6;
}

/// What a tile does with its sums; pointers are null where not wanted.
#[derive(Clone, Copy)]
pub struct Out {
    /// First element of the tile.
    pub c: *mut f32,
    /// Distance of rows.
    pub row: usize,
    /// Distance of panels.
    pub panel: usize,
    /// Columns, at most 16 for each panel of the tile; lanes beyond are written as 0 when `pad`, else not at all.
    pub columns: usize,
    /// Write whole panels.
    pub pad: bool,
    /// Add to what is there.
    pub add: bool,
    /// Bias of the tile's first column.
    pub bias: *const f32,
    /// max(0, ·) after the bias.
    pub relu: bool,
}

/// Where a tile's part of A begins, and how it goes on.
#[derive(Clone, Copy)]
pub struct Slice {
    /// Element (0, 0).
    pub a: *const f32,
    /// Distance of rows.
    pub row: usize,
    /// Distance of terms.
    pub column: usize,
    /// Distance of groups of 16 terms.
    pub chunk: usize,
}

/// `MR` rows by `NV` panels: sums over `k` terms, then out.
///
/// # Safety
/// All pointers are valid for the tile.
#[inline(always)]
pub unsafe fn tile<V: Lanes, const MR: usize, const NV: usize>(
    k: usize,
    a: Slice,
    b: *const f32,
    b_row: usize,
    b_panel: usize,
    o: &Out,
) {
    // SAFETY: the caller's pointers are valid for the tile; columns beyond `o.columns` are masked where they must be.
    unsafe {
        let mut sums = [[V::zero(); NV]; MR];
        let mut bp = b;
        if a.row == 1 {
            // a column of A is contiguous: one pointer walks
            let mut ap = a.a;
            for _ in 0..k {
                let mut bv = [V::zero(); NV];
                for v in 0..NV {
                    bv[v] = V::load(bp.add(v * b_panel));
                }
                for i in 0..MR {
                    let x = V::splat(*ap.add(i));
                    for v in 0..NV {
                        sums[i][v] = x.fma(bv[v], sums[i][v]);
                    }
                }
                bp = bp.add(b_row);
                ap = ap.add(a.column);
            }
        } else {
            // rows of A are contiguous in groups of 16 terms, or throughout
            let group = if a.chunk == 16 { k } else { 16 };
            let (mut done, mut ap) = (0, a.a);
            while done < k {
                let len = group.min(k - done);
                for p in 0..len {
                    let mut bv = [V::zero(); NV];
                    for v in 0..NV {
                        bv[v] = V::load(bp.add(v * b_panel));
                    }
                    for i in 0..MR {
                        let x = V::splat(*ap.add(i * a.row + p));
                        for v in 0..NV {
                            sums[i][v] = x.fma(bv[v], sums[i][v]);
                        }
                    }
                    bp = bp.add(b_row);
                }
                done += len;
                ap = ap.add(a.chunk);
            }
        }
        for v in 0..NV {
            let columns = o.columns.saturating_sub(v * 16).min(16);
            let full = columns == 16;
            if o.add {
                for i in 0..MR {
                    let c = o.c.add(i * o.row + v * o.panel);
                    let old = if full || o.pad { V::load(c) } else { V::load_first(c, columns) };
                    sums[i][v] = old.add(sums[i][v]);
                }
            }
            if !o.bias.is_null() {
                let bias = V::load_first(o.bias.add(v * 16), columns);
                for i in 0..MR {
                    sums[i][v] = sums[i][v].add(bias);
                }
                if o.relu {
                    for i in 0..MR {
                        sums[i][v] = V::zero().larger(sums[i][v]);
                    }
                }
            }
            for i in 0..MR {
                let c = o.c.add(i * o.row + v * o.panel);
                if full {
                    sums[i][v].store(c);
                } else if o.pad {
                    sums[i][v].keep_first(columns).store(c);
                } else {
                    sums[i][v].store_first(c, columns);
                }
            }
        }
    }
}
