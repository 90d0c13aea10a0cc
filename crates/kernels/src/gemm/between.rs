//! What is done between the terms of a tile, for another one: the roots and quotients that the update of the tile before waits for, and asking for
//! the weights and states of the next.
//!
//! Roots and quotients keep the divider busy and little else, which multiply-adds never need. One behind the other each waits for the other's turn;
//! and left to the processor they do not overlap, for a tile is longer than what it looks ahead. Nor would a whole step of a rule: some hundred
//! cycles from load to store, in which more registers are filled than it has. So only what is between the halves of an
//! [`Update`](crate::update::Update) comes here, and the second operation on one vector goes with the first one on a later vector.

use crate::batch::{prefetch_line, prefetch_near};
use crate::simd::{LANES, Lanes};
use crate::update::{Middle, middle};

/// What is done between the terms of a tile.
pub trait Between {
    /// There is nothing to do: all terms run in one loop.
    const NOTHING: bool = false;

    /// Begins, for a tile of so many terms.
    fn new(aside: &Aside, terms: usize) -> Self;

    /// Does a part, and says after how many terms, at least one, it wants to be called again; `left` are to come.
    ///
    /// # Safety
    /// The vectors of the [`Aside`] are there.
    unsafe fn part<V: Lanes>(&mut self, left: usize) -> usize;

    /// Does the rest.
    ///
    /// # Safety
    /// As above.
    unsafe fn rest<V: Lanes>(&mut self);
}

/// What there is to do aside, for other tiles.
#[derive(Clone, Copy, Debug)]
pub struct Aside {
    /// Numerators; the results take their place. Only for [`Quotients`].
    pub numerators: *mut f32,
    /// Denominators, which are lost.
    pub denominators: *mut f32,
    /// Added to roots.
    pub epsilon: f32,
    /// How many numerators, in vectors.
    pub vectors: usize,
    /// What the next tile will update, from its first weight on.
    pub next: Next,
}

/// The tile that will be updated next.
#[derive(Clone, Copy, Debug)]
pub struct Next {
    /// Its weights and states; null behind the last of them. Nothing is read there.
    pub from: [*const f32; 4],
    /// Vectors, in all panels.
    pub vectors: usize,
    /// Vectors of a panel.
    pub rows: usize,
    /// Distance of panels.
    pub panel: usize,
}

impl Next {
    /// There is none.
    pub const NONE: Next = Next { from: [core::ptr::null(); 4], vectors: 0, rows: 0, panel: 0 };

    /// Asks for one vector of everything, into the first-level cache.
    #[inline(always)]
    fn ask(&self, vector: usize) {
        self.lines(vector, prefetch_near);
    }

    #[inline(always)]
    fn lines(&self, vector: usize, ask: impl Fn(*const u8)) {
        if vector >= self.vectors {
            return;
        }
        let at = vector * LANES + if vector >= self.rows { self.panel - self.rows * LANES } else { 0 };
        for from in self.from {
            if from.is_null() {
                break;
            }
            ask(from.wrapping_add(at).cast());
        }
    }

    /// Asks for all vectors at once, into the second-level cache.
    pub fn ask_all(&self) {
        (0..self.vectors).for_each(|vector| self.lines(vector, prefetch_line));
    }
}

/// Nothing is done between the terms.
pub struct Nothing;

impl Between for Nothing {
    const NOTHING: bool = true;

    #[inline(always)]
    fn new(_: &Aside, _: usize) -> Self {
        Nothing
    }
    #[inline(always)]
    unsafe fn part<V: Lanes>(&mut self, left: usize) -> usize {
        left
    }
    #[inline(always)]
    unsafe fn rest<V: Lanes>(&mut self) {}
}

/// The [`Next`] tile is asked for.
pub struct Asks {
    next: Next,
    done: usize,
    /// Terms between two vectors.
    terms: usize,
}

impl Between for Asks {
    #[inline(always)]
    fn new(aside: &Aside, terms: usize) -> Self {
        Asks { next: aside.next, done: 0, terms: (terms / aside.next.vectors.max(1)).max(1) }
    }

    #[inline(always)]
    unsafe fn part<V: Lanes>(&mut self, left: usize) -> usize {
        self.next.ask(self.done);
        self.done += 1;
        if self.done >= self.next.vectors { left } else { self.terms }
    }

    #[inline(always)]
    unsafe fn rest<V: Lanes>(&mut self) {}
}

/// Vectors between the first operation on one and the second: its result should be there.
const LAG: usize = 2;

/// [`Middle::QuotientByRoot`] or, with `ROOT`, [`Middle::RootOfQuotient`] of all vectors, spread evenly over the terms; and as [`Asks`].
pub struct Quotients<const ROOT: bool> {
    aside: Aside,
    /// Vectors whose first operation is done.
    done: usize,
    /// Terms between two vectors.
    terms: usize,
}

impl<const ROOT: bool> Quotients<ROOT> {
    /// The first operation on a vector.
    #[inline(always)]
    unsafe fn first<V: Lanes>(&mut self) {
        let at = self.done * LANES;
        // SAFETY: the vectors are there.
        unsafe {
            let d = self.aside.denominators.add(at);
            if ROOT {
                V::load(self.aside.numerators.add(at)).div(V::load(d)).store(d);
            } else {
                V::load(d).sqrt().store(d);
            }
        }
    }

    /// The second operation on the vector [`LAG`] before.
    #[inline(always)]
    unsafe fn second<V: Lanes>(&mut self) {
        let at = (self.done - LAG) * LANES;
        // SAFETY: the vectors are there.
        unsafe {
            let n = self.aside.numerators.add(at);
            let d = V::load(self.aside.denominators.add(at));
            if ROOT {
                d.sqrt().store(n);
            } else {
                V::load(n).div(d.add(V::splat(self.aside.epsilon))).store(n);
            }
        }
    }
}

impl<const ROOT: bool> Between for Quotients<ROOT> {
    #[inline(always)]
    fn new(aside: &Aside, terms: usize) -> Self {
        Quotients { aside: *aside, done: 0, terms: (terms / aside.vectors.max(1)).max(1) }
    }

    #[inline(always)]
    unsafe fn part<V: Lanes>(&mut self, left: usize) -> usize {
        self.aside.next.ask(self.done);
        // SAFETY: handed on.
        unsafe {
            if self.done >= LAG {
                self.second::<V>();
            }
            self.first::<V>();
        }
        self.done += 1;
        if self.done >= self.aside.vectors { left } else { self.terms }
    }

    #[inline(always)]
    unsafe fn rest<V: Lanes>(&mut self) {
        for vector in self.done..self.aside.next.vectors {
            self.aside.next.ask(vector);
        }
        while self.done < self.aside.vectors + LAG {
            // SAFETY: handed on.
            unsafe {
                if self.done >= LAG {
                    self.second::<V>();
                }
                if self.done < self.aside.vectors {
                    self.first::<V>();
                }
            }
            self.done += 1;
        }
    }
}

/// The quotients without a product.
///
/// # Safety
/// The vectors are there.
#[inline(always)]
pub unsafe fn alone<V: Lanes>(of: Middle, aside: &Aside) {
    for i in 0..aside.vectors {
        // SAFETY: handed on.
        unsafe {
            let (n, d) = (aside.numerators.add(i * LANES), aside.denominators.add(i * LANES));
            middle(of, V::load(n), V::load(d), aside.epsilon).store(n);
        }
    }
}
