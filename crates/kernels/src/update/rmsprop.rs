//! RMSprop (Tieleman and Hinton 2012), as PyTorch defines it.

use super::{Middle, Rule, Update, Variant, cut, positive};
use crate::simd::Lanes;

/// v = ρ v + (1 - ρ) g², d = g / (√v + epsilon), w -= learningRate · d; with `momentum` the buffer b = momentum · b + d
/// takes the place of d; with `centered` √(v - a²) that of √v, where a = ρ a + (1 - ρ) g. epsilon must be positive.
pub const RULE: Rule = Rule {
    name: "rmsprop",
    hyperparameters: &["learningRate", "rho", "epsilon", "momentum", "weightDecay"],
    flags: &["momentum", "centered"],
    decoupled: false,
    variant: |flag| usize::from(flag("momentum")) + 2 * usize::from(flag("centered")),
    variants: &[
        Variant { states: &["v"] },
        Variant { states: &["v", "momentum"] },
        Variant { states: &["v", "mean"] },
        Variant { states: &["v", "mean", "momentum"] },
    ],
    carried: &[],
    prepare: |row, _, _, _| {
        let rho = row[1];
        [row[0] as f32, positive(row[2]), rho as f32, (1.0 - rho) as f32, row[3] as f32, 0.0, 0.0, 0.0]
    },
};

/// Neither momentum nor centred.
#[derive(Clone, Copy, Debug)]
pub struct Plain;
/// With momentum.
#[derive(Clone, Copy, Debug)]
pub struct Momentum;
/// Centred.
#[derive(Clone, Copy, Debug)]
pub struct Centered;
/// Centred, with momentum.
#[derive(Clone, Copy, Debug)]
pub struct CenteredMomentum;

#[inline(always)]
unsafe fn average<V: Lanes>(old: V, new: V, k: &[f32; 8]) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { cut(old.fma(V::splat(k[2]), new.mul(V::splat(k[3])))) }
}

/// v - a², not below 0 (which only rounding can bring about).
#[inline(always)]
unsafe fn variance<V: Lanes>(v: V, a: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { V::zero().larger(a.fnma(a, v)) }
}

#[inline(always)]
unsafe fn buffer<V: Lanes>(b: V, d: V, k: &[f32; 8]) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { cut(b.fma(V::splat(k[4]), d)) }
}

impl Update for Plain {
    const STATES: usize = 1;
    const MIDDLE: Middle = Middle::QuotientByRoot;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let v = average(s[0], g.mul(g), k);
            ([v, s[1], s[2]], g, v)
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (d.fnma(V::splat(k[0]), w), s) }
    }
}

impl Update for Momentum {
    const STATES: usize = 2;
    const BEGUN: usize = 1;
    const MIDDLE: Middle = Middle::QuotientByRoot;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let v = average(s[0], g.mul(g), k);
            ([v, s[1], s[2]], g, v)
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let b = buffer(s[1], d, k);
            (b.fnma(V::splat(k[0]), w), [s[0], b, s[2]])
        }
    }
}

impl Update for Centered {
    const STATES: usize = 2;
    const MIDDLE: Middle = Middle::QuotientByRoot;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let (v, a) = (average(s[0], g.mul(g), k), average(s[1], g, k));
            ([v, a, s[2]], g, variance(v, a))
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (d.fnma(V::splat(k[0]), w), s) }
    }
}

impl Update for CenteredMomentum {
    const STATES: usize = 3;
    const BEGUN: usize = 2;
    const MIDDLE: Middle = Middle::QuotientByRoot;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let (v, a) = (average(s[0], g.mul(g), k), average(s[1], g, k));
            ([v, a, s[2]], g, variance(v, a))
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let b = buffer(s[2], d, k);
            (b.fnma(V::splat(k[0]), w), [s[0], s[1], b])
        }
    }
}
