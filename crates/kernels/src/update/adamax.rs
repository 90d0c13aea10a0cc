//! Adam with the largest gradient instead of the mean of squares (Kingma and Ba 2014), as PyTorch defines it.

use super::{Middle, Rule, Update, Variant, cut, positive, power};
use crate::simd::Lanes;

/// m = β1 m + (1 - β1) g, u = max(β2 u, |g| + epsilon), w -= learningRate / (1 - β1^t) · m / u, t from 1. epsilon must be
/// positive.
pub const RULE: Rule = Rule {
    name: "adamax",
    hyperparameters: &["learningRate", "beta1", "beta2", "epsilon", "weightDecay"],
    flags: &[],
    decoupled: false,
    variant: |_| 0,
    variants: &[Variant { states: &["m", "u"] }],
    carried: &[],
    prepare: |row, step, _, _| {
        let (rate, beta1, beta2) = (row[0], row[1], row[2]);
        let size = rate / (1.0 - power(beta1, step + 1));
        [size as f32, positive(row[3]), beta1 as f32, (1.0 - beta1) as f32, beta2 as f32, 0.0, 0.0, 0.0]
    },
};

/// The only form.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Update for Plain {
    const STATES: usize = 2;
    const MIDDLE: Middle = Middle::Quotient;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let m = cut(s[0].fma(V::splat(k[2]), g.mul(V::splat(k[3]))));
            // the second operand is what remains when g is NaN
            let u = s[1].mul(V::splat(k[4])).larger(g.abs().add(V::splat(k[1])));
            // where no gradient came yet u stays 0 and not epsilon, so that padding does; the next gradient exceeds β2 · epsilon
            let untouched = V::mask_and(g.eq(V::zero()), s[1].eq(V::zero()));
            ([m, V::select(untouched, V::zero(), cut(u)), s[2]], m, u)
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (d.fnma(V::splat(k[0]), w), s) }
    }
}
