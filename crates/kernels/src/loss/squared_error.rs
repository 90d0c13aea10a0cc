//! The squared error.

use super::pointwise::Pointwise;
use crate::simd::Lanes;

/// (z - t)²
pub(super) struct SquaredError;

impl Pointwise for SquaredError {
    #[inline(always)]
    unsafe fn loss<V: Lanes>(z: V, t: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let e = z.sub(t);
            e.mul(e)
        }
    }

    #[inline(always)]
    unsafe fn gradient<V: Lanes>(z: V, t: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let e = z.sub(t);
            e.add(e)
        }
    }
}
