//! Adadelta (Zeiler 2012), as PyTorch defines it.

use super::{Middle, Rule, Update, Variant, cut, positive};
use crate::simd::Lanes;

/// v = ρ v + (1 - ρ) g², d = √((a + epsilon) / (v + epsilon)) · g, a = ρ a + (1 - ρ) d², w -= learningRate · d. epsilon must be
/// positive.
pub const RULE: Rule = Rule {
    name: "adadelta",
    hyperparameters: &["learningRate", "rho", "epsilon", "weightDecay"],
    flags: &[],
    decoupled: false,
    variant: |_| 0,
    variants: &[Variant { states: &["v", "a"] }],
    carried: &[],
    prepare: |row, _, _, _| {
        let rho = row[1];
        [row[0] as f32, positive(row[2]), rho as f32, (1.0 - rho) as f32, 0.0, 0.0, 0.0, 0.0]
    },
};

/// The only form.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

#[inline(always)]
unsafe fn average<V: Lanes>(old: V, x: V, k: &[f32; 8]) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { cut(old.fma(V::splat(k[2]), x.mul(x).mul(V::splat(k[3])))) }
}

impl Update for Plain {
    const STATES: usize = 2;
    const BEGUN: usize = 1;
    // rather than a quotient of roots: half the time in cache
    const MIDDLE: Middle = Middle::RootOfQuotient;
    const READS_GRADIENT: bool = true;

    #[inline(always)]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let epsilon = V::splat(k[1]);
            let v = average(s[0], g, k);
            ([v, s[1], s[2]], s[1].add(epsilon), v.add(epsilon))
        }
    }

    #[inline(always)]
    unsafe fn finish<V: Lanes>(w: V, g: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]) {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let d = d.mul(g);
            (d.fnma(V::splat(k[0]), w), [s[0], average(s[1], d, k), s[2]])
        }
    }
}
