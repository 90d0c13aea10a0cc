//! Matrix product by an own micro-kernel: `C[m × n] (+)= A[m × k] · B[k × n]`.
//!
//! The bit contract: every element of C is a chain of fused multiply-adds in index order inside fixed blocks of [`BLOCK`] indices; the sums of
//! the blocks are added in block order, the first one is stored. Lanes run across columns, so neither the instruction set nor the tile size
//! nor a split of rows or columns over threads changes a bit.

use crate::update::{InHalves, UpdateScalars};

mod between;
mod column;
mod flip;
mod micro;
mod tiles;
mod updates;

pub use micro::MicroKernel;

/// Terms of one chain; part of the contract.
pub const BLOCK: usize = 256;

/// Floats of scratch memory that [`Gemm`] needs for each thread.
pub const SCRATCH: usize = SCRATCH_A + SCRATCH_C + SCRATCH_WORK;
/// For copied slices of a transposed A, four tiles of 16 rows by 1,024 terms, and for 64 rows of A that are transposed.
const SCRATCH_A: usize = 4 * 16 * 1024;
/// For sums of tiles that are updates: eight of them.
const SCRATCH_C: usize = 8 * TILE;
/// For the [`Work`](crate::update::Work) of a tile.
const SCRATCH_WORK: usize = 3 * TILE;
/// Floats of the largest tile of an update, 16 by 32.
const TILE: usize = 16 * 32;

/// The left operand: element (i, p) is at `ptr + i·row + (p / 16)·chunk + (p % 16)·column`.
///
/// A row-major matrix has column 1 and chunk 16; its transpose row 1, column ld and chunk 16·ld; panels row 16, column 1 and chunk 16·rows.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    /// Element (0, 0).
    pub ptr: *const f32,
    /// Distance of rows.
    pub row: usize,
    /// Distance of terms.
    pub column: usize,
    /// Distance of groups of 16 terms.
    pub chunk: usize,
}

/// What happens to a tile on its way out.
#[derive(Clone, Copy, Debug)]
pub enum Epilogue<'a> {
    /// C = A·B
    Store,
    /// C += A·B, block by block.
    Add,
    /// C = A·B + bias
    Bias(*const f32),
    /// C = max(0, A·B + bias)
    BiasRelu(*const f32),
    /// C = A·B where the element of this matrix, `[m, n]`, is above 0, else 0: the gradient of `relu` by its output. Not for transposed A.
    Mask(crate::Mat),
    /// A·B is the gradient of C, which is updated in place. C must be in panels or a single column side by side.
    Update(&'a dyn TileUpdate),
}

/// Updates weights from a tile of their gradient.
pub trait TileUpdate: Sync {
    /// `n` weights at `offset` floats from C's first element; their gradients are at `gradient`.
    ///
    /// # Safety
    /// The weights belong to the calling thread, and `n` floats are readable at `gradient`.
    unsafe fn update(&self, offset: usize, n: usize, gradient: *const f32);

    /// The numbers of the rule where it is plain `sgd` without momentum, the scalars are plain and `shrink` is 1: the product then updates the weights
    /// while the gradient is still in registers, with the same bits.
    fn descent(&self) -> Option<&UpdateScalars> {
        None
    }

    /// The same update in halves, with the same bits, where the rule and the scalars allow it: the product may then make the divisions between the
    /// terms of the next tile, so that a tile is updated one tile late. [`TileUpdate::update`] is called all the same for tiles of one panel, and for all
    /// where there are few terms or the instruction set has no tiles for it.
    fn in_halves(&self) -> Option<InHalves<'_>> {
        None
    }

    /// What an update will read from this offset on, weights and states, to be asked for: null behind the last, and null throughout where it need not
    /// be. Nothing is read there.
    fn reads(&self, _offset: usize) -> [*const f32; 4] {
        [core::ptr::null(); 4]
    }

    /// Called before each tile: the place for a few prefetches of what will be wanted later.
    fn meanwhile(&self) {}
}

/// One product.
#[derive(Clone, Copy, Debug)]
pub struct Gemm<'a> {
    /// Rows of A and C.
    pub m: usize,
    /// Columns of B and C.
    pub n: usize,
    /// Terms of each sum, at least 1.
    pub k: usize,
    /// Left operand.
    pub a: Left,
    /// Right operand: element (p, j) is at `ptr + (j / 16)·panel + p·row + j % 16`. Whole vectors of 16 are read in the last panel.
    pub b: crate::Mat,
    /// Result. Where `c.row` is 16 it is taken for panels, whose columns from n on are written as 0; else nothing beyond n is written. A
    /// single column may have its elements side by side, `c.row` 1, also where it is updated.
    pub c: crate::Mat,
    /// On the way out.
    pub epilogue: Epilogue<'a>,
    /// [`SCRATCH`] floats that belong to the calling thread.
    pub scratch: *mut f32,
}

impl core::fmt::Debug for dyn TileUpdate + '_ {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("TileUpdate")
    }
}

crate::instances! {
    /// The product for each instruction set.
    pub struct GemmKernels {
        /// Rows `r0..r1` and panels `p0..p1` (of 16 columns) of a product.
        ///
        /// # Safety
        /// The operands are valid for their shapes, C overlaps neither A nor B, and nobody else touches this part of C meanwhile.
        gemm: fn(g: &Gemm<'_>, r0: usize, r1: usize, p0: usize, p1: usize) = tiles::product::<V>;
        /// Writes the transpose of a `[rows, columns]` matrix: `[columns, rows]`. Only groups `p0..p1` of 16 columns of the result (16 rows of
        /// the source each). Where the result is in panels, pads are written as 0; else nothing beyond its columns is written.
        ///
        /// # Safety
        /// Both are valid for their shapes and do not overlap.
        transpose: fn(rows: usize, columns: usize, x: crate::Mat, y: crate::Mat, p0: usize, p1: usize) = flip::transpose::<V>;
    }
}
