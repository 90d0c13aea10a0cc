//! Adam (Kingma and Ba 2014) and AMSGrad (Reddi et al. 2018).

use super::{Middle, Rule, Update, Variant, cut, positive, power};
use crate::simd::Lanes;

/// m = β1 m + (1 - β1) g, v = β2 v + (1 - β2) g², w -= learningRate · m̂ / (√v̂ + epsilon), where m̂ = m / (1 - β1^t) and
/// v̂ = v / (1 - β2^t), t from 1; with `amsgrad` v̂ is made of the largest v so far. Weight decay is added to the gradient.
///
/// Both corrections are folded into the step size and epsilon, so there is one division per weight. epsilon must be
/// positive.
pub const RULE: Rule = Rule {
    name: "adam",
    hyperparameters: &["learningRate", "beta1", "beta2", "epsilon", "weightDecay"],
    flags: &["amsgrad"],
    decoupled: false,
    variant: |flag| usize::from(flag("amsgrad")),
    variants: &[Variant { states: &["m", "v"] }, Variant { states: &["m", "v", "vMax"] }],
    carried: &[],
    prepare: |row, step, _, _| {
        let (rate, beta1, beta2, epsilon) = (row[0], row[1], row[2], row[3]);
        let first = 1.0 - power(beta1, step + 1);
        let second = (1.0 - power(beta2, step + 1)).sqrt();
        let size = rate * second / first;
        [
            size as f32,
            positive(epsilon * second),
            beta1 as f32,
            (1.0 - beta1) as f32,
            beta2 as f32,
            (1.0 - beta2) as f32,
            0.0,
            0.0,
        ]
    },
};

/// Adam.
#[derive(Clone, Copy, Debug)]
pub struct Plain;
/// Adam with the largest second moment so far.
#[derive(Clone, Copy, Debug)]
pub struct AmsGrad;

/// The new m and v; `k[2..6]` are β1, 1 - β1, β2, 1 - β2.
#[inline(always)]
pub(super) unsafe fn moments<V: Lanes>(m: V, v: V, g: V, k: &[f32; 8]) -> (V, V) {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let m = m.fma(V::splat(k[2]), g.mul(V::splat(k[3])));
        let v = v.fma(V::splat(k[4]), g.mul(g).mul(V::splat(k[5])));
        (cut(m), cut(v))
    }
}

impl Update for Plain {
    const STATES: usize = 2;
    const MIDDLE: Middle = Middle::QuotientByRoot;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let (m, v) = moments(s[0], s[1], g, k);
            ([m, v, s[2]], m, v)
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (d.fnma(V::splat(k[0]), w), s) }
    }
}

impl Update for AmsGrad {
    const STATES: usize = 3;
    const MIDDLE: Middle = Middle::QuotientByRoot;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let (m, v) = moments(s[0], s[1], g, k);
            // the second operand is what remains when v is NaN
            let most = s[2].larger(v);
            ([m, v, most], m, most)
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (d.fnma(V::splat(k[0]), w), s) }
    }
}
