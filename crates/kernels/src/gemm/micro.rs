//! The innermost loops: one tile of C in registers.

use super::between::{Aside, Between, Nothing};
use crate::Mat;
use crate::simd::Lanes;
use crate::update::{LEAST, UpdateScalars, cut, descend};

/// One tile of a product.
pub type Tile = unsafe fn(job: &Job);

/// The tiles that fit the registers of an instruction set.
pub trait MicroKernel: Lanes {
    /// Most rows of a tile that is four panels wide, for products of so few rows that sums would wait for each other.
    const FEW: usize;
    /// Most rows of a tile that is two panels wide; 0 where such a tile does not fit.
    const WIDE: usize;
    /// Most rows of a tile that is one panel wide.
    const NARROW: usize;

    /// A tile is a function of its own: among others the compiler runs out of registers and keeps sums in memory, at half the speed.
    fn tile<const MR: usize, const NV: usize, const T: bool>() -> Tile;

    /// There are tiles that do something between their terms: enough registers, and it was seen to pay.
    const BUSY: bool = false;

    /// The tile of so many rows of transposed A and two panels that does something between its terms, with no epilogue. Not for the few rows that only a
    /// small matrix, or the end of one, has.
    #[inline(always)]
    fn busy<W: Between>(_rows: usize) -> Option<Tile> {
        None
    }

    /// There is a [`MicroKernel::transpose`] of few instructions.
    const TRANSPOSES: bool = false;

    /// The transpose of 16 by 16 floats, whose rows are `row` apart, into rows that are `wide` apart.
    ///
    /// # Safety
    /// 16 rows of 16 floats at both, which do not overlap.
    #[inline(always)]
    unsafe fn transpose(from: *const f32, row: usize, to: *mut f32, wide: usize) {
        for r in 0..16 {
            for c in 0..16 {
                // SAFETY: inside the blocks.
                unsafe { *to.add(c * wide + r) = *from.add(r * row + c) };
            }
        }
    }
}

macro_rules! micro_kernel {
    ($lanes:ident, $function:ident, $few:literal, $wide:literal, $narrow:literal $(, $feature:meta)? $(; busy $($rows:literal)*; $transpose:path)?) => {
        impl MicroKernel for crate::simd::$lanes {
            const FEW: usize = $few;
            const WIDE: usize = $wide;
            const NARROW: usize = $narrow;

            #[inline(always)]
            fn tile<const MR: usize, const NV: usize, const T: bool>() -> Tile {
                $function::<Nothing, MR, NV, T>
            }

            $(
                const BUSY: bool = true;

                #[inline(always)]
                fn busy<W: Between>(rows: usize) -> Option<Tile> {
                    match rows {
                        $( $rows => Some($function::<W, $rows, 2, true>), )*
                        _ => None,
                    }
                }

                const TRANSPOSES: bool = true;

                #[inline(always)]
                unsafe fn transpose(from: *const f32, row: usize, to: *mut f32, wide: usize) {
                    // SAFETY: handed on.
                    unsafe { $transpose(from, row, to, wide) }
                }
            )?
        }

        $(#[$feature])?
        #[inline(never)]
        unsafe fn $function<W: Between, const MR: usize, const NV: usize, const T: bool>(job: &Job) {
            // SAFETY: handed on.
            unsafe { tile::<crate::simd::$lanes, W, MR, NV, T>(job) }
        }
    };
}

micro_kernel!(Scalar, scalar_tile, 1, 0, 4);
#[cfg(target_arch = "x86_64")]
micro_kernel!(Avx2, avx2_tile, 1, 0, 6, target_feature(enable = "avx2,fma"));
#[cfg(target_arch = "x86_64")]
micro_kernel!(
    Avx512, avx512_tile, 3, 14, 16, target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma");
    busy 7 8 9 10 11 12 13 14; avx512_transpose
);
#[cfg(target_arch = "aarch64")]
micro_kernel!(Neon, neon_tile, 1, 0, 6, target_feature(enable = "neon"));

/// The operands of a tile. The loops around it change what differs from one to the next.
#[derive(Clone, Copy)]
pub struct Job {
    /// Terms, at least one.
    pub k: usize,
    /// Left operand.
    pub a: Slice,
    /// Right operand, from the tile's first column.
    pub b: Mat,
    /// On the way out.
    pub out: Out,
    /// What a busy tile does between its terms.
    pub aside: Aside,
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
    /// What is not above 0 here makes 0 of the sum; from the tile's first element on. Not for transposed A.
    pub mask: Mat,
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
/// All pointers are valid for the tile, and what `W` takes from `job.aside` is there.
#[inline(always)]
unsafe fn tile<V: Lanes, W: Between, const MR: usize, const NV: usize, const T: bool>(job: &Job) {
    let Job { k, a, b, out: ref o, ref aside } = *job;
    let mut between = W::new(aside, k);
    // SAFETY: the caller's pointers are valid for the tile; columns beyond `o.columns` are masked where they must be.
    unsafe {
        let mut sums = [[V::zero(); NV]; MR];
        let (mut bp, mut ap, mut p) = (b.ptr.cast_const(), a.a, 0);
        // there is at least one term: a loop that may run no time at all joins two ways, and then sums are kept in memory
        loop {
            let until = p + between.part::<V>(k - p);
            loop {
                let mut terms = [V::zero(); NV];
                unroll!(NV, P, { terms[P] = V::load(bp.add(P * b.panel)) });
                unroll!(MR, I, {
                    // a column of Aᵀ is contiguous, else a row is, in groups of 16 terms or throughout
                    let x = V::splat(*ap.add(if T { I } else { I * a.row }));
                    unroll!(NV, P, { sums[I][P] = x.fma(terms[P], sums[I][P]) });
                });
                p += 1;
                // behind the last term these are nobody's addresses, and are not read
                bp = bp.wrapping_add(b.row);
                ap = ap.wrapping_add(match () {
                    () if T => a.column,
                    () if p % 16 == 0 => a.chunk.wrapping_sub(15),
                    () => 1,
                });
                if p == until {
                    break;
                }
            }
            if W::NOTHING || p == k {
                break;
            }
        }
        between.rest::<V>();
        unroll!(NV, P, {
            'panel: {
                let columns = o.columns.saturating_sub(P * 16).min(16);
                let written = if o.pad { 16 } else { columns };
                let c = o.c.add(P * o.panel);
                if T && W::NOTHING && !o.descent.is_null() {
                    if !o.sums.is_null() {
                        unroll!(MR, I, { sums[I][P] = V::load(o.sums.add((P * MR + I) * 16)).add(sums[I][P]) });
                    }
                    let (l2, rate) = (V::splat((*o.descent).l2), V::splat((*o.descent).rule[0]));
                    let mut least = V::splat(LEAST);
                    if columns == 16 {
                        unroll!(MR, I, {
                            let w = descend(V::load(c.add(I * o.row)), sums[I][P], l2, rate);
                            least = w.least_magnitude(least);
                            w.store(c.add(I * o.row));
                        });
                        // hardly ever: one instruction a vector finds out, two or three would cut
                        if V::mask_bits(least.lt(V::splat(LEAST))) != 0 {
                            for i in 0..MR {
                                cut(V::load(c.add(i * o.row))).store(c.add(i * o.row));
                            }
                        }
                    } else {
                        // the pads of the weights are 0 and must stay so
                        unroll!(MR, I, {
                            let w = cut(descend(V::load(c.add(I * o.row)), sums[I][P], l2, rate));
                            w.store_first(c.add(I * o.row), columns);
                        });
                    }
                    break 'panel;
                }
                if o.add {
                    unroll!(MR, I, { sums[I][P] = V::load_first(c.add(I * o.row), columns).add(sums[I][P]) });
                }
                if W::NOTHING && !o.bias.is_null() {
                    let bias = V::load_first(o.bias.add(P * 16), columns);
                    unroll!(MR, I, { sums[I][P] = sums[I][P].add(bias) });
                    if o.relu {
                        unroll!(MR, I, { sums[I][P] = V::zero().larger(sums[I][P]) });
                    }
                }
                if !T && !o.mask.ptr.is_null() {
                    let mask = o.mask.ptr.add(P * o.mask.panel);
                    unroll!(MR, I, {
                        let above = V::load_first(mask.add(I * o.mask.row), columns).gt(V::zero());
                        sums[I][P] = V::select(above, sums[I][P], V::zero());
                    });
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

/// 16 by 16 in registers. The quarters of rows 0, 4, 8 and 12 go into one vector as they are loaded, which the port of the shuffles has no part in; what is
/// left are transposes of 4 by 4 in each quarter.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512_transpose(from: *const f32, row: usize, to: *mut f32, wide: usize) {
    use core::arch::x86_64::*;
    // SAFETY: 16 rows of 16 floats at both.
    unsafe {
        for quarter in 0..4 {
            let rows = [0, 1, 2, 3].map(|r| {
                let at = |i: usize| _mm_loadu_ps(from.add((4 * i + r) * row + 4 * quarter));
                let x = _mm512_insertf32x4::<1>(_mm512_castps128_ps512(at(0)), at(1));
                _mm512_insertf32x4::<3>(_mm512_insertf32x4::<2>(x, at(2)), at(3))
            });
            let low = [_mm512_unpacklo_ps(rows[0], rows[1]), _mm512_unpacklo_ps(rows[2], rows[3])]
                .map(|x| _mm512_castps_pd(x));
            let high = [_mm512_unpackhi_ps(rows[0], rows[1]), _mm512_unpackhi_ps(rows[2], rows[3])]
                .map(|x| _mm512_castps_pd(x));
            let columns = [
                _mm512_unpacklo_pd(low[0], low[1]),
                _mm512_unpackhi_pd(low[0], low[1]),
                _mm512_unpacklo_pd(high[0], high[1]),
                _mm512_unpackhi_pd(high[0], high[1]),
            ];
            for (i, column) in columns.into_iter().enumerate() {
                _mm512_storeu_ps(to.add((4 * quarter + i) * wide), _mm512_castpd_ps(column));
            }
        }
    }
}
