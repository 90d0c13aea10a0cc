//! Rectified Adam (Liu et al. 2019), as PyTorch defines it.

use super::adam::moments;
use super::{Middle, Rule, Update, Variant, positive, power};
use crate::simd::Lanes;

/// m and v as [`adam`](super::adam); m̂ = m / (1 - β1^t), t from 1; ρ∞ = 2 / (1 - β2) - 1 and ρ = ρ∞ - 2 t β2^t / (1 - β2^t).
/// Where ρ > 5, w -= learningRate · r · √(1 - β2^t) · m̂ / (√v + epsilon) with
/// r = √((ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ)), else w -= learningRate · m̂. epsilon must be positive.
pub const RULE: Rule = Rule {
    name: "radam",
    hyperparameters: &["learningRate", "beta1", "beta2", "epsilon", "weightDecay"],
    flags: &[],
    decoupled: false,
    variant: |_| 0,
    variants: &[Variant { states: &["m", "v"] }],
    carried: &[],
    prepare: |row, step, _, _| {
        let (rate, beta1, beta2, epsilon) = (row[0], row[1], row[2], row[3]);
        let past = power(beta2, step + 1);
        let longest = 2.0 / (1.0 - beta2) - 1.0;
        let length = longest - 2.0 * (step + 1) as f64 * past / (1.0 - past);
        let rectified = length > 5.0;
        let mut size = rate / (1.0 - power(beta1, step + 1));
        if rectified {
            let (above, below) =
                ((length - 4.0) * (length - 2.0) * longest, (longest - 4.0) * (longest - 2.0) * length);
            size *= (above / below).sqrt() * (1.0 - past).sqrt();
        }
        [
            size as f32,
            // not rectified: 0 takes the place of v, and the quotient is by 1
            if rectified { positive(epsilon) } else { 1.0 },
            beta1 as f32,
            (1.0 - beta1) as f32,
            beta2 as f32,
            (1.0 - beta2) as f32,
            if rectified { 1.0 } else { 0.0 },
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
            // chosen rather than multiplied by 0: v may have overflowed
            let rectified = V::splat(k[6]).gt(V::zero());
            ([m, v, s[2]], m, V::select(rectified, v, V::zero()))
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, _: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe { (d.fnma(V::splat(k[0]), w), s) }
    }
}
