//! The loops around the tiles: rows in chunks that stay in cache, panels, blocks of terms, tiles.

use super::between::{Aside, Next};
use super::column::{MOST, column, column_of_rows};
use super::micro::{Job, MicroKernel, Out, Slice, Tile};
use super::updates::{Part, Updates};
use super::{BLOCK, Epilogue, Gemm, SCRATCH_A, TILE};
use crate::Mat;
use crate::batch::prefetch_line;

/// Floats of A that stay in the second-level cache while the panels of B pass.
const RESIDENT: usize = 192 * 1024;
/// Floats of A from which on it is asked for ahead: it comes from beyond the second-level cache.
const FAR: usize = 192 * 1024;

/// How `total` rows are split into tiles of at most `most`: balanced, 32 = 11 + 11 + 10 rather than 14 + 14 + 4.
#[derive(Clone, Copy)]
struct Split {
    tiles: usize,
    /// Rows of a tile, one more in the first `longer` tiles.
    rows: usize,
    longer: usize,
}

impl Split {
    fn new(total: usize, most: usize) -> Self {
        let tiles = total.div_ceil(most);
        Split { tiles, rows: total / tiles, longer: total % tiles }
    }

    fn rows(self, tile: usize) -> usize {
        self.rows + usize::from(tile < self.longer)
    }
}

macro_rules! by_rows {
    ($rows:expr, $nv:literal, $($n:literal)*) => {
        match $rows { $($n => V::tile::<$n, $nv, T>(),)* _ => unreachable!("tiles have at most 16 rows") }
    };
}

/// The tile of so many rows and panels.
#[inline(always)]
fn pick<V: MicroKernel, const T: bool>(rows: usize, panels: usize) -> Tile {
    // the branches on constants leave only the tiles that the instruction set has
    if !T && panels == 4 {
        if V::FEW >= 3 { by_rows!(rows, 4, 1 2 3) } else { by_rows!(rows, 4, 1) }
    } else if V::WIDE >= 14 && panels == 2 {
        by_rows!(rows, 2, 1 2 3 4 5 6 7 8 9 10 11 12 13 14)
    } else if V::NARROW >= 16 {
        by_rows!(rows, 1, 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
    } else if V::NARROW >= 6 {
        by_rows!(rows, 1, 1 2 3 4 5 6)
    } else {
        by_rows!(rows, 1, 1 2 3 4)
    }
}

/// The tiles of the shorter and of the longer kind of a split, so that nothing is looked up tile by tile.
#[inline(always)]
fn pair<V: MicroKernel>(split: Split, panels: usize, transposed: bool) -> [Tile; 2] {
    let longer = split.rows + usize::from(split.longer > 0);
    if transposed {
        [pick::<V, true>(split.rows, panels), pick::<V, true>(longer, panels)]
    } else {
        [pick::<V, false>(split.rows, panels), pick::<V, false>(longer, panels)]
    }
}

/// Rows `r0..r1` and panels `p0..p1` of a product.
#[inline(always)]
pub unsafe fn product<V: MicroKernel>(g: &Gemm<'_>, r0: usize, r1: usize, p0: usize, p1: usize) {
    if r0 >= r1 || p0 >= p1 {
        return;
    }
    let transposed = g.a.row == 1 && g.a.column != 1;
    if g.n == 1 && g.c.row == 1 && transposed {
        // SAFETY: handed on.
        return unsafe { column::<V>(g, r0, r1) };
    }
    if g.n == 1
        && g.c.row == 1
        && V::TRANSPOSES
        && r1 - r0 >= 16
        && g.k <= MOST
        && !matches!(g.epilogue, Epilogue::Mask(_))
    {
        // SAFETY: handed on.
        return unsafe { column_of_rows::<V>(g, r0, r1) };
    }
    debug_assert!(!transposed || !matches!(g.epilogue, Epilogue::Mask(_)), "the tiles of a transposed A know no mask");
    let (rule, descent) = match g.epilogue {
        Epilogue::Update(rule) => (Some(rule), rule.descent().filter(|_| transposed)),
        _ => (None, None),
    };
    let mut updates = rule.filter(|_| descent.is_none()).map(|rule| Updates::new::<V>(rule, g, p1 - p0, transposed));
    let blocks = g.k.div_ceil(BLOCK);
    // a tile of Aᵀ takes one cache line of a new page for each term: copy it once when several panels will read it
    let copy = transposed && g.k >= 64 && g.k <= 1024 && p1 - p0 >= 4;
    let few = !transposed && rule.is_none() && r1 - r0 <= V::FEW;
    let most = if V::WIDE > 0 && p1 - p0 > 1 { V::WIDE } else { V::NARROW };
    let chunk = match () {
        () if copy => 4 * most,
        () if transposed || rule.is_some() => 8 * most,
        () => (RESIDENT / g.k.max(1)).max(12 * most),
    };
    let far = !transposed && (r1 - r0) * g.k > FAR && g.a.chunk == 16;
    let null = core::ptr::null();
    let mut job = Job {
        k: 0,
        a: Slice { a: g.a.ptr, row: g.a.row, column: g.a.column, chunk: g.a.chunk },
        b: g.b,
        out: Out {
            c: g.c.ptr,
            row: g.c.row,
            panel: g.c.panel,
            columns: 0,
            pad: g.c.row == 16,
            add: false,
            bias: null,
            relu: false,
            mask: Mat { ptr: core::ptr::null_mut(), row: 0, panel: 0 },
            descent: core::ptr::null(),
            sums: null,
        },
        aside: Aside {
            numerators: null.cast_mut(),
            denominators: null.cast_mut(),
            epsilon: 0.0,
            vectors: 0,
            next: Next::NONE,
        },
    };
    if copy {
        job.a = Slice { a: g.scratch, row: 1, column: 16, chunk: 0 };
    }
    let wide = |p: usize| match p1 - p {
        4.. if few => 4,
        2.. if V::WIDE > 0 => 2,
        _ => 1,
    };
    let part = |p, row, rows| Part { offset: p * g.c.panel + row * g.c.row, rows, panels: wide(p) };
    let split_at = |row| Split::new(chunk.min(r1 - row), most);
    let mut row = r0;
    while row < r1 {
        let split = split_at(row);
        if copy {
            // SAFETY: the scratch belongs to this thread and holds four tiles of 16 rows by 1,024 terms.
            unsafe { copy_tiles::<V>(g, row, split) };
        }
        let mut p = p0;
        while p < p1 {
            let width = wide(p);
            let tiles = pair::<V>(split, width, transposed);
            let busy = [split.rows, split.rows + usize::from(split.longer > 0)]
                .map(|rows| updates.as_ref().and_then(|u| u.busy::<V>(rows, width)));
            job.out.columns = (g.n - p * 16).min(16 * width);
            (job.out.bias, job.out.relu, job.out.mask.ptr) = (null, false, null.cast_mut());
            let mut mask = None;
            for block in 0..blocks {
                let (first, last, at) = (block == 0, block + 1 == blocks, block * BLOCK);
                job.k = BLOCK.min(g.k - at);
                job.out.add = !first;
                match g.epilogue {
                    Epilogue::Add => job.out.add = true,
                    // SAFETY: a bias has as many elements as there are columns.
                    Epilogue::Bias(bias) if last => job.out.bias = unsafe { bias.add(p * 16) },
                    Epilogue::BiasRelu(bias) if last => {
                        // SAFETY: as above.
                        (job.out.bias, job.out.relu) = (unsafe { bias.add(p * 16) }, true);
                    }
                    Epilogue::Mask(matrix) if last => mask = Some(matrix),
                    _ => {}
                }
                // SAFETY: offsets inside the operands, as the caller promises.
                unsafe {
                    job.b.ptr = g.b.ptr.add(p * g.b.panel + at * g.b.row);
                    let mut start = row;
                    for t in 0..split.tiles {
                        let rows = split.rows(t);
                        job.a.a = if copy {
                            g.scratch.add(t * 16 * g.k + at * 16)
                        } else {
                            g.a.ptr.add(start * g.a.row + at / 16 * g.a.chunk)
                        };
                        job.out.c = g.c.ptr.add(p * g.c.panel + start * g.c.row);
                        if let Some(mask) = mask {
                            job.out.mask = Mat { ptr: mask.ptr.add(p * mask.panel + start * mask.row), ..mask };
                        }
                        if far && p == p0 {
                            ask(g, start + rows, (start + rows + most).min(r1), at, job.k);
                        }
                        // one place where it can be: what a tile touches should stay in the first-level cache
                        let sums = g.scratch.add(SCRATCH_A + if blocks > 1 { t * TILE } else { 0 });
                        let tile = tiles[usize::from(t < split.longer)];
                        if let Some(rule) = rule {
                            rule.meanwhile();
                            match descent {
                                Some(scalars) if last => {
                                    job.out.descent = scalars;
                                    job.out.sums = if first { null } else { sums };
                                    (job.out.row, job.out.panel) = (g.c.row, g.c.panel);
                                }
                                _ => {
                                    (job.out.c, job.out.row, job.out.panel) = (sums, 16, 16 * rows);
                                    (job.out.pad, job.out.descent) = (true, null.cast());
                                }
                            }
                        }
                        if let Some(updates) = &mut updates {
                            let next = match () {
                                () if !last => None,
                                () if t + 1 < split.tiles => Some(part(p, start + rows, split.rows(t + 1))),
                                () if p + width < p1 => Some(part(p + width, row, split.rows(0))),
                                () if row + chunk < r1 => Some(part(p0, row + chunk, split_at(row + chunk).rows(0))),
                                () => None,
                            };
                            let (own, busy) = (part(p, start, rows), busy[usize::from(t < split.longer)]);
                            let asked = last.then_some(own);
                            let busy = updates.before::<V>(&mut job, busy, asked, next, start == r0 && p == p0);
                            busy.unwrap_or(tile)(&job);
                            updates.after(own, sums, last);
                        } else {
                            tile(&job);
                        }
                        start += rows;
                    }
                }
            }
            p += width;
        }
        row += chunk;
    }
    if let Some(updates) = &mut updates {
        // SAFETY: handed on.
        unsafe { updates.complete::<V>() };
    }
}

/// Asks for terms `at..at + k` of rows of A that a later tile will take.
#[inline(always)]
unsafe fn ask(g: &Gemm<'_>, from: usize, to: usize, at: usize, k: usize) {
    for row in from..to {
        let start = g.a.ptr.wrapping_add(row * g.a.row + at);
        for term in (0..k).step_by(16) {
            prefetch_line(start.wrapping_add(term).cast());
        }
    }
}

/// Copies the tiles of a chunk of Aᵀ so that each term's rows lie side by side.
#[inline(always)]
unsafe fn copy_tiles<V: MicroKernel>(g: &Gemm<'_>, row: usize, split: Split) {
    let mut start = row;
    for t in 0..split.tiles {
        let rows = split.rows(t);
        // SAFETY: `rows` elements of A per term, 16 of the scratch.
        unsafe {
            let to = g.scratch.add(t * 16 * g.k);
            for p in 0..g.k {
                V::load_first(g.a.ptr.add(start + p * g.a.column), rows).store(to.add(p * 16));
            }
        }
        start += rows;
    }
}
