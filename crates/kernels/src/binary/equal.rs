//! A comparison.

use super::Binary;
use crate::simd::Lanes;

/// 1 where a = b, else 0.
#[derive(Clone, Copy, Debug)]
pub struct Equal;

impl Binary for Equal {
    const NAME: &'static str = "equal";
    const SMOOTH: bool = false;

    #[inline(always)]
    unsafe fn forward<V: Lanes>(a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::select(a.eq(b), V::splat(1.0), V::zero()) }
    }
}
