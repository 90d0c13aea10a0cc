//! exp, log, tanh, sigmoid and their kin as our own sequences of IEEE operations: the same bits on every instruction set.
//!
//! All are generic over [`Lanes`], at most 3 ulp (`normal` 4) from the exact value over the whole range of `f32`, and right at the
//! special values. Results that would be denormal may be flushed to 0, NaN stays NaN (its payload is not kept).

mod exp;
mod log;
mod normal;
mod pow;
mod sigmoid;
mod tanh;
mod trigonometry;

pub use exp::{exp, expm1};
pub use log::{log, log1p};
pub use normal::{bell, normal};
pub use pow::pow;
pub use sigmoid::{log1p_exp, sigmoid};
pub use tanh::tanh;
pub use trigonometry::{cos, sin};

use crate::simd::Lanes;

/// A polynomial, the coefficient of the highest power first, by fused multiply-adds.
#[inline(always)]
unsafe fn horner<V: Lanes, const N: usize>(x: V, coefficients: [f32; N]) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let mut p = V::splat(coefficients[0]);
        let mut i = 1;
        while i < N {
            p = p.fma(x, V::splat(coefficients[i]));
            i += 1;
        }
        p
    }
}
