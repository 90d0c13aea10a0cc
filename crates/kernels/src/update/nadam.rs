//! Adam with Nesterov's momentum (Dozat 2016), as PyTorch defines it.

use super::adam::moments;
use super::{Middle, Rule, Update, Variant, positive, power};
use crate::simd::Lanes;

/// m and v as [`adam`](super::adam); μ(t) = β1 (1 - 0.96^(t · momentumDecay) / 2), t from 1; w -= learningRate ·
/// ((1 - μ(t)) / (1 - Π μ) · g + μ(t + 1) / (1 - μ(t + 1) Π μ) · m) / (√(v / (1 - β2^t)) + epsilon), where Π μ is the product of
/// μ(1) … μ(t). epsilon must be positive.
///
/// The product is carried: β1 and momentumDecay may change from step to step.
pub const RULE: Rule = Rule {
    name: "nadam",
    hyperparameters: &["learningRate", "beta1", "beta2", "epsilon", "momentumDecay", "weightDecay"],
    flags: &[],
    decoupled: false,
    variant: |_| 0,
    variants: &[Variant { states: &["m", "v"] }],
    carried: &[1.0],
    prepare: |row, step, _, carried| {
        let (rate, beta1, beta2, epsilon, decay) = (row[0], row[1], row[2], row[3], row[4]);
        let mu = |t: u64| beta1 * (1.0 - 0.5 * libm::pow(0.96, t as f64 * decay));
        let (now, next) = (mu(step + 1), mu(step + 2));
        carried[0] *= now;
        let second = (1.0 - power(beta2, step + 1)).sqrt();
        [
            (rate * second * next / (1.0 - carried[0] * next)) as f32,
            positive(epsilon * second),
            beta1 as f32,
            (1.0 - beta1) as f32,
            beta2 as f32,
            (1.0 - beta2) as f32,
            (rate * second * (1.0 - now) / (1.0 - carried[0])) as f32,
            0.0,
        ]
    },
};

/// The only form.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Update for Plain {
    const STATES: usize = 2;
    const MIDDLE: Middle = Middle::QuotientByRoot;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let (m, v) = moments(s[0], s[1], g, k);
            ([m, v, s[2]], m.fma(V::splat(k[0]), g.mul(V::splat(k[6]))), v)
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, _: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (w.sub(d), s) }
    }
}
