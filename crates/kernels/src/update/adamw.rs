//! Adam with decoupled weight decay (Loshchilov and Hutter 2017).

pub use super::adam::{AmsGrad, Plain};
use super::{Rule, adam};

/// [`adam`] with w multiplied by 1 - learningRate · weightDecay before the step, instead of decay in the gradient.
pub const RULE: Rule = Rule { name: "adamw", decoupled: true, ..adam::RULE };
