//! The updates of the tiles of a product: while one tile is summed, the divisions of the one before are made and the weights of the next asked for.

use super::between::{Aside, Asks, Next, Quotients, alone};
use super::micro::{Job, MicroKernel, Tile};
use super::{Gemm, SCRATCH_A, SCRATCH_C, TILE, TileUpdate};
use crate::update::{InHalves, Middle, Work};

/// With fewer terms in all there is nothing to hide behind: halves of a step are slower than the whole, and requests get into the way of what the
/// hardware asks for by itself. (Seen with AVX-512. Where tiles are never busy, requests are made whatever the number of terms.)
const LEAST_TERMS: usize = 16;

/// How wide tiles are that have something to do between their terms.
const WIDE: usize = 2;

/// The updates of one product.
pub struct Updates<'a> {
    rule: &'a dyn TileUpdate,
    /// Where divisions are made between terms.
    halves: Option<InHalves<'a>>,
    /// Weights and states are asked for: of the next tile where tiles may be busy, else of each tile before its own product.
    asks: bool,
    /// Tiles may have something to do between their terms.
    busy: bool,
    /// The first weight of the product's C.
    weights: *mut f32,
    /// Distance of panels.
    panel: usize,
    work: Work,
    /// The tile whose first half is done.
    begun: Option<Part>,
}

/// A tile of the weights.
#[derive(Clone, Copy)]
pub struct Part {
    /// Of its first weight.
    pub offset: usize,
    pub rows: usize,
    pub panels: usize,
}

impl Part {
    /// Weights of a panel.
    fn weights(self) -> usize {
        self.rows * 16
    }

    fn vectors(self) -> usize {
        self.rows * self.panels
    }
}

impl<'a> Updates<'a> {
    /// For a product of so many panels, with A transposed or not.
    #[inline(always)]
    pub fn new<V: MicroKernel>(rule: &'a dyn TileUpdate, g: &Gemm<'_>, panels: usize, transposed: bool) -> Self {
        let busy = V::BUSY && transposed && panels >= WIDE && g.k >= LEAST_TERMS;
        let numerators = g.scratch.wrapping_add(SCRATCH_A + SCRATCH_C);
        let (denominators, gradients) = (numerators.wrapping_add(TILE), numerators.wrapping_add(2 * TILE));
        Updates {
            rule,
            halves: rule.in_halves().filter(|_| busy),
            asks: (!V::BUSY || g.k >= LEAST_TERMS) && !rule.reads(0)[0].is_null(),
            busy,
            weights: g.c.ptr,
            panel: g.c.panel,
            work: Work { numerators, denominators, gradients },
            begun: None,
        }
    }

    /// The tile of so many rows and panels that has something to do between its terms; none where it never has.
    #[inline(always)]
    pub fn busy<V: MicroKernel>(&self, rows: usize, panels: usize) -> Option<Tile> {
        if !self.busy || panels != WIDE {
            return None;
        }
        match self.halves {
            Some(InHalves { halves, .. }) if halves.middle == Middle::RootOfQuotient => {
                V::busy::<Quotients<true>>(rows)
            }
            Some(_) => V::busy::<Quotients<false>>(rows),
            None if self.asks => V::busy::<Asks>(rows),
            None => None,
        }
    }

    /// Before a tile: prepares `job`, and gives back `busy`, the tile's [`Updates::busy`], where it has something to do. `part` is updated behind the
    /// tile, if any is, and `next` behind the next one; `first` says that nobody has asked for `part`.
    ///
    /// # Safety
    /// The weights, states and scratch memory are there.
    #[inline(always)]
    pub unsafe fn before<V: MicroKernel>(
        &self,
        job: &mut Job,
        busy: Option<Tile>,
        part: Option<Part>,
        next: Option<Part>,
        first: bool,
    ) -> Option<Tile> {
        if let Some(part) = part.filter(|_| self.asks && (first || !self.busy)) {
            self.next(part).ask_all();
        }
        let next = next.filter(|_| self.asks && self.busy).map_or(Next::NONE, |next| self.next(next));
        job.aside.next = next;
        let divides = self.aside(next);
        if let Some((aside, _)) = divides {
            job.aside = aside;
        }
        match (busy, divides) {
            (Some(tile), Some(_)) => Some(tile),
            (Some(tile), None) if self.halves.is_none() && next.vectors > 0 => Some(tile),
            (_, divides) => {
                next.ask_all();
                if let Some((aside, middle)) = divides {
                    // SAFETY: the work of the tile before.
                    unsafe { alone::<V>(middle, &aside) };
                }
                None
            }
        }
    }

    /// Behind a tile. The sums at `gradient` are complete where it is the last one of its `part`.
    ///
    /// # Safety
    /// As for [`Updates::before`].
    #[inline(always)]
    pub unsafe fn after(&mut self, part: Part, gradient: *const f32, last: bool) {
        // SAFETY: tiles inside the weights, with gradients and work inside the scratch memory.
        unsafe {
            self.finish();
            if !last {
                return;
            }
            let n = part.weights();
            for v in 0..part.panels {
                let (offset, gradient) = (part.offset + v * self.panel, gradient.add(v * n));
                match &self.halves {
                    Some(halves) if part.panels == WIDE => {
                        halves.begin(self.weights, offset, n, gradient, self.work.at(v * n));
                    }
                    _ => self.rule.update(offset, n, gradient),
                }
            }
            self.begun = (self.halves.is_some() && part.panels == WIDE).then_some(part);
        }
    }

    /// Behind the last tile of the product.
    ///
    /// # Safety
    /// As for [`Updates::before`].
    #[inline(always)]
    pub unsafe fn complete<V: MicroKernel>(&mut self) {
        if let Some((aside, middle)) = self.aside(Next::NONE) {
            // SAFETY: the work of the last tile.
            unsafe {
                alone::<V>(middle, &aside);
                self.finish();
            }
        }
    }

    /// The divisions of the tile that was begun.
    #[inline(always)]
    fn aside(&self, next: Next) -> Option<(Aside, Middle)> {
        let (begun, halves) = (self.begun?, self.halves.as_ref()?);
        let Work { numerators, denominators, .. } = self.work;
        let aside = Aside { numerators, denominators, epsilon: halves.epsilon(), vectors: begun.vectors(), next };
        Some((aside, halves.halves.middle))
    }

    /// The second half for the tile that was begun.
    #[inline(always)]
    unsafe fn finish(&mut self) {
        if let (Some(begun), Some(halves)) = (self.begun.take(), &self.halves) {
            let n = begun.weights();
            for v in 0..begun.panels {
                // SAFETY: as in `after`.
                unsafe { halves.finish(self.weights, begun.offset + v * self.panel, n, self.work.at(v * n)) };
            }
        }
    }

    #[inline(always)]
    fn next(&self, part: Part) -> Next {
        Next { from: self.rule.reads(part.offset), vectors: part.vectors(), rows: part.rows, panel: self.panel }
    }
}
