//! Functions of one number, applied to every element, and small arithmetic over slices.
//!
//! A function is one file with a type that implements [`Elementwise`] and one line in the registry below. Everything else
//! (names, instances for each instruction set, tests) follows from that line.

mod basic;
mod drivers;
mod registry;

pub use basic::BasicKernels;
pub use drivers::{Backward, Forward, FunctionKernels};
pub use registry::Function;

use crate::simd::Lanes;
use registry::functions;

/// A function of one number and its derivative.
///
/// # Safety
/// The contract of [`Lanes`] for both methods.
pub trait Elementwise {
    /// The name by which graphs ask for it.
    const NAME: &'static str;
    /// True when `backward` reads the output y, false when it reads the input x.
    const FROM_OUTPUT: bool;
    /// Names and defaults of the parameters, at most four and none below 0, in the order of `p`.
    const PARAMETERS: &'static [(&'static str, f32)];

    /// y = f(x)
    #[expect(clippy::missing_safety_doc, reason = "stated at the trait")]
    unsafe fn forward<V: Lanes>(x: V, p: &[f32; 4]) -> V;

    /// dx = dy · f'(x), where `v` is y or x as [`Elementwise::FROM_OUTPUT`] says.
    #[expect(clippy::missing_safety_doc, reason = "stated at the trait")]
    unsafe fn backward<V: Lanes>(dy: V, v: V, p: &[f32; 4]) -> V;
}

functions! {
    relu::Relu,
    leaky_relu::LeakyRelu,
    relu6::Relu6,
    elu::Elu,
    selu::Selu,
    tanh::Tanh,
    sigmoid::Sigmoid,
    hard_sigmoid::HardSigmoid,
    softplus::Softplus,
    softsign::Softsign,
    silu::Silu,
    hard_silu::HardSilu,
    mish::Mish,
    gelu::Gelu,
    gelu_tanh::GeluTanh,
    negate::Negate,
    abs::Abs,
    sign::Sign,
    square::Square,
    sqrt::Sqrt,
    exp::Exp,
    expm1::Expm1,
    log::Log,
    log1p::Log1p,
    sin::Sin,
    cos::Cos,
}

/// The identity (index into [`FUNCTIONS`] and `Kernels::functions`) of the function of that name.
pub fn find(name: &str) -> Option<usize> {
    NAMES.iter().position(|known| *known == name)
}
