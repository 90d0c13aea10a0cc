//! Functions of two numbers, applied to the elements of two slices, and the choice between two.
//!
//! A function is one type with [`Binary`] and one line in the registry below. Broadcasting is not the business of this room: operands are
//! slices of one length (or one number, filled into a slice by the caller).

mod choose;
mod drivers;
mod registry;

pub use choose::ChooseKernels;
pub use drivers::{BinaryKernels, Gradient, Values};
pub use registry::Function;

use crate::simd::Lanes;
use registry::binaries;

/// A function of two numbers and its derivatives.
///
/// # Safety
/// The contract of [`Lanes`] for all methods.
pub trait Binary {
    /// The name by which graphs ask for it.
    const NAME: &'static str;
    /// Whether there is a gradient; 0 everywhere otherwise.
    const SMOOTH: bool = true;

    /// y = f(a, b)
    #[expect(clippy::missing_safety_doc, reason = "stated at the trait")]
    unsafe fn forward<V: Lanes>(a: V, b: V) -> V;

    /// dy · ∂f/∂a; 0 where nothing is smooth.
    #[expect(clippy::missing_safety_doc, reason = "stated at the trait")]
    #[inline(always)]
    unsafe fn gradient_a<V: Lanes>(_dy: V, _a: V, _b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::zero() }
    }

    /// dy · ∂f/∂b; 0 where nothing is smooth.
    #[expect(clippy::missing_safety_doc, reason = "stated at the trait")]
    #[inline(always)]
    unsafe fn gradient_b<V: Lanes>(_dy: V, _a: V, _b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::zero() }
    }
}

binaries! {
    add::Add,
    subtract::Subtract,
    multiply::Multiply,
    divide::Divide,
    maximum::Maximum,
    minimum::Minimum,
    pow::Pow,
    greater::Greater,
    less::Less,
    equal::Equal,
}

/// The identity (index into [`FUNCTIONS`] and `Kernels::binaries`) of the function of that name.
pub fn find(name: &str) -> Option<usize> {
    FUNCTIONS.iter().position(|known| known.name == name)
}
