//! A comparison.

use super::Binary;
use crate::simd::Lanes;

/// 1 where a < b, else 0.
#[derive(Clone, Copy, Debug)]
pub struct Less;

impl Binary for Less {
    const NAME: &'static str = "less";
    const SMOOTH: bool = false;

    #[inline(always)]
    unsafe fn forward<V: Lanes>(a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::select(a.lt(b), V::splat(1.0), V::zero()) }
    }
}
