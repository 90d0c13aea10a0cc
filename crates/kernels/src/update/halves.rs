//! A plain step in two halves, for weights whose divisions a product makes between them.

use super::drivers::{PLAIN, finished, gradient};
use super::{Middle, Update, UpdateScalars};
use crate::simd::{LANES, Lanes};

/// The first half for `n` weights, a multiple of 16: the states that are made first, and what is in [`Work`].
///
/// # Safety
/// That of [`Updating`](super::Updating); n floats at each address of the work.
pub type Beginning =
    unsafe fn(n: usize, w: *const f32, g: *const f32, states: [*mut f32; 3], c: &UpdateScalars, work: Work);

/// The second half: the other states and the weights.
///
/// # Safety
/// As for [`Beginning`].
pub type Finishing = unsafe fn(n: usize, w: *mut f32, states: [*mut f32; 3], c: &UpdateScalars, work: Work);

/// What the halves of a step hand to each other.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// Numerators, then what [`Middle`] came to.
    pub numerators: *mut f32,
    /// Denominators.
    pub denominators: *mut f32,
    /// Gradients, where the second half reads them.
    pub gradients: *mut f32,
}

impl Work {
    /// The same so many floats further on.
    pub(crate) fn at(&self, offset: usize) -> Work {
        let Work { numerators, denominators, gradients } = *self;
        let at = |p: *mut f32| p.wrapping_add(offset);
        Work { numerators: at(numerators), denominators: at(denominators), gradients: at(gradients) }
    }
}

/// The halves of the plain instance of a variant.
#[derive(Clone, Copy, Debug)]
pub struct Halves {
    /// What is between them.
    pub middle: Middle,
    /// The first half.
    pub begin: Beginning,
    /// The second half.
    pub finish: Finishing,
}

/// How the weights of a product's C are updated in halves.
#[derive(Clone, Copy, Debug)]
pub struct InHalves<'a> {
    /// The halves of the rule.
    pub halves: Halves,
    /// The states of the first weight; null where there are fewer.
    pub states: [*mut f32; 3],
    /// The numbers of the step, which are [plain](UpdateScalars::is_plain).
    pub scalars: &'a UpdateScalars,
}

impl InHalves<'_> {
    /// What is added to roots.
    pub(crate) fn epsilon(&self) -> f32 {
        self.scalars.rule[EPSILON]
    }

    fn states(&self, offset: usize) -> [*mut f32; 3] {
        self.states.map(|s| if s.is_null() { s } else { s.wrapping_add(offset) })
    }

    /// The first half for `n` weights at an offset.
    ///
    /// # Safety
    /// That of [`Beginning`].
    pub(crate) unsafe fn begin(&self, weights: *const f32, offset: usize, n: usize, gradient: *const f32, work: Work) {
        let weights = weights.wrapping_add(offset);
        // SAFETY: handed on.
        unsafe { (self.halves.begin)(n, weights, gradient, self.states(offset), self.scalars, work) }
    }

    /// The second half.
    ///
    /// # Safety
    /// As above.
    pub(crate) unsafe fn finish(&self, weights: *mut f32, offset: usize, n: usize, work: Work) {
        let weights = weights.wrapping_add(offset);
        // SAFETY: handed on.
        unsafe { (self.halves.finish)(n, weights, self.states(offset), self.scalars, work) }
    }
}

/// Where [`Rule::prepare`](super::Rule::prepare) puts what is added to roots.
pub(crate) const EPSILON: usize = 1;

impl Middle {
    /// It keeps the divider busy for so long that it is worth making beneath a product.
    pub(crate) const fn is_long(self) -> bool {
        matches!(self, Middle::QuotientByRoot | Middle::RootOfQuotient)
    }
}

#[inline(always)]
pub(super) unsafe fn begin<V: Lanes, U: Update>(
    n: usize,
    w: *const f32,
    g: *const f32,
    states: [*mut f32; 3],
    c: &UpdateScalars,
    work: Work,
) {
    // a copy, so that the stores below cannot be thought to change it
    let c = *c;
    // SAFETY: the rules of `Beginning`; only the first STATES states are touched.
    unsafe {
        let mut i = 0;
        while i < n {
            let mut s = [V::zero(); 3];
            let mut k = 0;
            while k < U::STATES {
                s[k] = V::load(states[k].add(i));
                k += 1;
            }
            let g = gradient::<V, PLAIN>(V::load(w.add(i)), V::load(g.add(i)), &c);
            let (s, numerator, denominator) = U::begin(g, s, &c.rule);
            k = 0;
            while k < U::BEGUN {
                s[k].store(states[k].add(i));
                k += 1;
            }
            numerator.store(work.numerators.add(i));
            denominator.store(work.denominators.add(i));
            if U::READS_GRADIENT {
                g.store(work.gradients.add(i));
            }
            i += LANES;
        }
    }
}

#[inline(always)]
pub(super) unsafe fn finish<V: Lanes, U: Update>(
    n: usize,
    w: *mut f32,
    states: [*mut f32; 3],
    c: &UpdateScalars,
    work: Work,
) {
    let c = *c;
    // SAFETY: the rules of `Finishing`.
    unsafe {
        let mut i = 0;
        while i < n {
            let mut s = [V::zero(); 3];
            let mut k = U::BEGUN;
            while k < U::STATES {
                s[k] = V::load(states[k].add(i));
                k += 1;
            }
            let g = if U::READS_GRADIENT { V::load(work.gradients.add(i)) } else { V::zero() };
            let d = V::load(work.numerators.add(i));
            let (new, s) = U::finish(V::load(w.add(i)).mul(V::splat(c.shrink)), g, s, d, &c.rule);
            k = U::BEGUN;
            while k < U::STATES {
                s[k].store(states[k].add(i));
                k += 1;
            }
            finished::<V, PLAIN>(new, &c).store(w.add(i));
            i += LANES;
        }
    }
}
