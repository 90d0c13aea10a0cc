//! Lion (Chen et al. 2023): the sign of an interpolated momentum.

use super::{Middle, Rule, Update, Variant, cut};
use crate::simd::Lanes;

/// w -= learningRate · sign(β1 m + (1 - β1) g), sign(0) = 0; m = β2 m + (1 - β2) g. Weight decay is decoupled.
pub const RULE: Rule = Rule {
    name: "lion",
    hyperparameters: &["learningRate", "beta1", "beta2", "weightDecay"],
    flags: &[],
    decoupled: true,
    variant: |_| 0,
    variants: &[Variant { states: &["m"] }],
    carried: &[],
    prepare: |row, _, _, _| {
        let (beta1, beta2) = (row[1], row[2]);
        [row[0] as f32, beta1 as f32, (1.0 - beta1) as f32, beta2 as f32, (1.0 - beta2) as f32, 0.0, 0.0, 0.0]
    },
};

/// The only form.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Update for Plain {
    const STATES: usize = 1;
    const MIDDLE: Middle = Middle::Nothing;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let c = s[0].fma(V::splat(k[1]), g.mul(V::splat(k[2])));
            // NaN goes through, 0 stays
            let by = V::select(V::mask_or(c.gt(V::zero()), c.lt(V::zero())), V::splat(k[0]).copysign(c), c);
            let m = cut(s[0].fma(V::splat(k[3]), g.mul(V::splat(k[4]))));
            ([m, s[1], s[2]], by, by)
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, _: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (w.sub(d), s) }
    }
}
