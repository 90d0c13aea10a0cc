//! Adagrad (Duchi et al. 2011), as PyTorch defines it.

use super::{Middle, Rule, Update, Variant, cut, positive};
use crate::simd::Lanes;

/// v += g², w -= learningRate / (1 + t · learningRateDecay) · g / (√(v + initialAccumulator) + epsilon), t from 0. epsilon
/// must be positive.
///
/// PyTorch starts v at its `initial_accumulator_value`; here v starts at 0, and what it would have started at is added
/// where it is used.
pub const RULE: Rule = Rule {
    name: "adagrad",
    hyperparameters: &["learningRate", "learningRateDecay", "initialAccumulator", "epsilon", "weightDecay"],
    flags: &[],
    decoupled: false,
    variant: |_| 0,
    variants: &[Variant { states: &["v"] }],
    carried: &[],
    prepare: |row, step, _, _| {
        let rate = row[0] / (1.0 + step as f64 * row[1]);
        [rate as f32, positive(row[3]), row[2] as f32, 0.0, 0.0, 0.0, 0.0, 0.0]
    },
};

/// The only form.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Update for Plain {
    const STATES: usize = 1;
    const MIDDLE: Middle = Middle::QuotientByRoot;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let v = cut(g.fma(g, s[0]));
            ([v, s[1], s[2]], g, v.add(V::splat(k[2])))
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (d.fnma(V::splat(k[0]), w), s) }
    }
}
