//! Stochastic gradient descent, with momentum (Polyak 1964) and Nesterov's form of it (Sutskever et al. 2013), as PyTorch
//! defines it.

use super::{Middle, Rule, Update, Variant, cut};
use crate::simd::Lanes;

/// w -= learningRate · d, where d is g, or with momentum the buffer b = momentum · b + (1 - dampening) · g, or with
/// Nesterov g + momentum · b. At the first step b = g.
///
/// Flags: `momentum` (momentum is not zero, or scheduled), `nesterov`.
pub const RULE: Rule = Rule {
    name: "sgd",
    hyperparameters: &["learningRate", "momentum", "dampening", "weightDecay"],
    flags: &["momentum", "nesterov"],
    decoupled: false,
    variant: |flag| match (flag("momentum"), flag("nesterov")) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    },
    variants: &[Variant { states: &[] }, Variant { states: &["momentum"] }, Variant { states: &["momentum"] }],
    carried: &[],
    prepare: |row, step, _, _| {
        let keep = if step == 0 { 1.0 } else { 1.0 - row[2] };
        [row[0] as f32, row[1] as f32, keep as f32, 0.0, 0.0, 0.0, 0.0, 0.0]
    },
};

/// Without momentum.
#[derive(Clone, Copy, Debug)]
pub struct Plain;
/// With momentum.
#[derive(Clone, Copy, Debug)]
pub struct Momentum;
/// With Nesterov momentum.
#[derive(Clone, Copy, Debug)]
pub struct Nesterov;

#[inline(always)]
unsafe fn buffer<V: Lanes>(b: V, g: V, k: &[f32; 8]) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { cut(b.fma(V::splat(k[1]), g.mul(V::splat(k[2])))) }
}

impl Update for Plain {
    const STATES: usize = 0;
    const MIDDLE: Middle = Middle::Nothing;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], _: &[f32; 8]) -> ([V; 3], V, V) {
        (s, g, g)
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (d.fnma(V::splat(k[0]), w), s) }
    }
}

impl Update for Momentum {
    const STATES: usize = 1;
    const MIDDLE: Middle = Middle::Nothing;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let b = buffer(s[0], g, k);
            ([b, s[1], s[2]], b, b)
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (d.fnma(V::splat(k[0]), w), s) }
    }
}

impl Update for Nesterov {
    const STATES: usize = 1;
    const MIDDLE: Middle = Middle::Nothing;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let b = buffer(s[0], g, k);
            let d = b.fma(V::splat(k[1]), g);
            ([b, s[1], s[2]], d, d)
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (d.fnma(V::splat(k[0]), w), s) }
    }
}
