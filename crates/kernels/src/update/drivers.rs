//! The loop around a rule.

use super::halves::EPSILON;
use super::{Halves, Middle, Update, cut};
use crate::simd::{LANES, Lanes};

/// The numbers of one step for one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpdateScalars {
    /// What [`Rule::prepare`](super::Rule::prepare) returned.
    pub rule: [f32; 8],
    /// Coupled weight decay and L2: l2 · w is added to the gradient. 0 for none. Where gradients are clipped only L2, for the
    /// gradient of a regulariser is clipped as well.
    pub l2: f32,
    /// L1 by subgradient: l1 · sign(w) is added to the gradient, sign(0) = 0. 0 for none.
    pub l1: f32,
    /// L1 by proximal step: after the rule, |w| is lowered by this much, not below 0. Already multiplied by the learning
    /// rate. 0 for none.
    pub l1_proximal: f32,
    /// Decoupled decay: w is multiplied by this before the step. 1 for none.
    pub shrink: f32,
    /// Gradients are multiplied by this, regularisers' included. 1 for none.
    pub gradient_scale: f32,
    /// Gradients are then clipped to [-clip_value, clip_value]. Infinite for none.
    pub clip_value: f32,
    /// Coupled weight decay behind the clipping: decay · w is added to the gradient. 0 for none, or where it is part of `l2`.
    pub decay: f32,
}

impl UpdateScalars {
    /// Only the rule: no decay, no regulariser, no clipping.
    pub const fn new(rule: [f32; 8]) -> UpdateScalars {
        UpdateScalars {
            rule,
            l2: 0.0,
            l1: 0.0,
            l1_proximal: 0.0,
            shrink: 1.0,
            gradient_scale: 1.0,
            clip_value: f32::INFINITY,
            decay: 0.0,
        }
    }

    /// True when the plain instance will do.
    pub fn is_plain(&self) -> bool {
        self.is_scaled() && self.gradient_scale == 1.0 && self.decay == 0.0
    }

    /// True when the scaled instance will do.
    pub fn is_scaled(&self) -> bool {
        self.l1 == 0.0 && self.l1_proximal == 0.0 && self.clip_value == f32::INFINITY
    }
}

/// One step for n weights.
///
/// # Safety
/// `w` and as many `states` as the variant names are readable and writable, `g` is readable, for n values each; none
/// overlap. Unused states may be null.
pub type Updating = unsafe fn(n: usize, w: *mut f32, g: *const f32, states: [*mut f32; 3], c: &UpdateScalars);

/// The instances of one variant of a rule for one instruction set.
#[derive(Clone, Copy, Debug)]
pub struct VariantKernels {
    /// How many states it reads and writes.
    pub states: usize,
    /// Reads only `rule`, `l2` and `shrink`.
    pub plain: Updating,
    /// Reads `gradient_scale` and `decay` as well: clipping by the norm.
    pub scaled: Updating,
    /// Reads all scalars.
    pub full: Updating,
    /// The plain instance in two halves, where a product can do what is between them.
    pub halves: Option<Halves>,
}

impl VariantKernels {
    /// The cheapest instance that does what the scalars ask.
    pub fn choose(&self, c: &UpdateScalars) -> Updating {
        match () {
            () if c.is_plain() => self.plain,
            () if c.is_scaled() => self.scaled,
            () => self.full,
        }
    }
}

/// What an instance reads: see [`VariantKernels`].
pub(super) const PLAIN: u8 = 0;
pub(super) const SCALED: u8 = 1;
pub(super) const FULL: u8 = 2;

/// g + l1 · sign(w), sign(0) = 0.
#[inline(always)]
pub(super) unsafe fn subgradient<V: Lanes>(w: V, g: V, l1: f32) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { V::select(w.eq(V::zero()), g, g.add(V::splat(l1).copysign(w))) }
}

/// What a rule takes for the gradient of 16 weights.
#[inline(always)]
pub(super) unsafe fn gradient<V: Lanes, const READS: u8>(w: V, g: V, c: &UpdateScalars) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let mut g = V::splat(c.l2).fma(w, g);
        if READS == FULL {
            g = subgradient(w, g, c.l1);
            let clip = V::splat(c.clip_value);
            g = clip.smaller(clip.neg().larger(g.mul(V::splat(c.gradient_scale))));
        } else if READS == SCALED {
            g = g.mul(V::splat(c.gradient_scale));
        }
        if READS != PLAIN {
            g = V::splat(c.decay).fma(w, g);
        }
        g
    }
}

/// What lies between the halves of a step.
#[inline(always)]
pub(crate) unsafe fn middle<V: Lanes>(of: Middle, n: V, d: V, epsilon: f32) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        match of {
            Middle::Nothing => n,
            Middle::Quotient => n.div(d),
            Middle::QuotientByRoot => n.div(d.sqrt().add(V::splat(epsilon))),
            Middle::RootOfQuotient => n.div(d).sqrt(),
        }
    }
}

/// One step for 16 weights.
#[inline(always)]
pub(super) unsafe fn step<V: Lanes, U: Update, const READS: u8>(
    w: V,
    g: V,
    s: [V; 3],
    c: &UpdateScalars,
) -> (V, [V; 3]) {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let g = gradient::<V, READS>(w, g, c);
        let (s, n, d) = U::begin(g, s, &c.rule);
        let d = middle(U::MIDDLE, n, d, c.rule[EPSILON]);
        let (w, s) = U::finish(w.mul(V::splat(c.shrink)), g, s, d, &c.rule);
        (finished::<V, READS>(w, c), s)
    }
}

/// A new weight as it is stored.
#[inline(always)]
pub(super) unsafe fn finished<V: Lanes, const READS: u8>(w: V, c: &UpdateScalars) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let mut w = cut(w);
        if READS == FULL {
            // a NaN stays one: it compares false
            let threshold = V::splat(c.l1_proximal);
            let less = w.abs().sub(threshold).copysign(w);
            w = V::select(threshold.ge(w.abs()), V::zero(), less);
        }
        w
    }
}

#[inline(always)]
pub(super) unsafe fn update<V: Lanes, U: Update, const READS: u8>(
    n: usize,
    w: *mut f32,
    g: *const f32,
    states: [*mut f32; 3],
    c: &UpdateScalars,
) {
    // a copy, so that the stores below cannot be thought to change it
    let c = *c;
    // SAFETY: the rules of `Updating`; only the first STATES states are touched.
    unsafe {
        let mut i = 0;
        while i + LANES <= n {
            let mut s = [V::zero(); 3];
            let mut k = 0;
            while k < U::STATES {
                s[k] = V::load(states[k].add(i));
                k += 1;
            }
            let (new, s) = step::<V, U, READS>(V::load(w.add(i)), V::load(g.add(i)), s, &c);
            new.store(w.add(i));
            k = 0;
            while k < U::STATES {
                s[k].store(states[k].add(i));
                k += 1;
            }
            i += LANES;
        }
        if i < n {
            let rest = n - i;
            let mut s = [V::zero(); 3];
            let mut k = 0;
            while k < U::STATES {
                s[k] = V::load_first(states[k].add(i), rest);
                k += 1;
            }
            let (new, s) = step::<V, U, READS>(V::load_first(w.add(i), rest), V::load_first(g.add(i), rest), s, &c);
            new.store_first(w.add(i), rest);
            k = 0;
            while k < U::STATES {
                s[k].store_first(states[k].add(i), rest);
                k += 1;
            }
        }
    }
}
