//! Update rules: how gradients change weights.
//!
//! A rule is one file (`RULE`, the scalar side, and one type with [`Update`] for each variant) and one line in the registry
//! below. Regularisers, decay and clipping are applied in the same pass by the driver, in this order: l2 · w and l1 · sign(w)
//! added to the gradient, the scale, clipping, decay · w added, w · shrink, the rule, the proximal step. What needs a pass of
//! its own is in [`LimitKernels`].

mod drivers;
mod halves;
mod limit;
mod registry;

pub use crate::simd::LEAST;
pub(crate) use drivers::middle;
pub use drivers::{UpdateScalars, Updating, VariantKernels};
pub use halves::{Beginning, Finishing, Halves, InHalves, Work};
pub use limit::LimitKernels;
pub use registry::{Flags, Rule, Variant};

use crate::simd::Lanes;
use registry::rules;

/// The vector side of one variant of a rule, in two halves: between them is the one thing that keeps the divider busy, which a product can do
/// beneath its multiply-adds.
///
/// Lanes with w = g = s = 0 must stay 0: they are padding. Moments and buffers go through [`cut`]. `k` is what [`Rule::prepare`] made of the
/// hyperparameters.
///
/// # Safety
/// The contract of [`Lanes`].
pub trait Update {
    /// How many of the three states are used.
    const STATES: usize;
    /// So many of the first states are made by `begin`, the others by `finish`.
    const BEGUN: usize = Self::STATES;
    /// What is between the halves.
    const MIDDLE: Middle;
    /// `finish` reads the gradient.
    const READS_GRADIENT: bool = false;

    /// The states that are made first, and the numerator and denominator of [`Update::MIDDLE`].
    #[expect(clippy::missing_safety_doc, reason = "stated at the trait")]
    unsafe fn begin<V: Lanes>(g: V, s: [V; 3], k: &[f32; 8]) -> ([V; 3], V, V);

    /// The new weight and the other states. `d` is what [`Update::MIDDLE`] came to.
    #[expect(clippy::missing_safety_doc, reason = "stated at the trait")]
    unsafe fn finish<V: Lanes>(w: V, g: V, s: [V; 3], d: V, k: &[f32; 8]) -> (V, [V; 3]);
}

/// What is between the halves of an [`Update`], of a numerator n and a denominator d.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Middle {
    /// n
    Nothing,
    /// n / d
    Quotient,
    /// n / (√d + `k[1]`): epsilon is the second of what [`Rule::prepare`] makes.
    QuotientByRoot,
    /// √(n / d)
    RootOfQuotient,
}

/// x, but 0 where |x| < [`LEAST`]: denormals cost an assist of a hundred cycles each.
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn cut<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { x.cut() }
}

/// One plain step of gradient descent for 16 weights, before [`cut`]: with it, it is what the plain instance of `sgd` without momentum does
/// where `shrink` is 1. For the epilogue of a product, which looks for weights to cut in a whole tile at once.
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub(crate) unsafe fn descend<V: Lanes>(w: V, g: V, l2: V, rate: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe { l2.fma(w, g).fnma(rate, w) }
}

rules! {
    sgd: Plain, Momentum, Nesterov;
    adam: Plain, AmsGrad;
    adamw: Plain, AmsGrad;
    nadam: Plain;
    adamax: Plain;
    radam: Plain;
    rmsprop: Plain, Momentum, Centered, CenteredMomentum;
    adagrad: Plain;
    adadelta: Plain;
    lion: Plain;
}

/// The identity (index into [`RULES`] and `Kernels::rules`) of the rule of that name.
pub fn find(name: &str) -> Option<usize> {
    RULES.iter().position(|rule| rule.name == name)
}

/// An epsilon as the kernels take it: never 0, for 0 / (0 + epsilon) must be 0 where there is no gradient, pads included.
fn positive(epsilon: f64) -> f32 {
    (epsilon as f32).max(f32::MIN_POSITIVE)
}

/// base^n by squaring: `f64::powi` does not promise the same bits everywhere.
fn power(mut base: f64, mut n: u64) -> f64 {
    let mut result = 1.0;
    while n > 0 {
        if n & 1 == 1 {
            result *= base;
        }
        base *= base;
        n >>= 1;
    }
    result
}
