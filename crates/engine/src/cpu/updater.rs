//! What a product does with the tiles of a gradient, and what it asks for meanwhile.

use std::cell::Cell;

use downslope_kernels::batch::prefetch_line;
use downslope_kernels::gemm::TileUpdate;
use downslope_kernels::update::{Halves, InHalves, UpdateScalars, Updating};

use super::split::part;
use super::{Feed, Machine, Piece, Step};
use crate::program::{Entry, Instruction};

/// Updates one parameter from tiles of its gradient.
pub(super) struct Updater<'a> {
    kernel: Updating,
    /// Where the plain instance will do, and its divisions can be done beneath a product.
    halves: Option<Halves>,
    weights: *mut f32,
    states: [*mut f32; 3],
    scalars: &'a UpdateScalars,
    /// Plain gradient descent, which the product does by itself.
    plain: bool,
    /// The parameter and its moments leave the second-level cache from step to step.
    far: bool,
    pub ahead: Ahead<'a>,
}

/// Asks for the rows of the next batch while there is arithmetic to do, a little before each tile.
#[derive(Clone, Default)]
pub(super) struct Ahead<'a> {
    base: usize,
    /// Bytes of a row.
    width: usize,
    rows: &'a [u32],
    /// Rows begun.
    row: Cell<usize>,
    /// The next byte of the present row, and its end.
    at: Cell<usize>,
    end: Cell<usize>,
}

/// Floats of a parameter from which on it is asked for before it is updated.
const FAR: usize = 256 * 1024;

/// Cache lines that are asked for before each tile.
const LINES: usize = 4;

impl Ahead<'_> {
    #[inline]
    fn ask(&self) {
        let mut at = self.at.get();
        if at >= self.end.get() {
            let Some(row) = self.rows.get(self.row.get()) else { return };
            self.row.set(self.row.get() + 1);
            at = self.base + *row as usize * self.width;
            self.end.set(at + self.width);
        }
        // some lines behind the end of a row are cheaper than to look for it
        for line in 0..LINES {
            prefetch_line((at + line * 64) as *const u8);
        }
        self.at.set(at + LINES * 64);
    }
}

// SAFETY: threads update disjoint tiles.
unsafe impl Sync for Updater<'_> {}

impl Updater<'_> {
    fn states_at(&self, offset: usize) -> [*mut f32; 3] {
        self.states.map(|s| if s.is_null() { s } else { s.wrapping_add(offset) })
    }
}

impl TileUpdate for Updater<'_> {
    unsafe fn update(&self, offset: usize, n: usize, gradient: *const f32) {
        // SAFETY: the caller's tile lies inside the parameter.
        unsafe { (self.kernel)(n, self.weights.add(offset), gradient, self.states_at(offset), self.scalars) }
    }

    fn descent(&self) -> Option<&UpdateScalars> {
        self.plain.then_some(self.scalars)
    }

    fn reads(&self, offset: usize) -> [*const f32; 4] {
        if !self.far {
            return [std::ptr::null(); 4];
        }
        let [a, b, c] = self.states_at(offset);
        [self.weights.wrapping_add(offset).cast_const(), a.cast_const(), b.cast_const(), c.cast_const()]
    }

    fn in_halves(&self) -> Option<InHalves<'_>> {
        self.halves.map(|halves| InHalves { halves, states: self.states, scalars: self.scalars })
    }

    fn meanwhile(&self) {
        self.ahead.ask();
    }
}

impl Machine<'_> {
    pub(super) fn updater<'s>(&self, parameter: usize, step: &'s Step<'_>) -> Updater<'s> {
        let Entry { offset, len, .. } = self.layout.entries[parameter];
        let kernels = &self.kernels.rules[step.rule.0][step.rule.1];
        // SAFETY: inside the arenas; null stays null.
        unsafe {
            Updater {
                kernel: kernels.choose(&step.scalars[parameter]),
                halves: kernels.halves.filter(|_| step.scalars[parameter].is_plain()),
                weights: self.tensors.parameters.add(offset),
                states: self.tensors.optimizer.map(|s| if s.is_null() { s } else { s.add(offset) }),
                scalars: &step.scalars[parameter],
                plain: step.plain_descent
                    && step.scalars[parameter].is_plain()
                    && step.scalars[parameter].shrink == 1.0,
                far: len > FAR,
                ahead: Ahead::default(),
            }
        }
    }

    /// The part of the next rows that this thread will gather, of the widest input.
    pub(super) fn ahead<'p>(&self, piece: &Piece<'p>, t: usize, threads: usize) -> Ahead<'p> {
        let widest = |i: &Instruction| match *i {
            Instruction::Gather { input, out, .. } => {
                let view = self.view(out, piece.rows.len().max(1));
                let (base, size) = match piece.feeds[input]? {
                    Feed::F32(x) => (x.as_ptr() as usize, 4),
                    Feed::U8(x) => (x.as_ptr() as usize, 1),
                    Feed::U32(x) => (x.as_ptr() as usize, 4),
                };
                Some((view.len() / piece.rows.len().max(1) * size, base))
            }
            _ => None,
        };
        let Some((width, base)) = self.program.body.iter().filter_map(widest).max() else { return Ahead::default() };
        let (from, to) = part(piece.next.len(), 1, t, threads);
        Ahead { base, width, rows: &piece.next[from..to], ..Ahead::default() }
    }
}
