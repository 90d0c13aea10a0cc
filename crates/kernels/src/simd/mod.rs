//! One virtual vector of 16 `f32` lanes on every instruction set, and the choice between instruction sets at run time.
//!
//! A kernel is written once as an `#[inline(always)] unsafe fn k<V: Lanes>(…)`. The macro [`instances!`](crate::instances)
//! makes one function per instruction set of it. Because lane `i` means the same on all of them and every operation is
//! exactly specified (IEEE 754 or integer arithmetic), all instances give the same bits; only NaN payloads are exempt.

mod instances;
mod isa;
mod lanes;
mod scalar;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;

#[cfg(target_arch = "x86_64")]
pub use avx2::{Avx2, Avx2Ints};
#[cfg(target_arch = "x86_64")]
pub use avx512::{Avx512, Avx512Ints};
pub use isa::Isa;
pub use lanes::{Ints, LANES, LEAST, Lanes};
#[cfg(target_arch = "aarch64")]
pub use neon::{Neon, NeonInts};
pub use scalar::{Scalar, ScalarInts};

/// Wraps the methods of a lane type: inlined always, and the body in one unsafe block.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! lane_methods {
    ($( fn $name:ident ( $($args:tt)* ) $(-> $ret:ty)? { $($body:tt)* } )*) => { $(
        #[inline(always)]
        unsafe fn $name($($args)*) $(-> $ret)? {
            // SAFETY: the contract of `Lanes`: the caller runs on a machine with the instruction set (its function carries
            // the target feature, so that this inlines) and its pointers are valid for the lanes named.
            unsafe { $($body)* }
        }
    )* }
}
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use lane_methods;
