//! The innermost loops: one tile of C in registers.

use crate::Mat;
use crate::simd::Lanes;
use crate::update::{UpdateScalars, descend};

/// The tiles that fit the registers of an instruction set.
pub trait MicroKernel: Lanes {
    /// Most rows of a tile that is two panels wide; 0 where such a tile does not fit.
    const WIDE: usize;
    /// Most rows of a tile that is one panel wide.
    const NARROW: usize;

    /// A tile in a function of its own: among others the compiler runs out of registers and keeps sums in memory, at half the speed.
    ///
    /// # Safety
    /// All pointers are valid for the tile.
    unsafe fn tile<const MR: usize, const NV: usize, const T: bool>(k: usize, a: Slice, b: Mat, o: &Out);

    /// The transpose of 16 by 16 floats, row after row.
    ///
    /// # Safety
    /// 256 floats at both, which do not overlap.
    #[inline(always)]
    unsafe fn transpose(from: *const f32, to: *mut f32) {
        for r in 0..16 {
            for c in 0..16 {
                // SAFETY: inside the blocks.
                unsafe { *to.add(c * 16 + r) = *from.add(r * 16 + c) };
            }
        }
    }
}

macro_rules! micro_kernel {
    ($lanes:ident, $function:ident, $wide:literal, $narrow:literal $(, $feature:meta)? $(; $transpose:path)?) => {
        impl MicroKernel for crate::simd::$lanes {
            const WIDE: usize = $wide;
            const NARROW: usize = $narrow;

            #[inline(always)]
            unsafe fn tile<const MR: usize, const NV: usize, const T: bool>(k: usize, a: Slice, b: Mat, o: &Out) {
                // SAFETY: handed on; the caller runs on a machine with this instruction set.
                unsafe { $function::<MR, NV, T>(k, a, b, o) }
            }

            $(
                #[inline(always)]
                unsafe fn transpose(from: *const f32, to: *mut f32) {
                    // SAFETY: handed on.
                    unsafe { $transpose(from, to) }
                }
            )?
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
micro_kernel!(
    Avx512, avx512_tile, 14, 16, target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"); avx512_transpose
);
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
    /// The sums, added to what is at `sums`, are the gradient of what is at `c`, which takes a plain step. Only for transposed A.
    pub descent: *const UpdateScalars,
    /// Sums of earlier blocks for a descent; null where there are none.
    pub sums: *const f32,
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
            'panel: {
                let columns = o.columns.saturating_sub(P * 16).min(16);
                let written = if o.pad { 16 } else { columns };
                let c = o.c.add(P * o.panel);
                if T && !o.descent.is_null() {
                    if !o.sums.is_null() {
                        unroll!(MR, I, { sums[I][P] = V::load(o.sums.add((P * MR + I) * 16)).add(sums[I][P]) });
                    }
                    // the pads of the weights are 0 and must stay so
                    unroll!(MR, I, {
                        let w = descend(V::load(c.add(I * o.row)), sums[I][P], &*o.descent);
                        if columns == 16 {
                            w.store(c.add(I * o.row));
                        } else {
                            w.store_first(c.add(I * o.row), columns);
                        }
                    });
                    break 'panel;
                }
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
            }
        });
    }
}

/// 16 by 16 in registers: pairs, quadruples, then halves.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512_transpose(from: *const f32, to: *mut f32) {
    use core::arch::x86_64::*;
    // SAFETY: 256 floats at both.
    unsafe {
        let mut r = [_mm512_setzero_ps(); 16];
        let mut t = r;
        for (i, row) in r.iter_mut().enumerate() {
            *row = _mm512_loadu_ps(from.add(i * 16));
        }
        for i in 0..8 {
            t[2 * i] = _mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]);
            t[2 * i + 1] = _mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]);
        }
        for i in 0..4 {
            let d = [0, 1, 2, 3].map(|k| _mm512_castps_pd(t[4 * i + k]));
            r[4 * i] = _mm512_castpd_ps(_mm512_unpacklo_pd(d[0], d[2]));
            r[4 * i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(d[0], d[2]));
            r[4 * i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(d[1], d[3]));
            r[4 * i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(d[1], d[3]));
        }
        for i in 0..4 {
            t[i] = _mm512_shuffle_f32x4::<0x88>(r[i], r[i + 4]);
            t[i + 4] = _mm512_shuffle_f32x4::<0xdd>(r[i], r[i + 4]);
            t[i + 8] = _mm512_shuffle_f32x4::<0x88>(r[i + 8], r[i + 12]);
            t[i + 12] = _mm512_shuffle_f32x4::<0xdd>(r[i + 8], r[i + 12]);
        }
        for i in 0..4 {
            r[i] = _mm512_shuffle_f32x4::<0x88>(t[i], t[i + 8]);
            r[i + 8] = _mm512_shuffle_f32x4::<0xdd>(t[i], t[i + 8]);
            r[i + 4] = _mm512_shuffle_f32x4::<0x88>(t[i + 4], t[i + 12]);
            r[i + 12] = _mm512_shuffle_f32x4::<0xdd>(t[i + 4], t[i + 12]);
        }
        for (i, row) in r.iter().enumerate() {
            _mm512_storeu_ps(to.add(i * 16), *row);
        }
    }
}
