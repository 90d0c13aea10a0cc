//! The innermost loops: one tile of C in registers.

use crate::Mat;
use crate::simd::Lanes;

/// The tiles that fit the registers of an instruction set.
pub trait MicroKernel: Lanes {
    /// Most rows of a tile that is two panels wide; 0 where such a tile does not fit.
    const WIDE: usize;
    /// Most rows of a tile that is one panel wide.
    const NARROW: usize;

    /// [`tile`] in a function of its own: among others the compiler runs out of registers and keeps sums in memory, at half the speed.
    ///
    /// # Safety
    /// As [`tile`].
    unsafe fn tile<const MR: usize, const NV: usize, const T: bool>(k: usize, a: Slice, b: Mat, o: &Out);
}

macro_rules! micro_kernel {
    ($lanes:ident, $function:ident, $wide:literal, $narrow:literal $(, $feature:meta)?) => {
        impl MicroKernel for crate::simd::$lanes {
            const WIDE: usize = $wide;
            const NARROW: usize = $narrow;

            #[inline(always)]
            unsafe fn tile<const MR: usize, const NV: usize, const T: bool>(k: usize, a: Slice, b: Mat, o: &Out) {
                // SAFETY: handed on; the caller runs on a machine with this instruction set.
                unsafe { $function::<MR, NV, T>(k, a, b, o) }
            }
        }

        $(#[$feature])?
        #[inline(never)]
        unsafe fn $function<const MR: usize, const NV: usize, const T: bool>(k: usize, a: Slice, b: Mat, o: &Out) {
            // SAFETY: handed on.
            unsafe { tile::<crate::simd::$lanes, MR, NV, T>(k, a, b, o) }
        }
    };
}

micro_kernel!(Scalar, scalar_tile, 0, 4);
#[cfg(target_arch = "x86_64")]
micro_kernel!(Avx2, avx2_tile, 0, 6, target_feature(enable = "avx2,fma"));
#[cfg(target_arch = "x86_64")]
micro_kernel!(Avx512, avx512_tile, 14, 16, target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"));
#[cfg(target_arch = "aarch64")]
micro_kernel!(Neon, neon_tile, 0, 6, target_feature(enable = "neon"));

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

/// Repeats a block for `i` in `0..n` with `i` a constant: the sums then stay in registers, which a loop does not promise.
macro_rules! unroll {
    ($n:expr, $i:ident, $body:block) => { unroll!(@ $n, $i, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15) };
    (@ $n:expr, $i:ident, $body:block, $($k:literal)*) => { $( if $n > $k { const $i: usize = $k; $body } )* };
}

/// `MR` rows by `NV` panels: sums over `k` terms, then out. `T` says that A's rows are 1 apart. Element (p, j) of B is that of the view.
///
/// # Safety
/// All pointers are valid for the tile.
#[inline(always)]
unsafe fn tile<V: Lanes, const MR: usize, const NV: usize, const T: bool>(k: usize, a: Slice, b: Mat, o: &Out) {
    // SAFETY: the caller's pointers are valid for the tile; columns beyond `o.columns` are masked where they must be.
    unsafe {
        let mut sums = [[V::zero(); NV]; MR];
        let mut bp = b.ptr.cast_const();
        if T {
            // a column of A is contiguous: one pointer walks
            let mut ap = a.a;
            for _ in 0..k {
                let b0 = V::load(bp);
                let b1 = if NV > 1 { V::load(bp.add(b.panel)) } else { b0 };
                unroll!(MR, I, {
                    let x = V::splat(*ap.add(I));
                    sums[I][0] = x.fma(b0, sums[I][0]);
                    if NV > 1 {
                        sums[I][NV - 1] = x.fma(b1, sums[I][NV - 1]);
                    }
                });
                bp = bp.add(b.row);
                ap = ap.add(a.column);
            }
        } else {
            // rows of A are contiguous in groups of 16 terms, or throughout
            let group = if a.chunk == 16 { k } else { 16 };
            let (mut done, mut ap) = (0, a.a);
            while done < k {
                let len = group.min(k - done);
                for p in 0..len {
                    let b0 = V::load(bp);
                    let b1 = if NV > 1 { V::load(bp.add(b.panel)) } else { b0 };
                    unroll!(MR, I, {
                        let x = V::splat(*ap.add(I * a.row + p));
                        sums[I][0] = x.fma(b0, sums[I][0]);
                        if NV > 1 {
                            sums[I][NV - 1] = x.fma(b1, sums[I][NV - 1]);
                        }
                    });
                    bp = bp.add(b.row);
                }
                done += len;
                ap = ap.add(a.chunk);
            }
        }
        unroll!(NV, P, {
            let columns = o.columns.saturating_sub(P * 16).min(16);
            let written = if o.pad { 16 } else { columns };
            let c = o.c.add(P * o.panel);
            if o.add {
                unroll!(MR, I, { sums[I][P] = V::load_first(c.add(I * o.row), columns).add(sums[I][P]) });
            }
            if !o.bias.is_null() {
                let bias = V::load_first(o.bias.add(P * 16), columns);
                unroll!(MR, I, { sums[I][P] = sums[I][P].add(bias) });
                if o.relu {
                    unroll!(MR, I, { sums[I][P] = V::zero().larger(sums[I][P]) });
                }
            }
            if columns == 16 {
                unroll!(MR, I, { sums[I][P].store(c.add(I * o.row)) });
            } else {
                unroll!(MR, I, { sums[I][P].keep_first(columns).store_first(c.add(I * o.row), written) });
            }
        });
    }
}
