//! A power.

use super::Binary;
use crate::math;
use crate::simd::Lanes;

/// a^b. The derivative by a is 0 for b = 0, that by b is 0 for a = 0.
#[derive(Clone, Copy, Debug)]
pub struct Pow;

impl Binary for Pow {
    const NAME: &'static str = "pow";

    #[inline(always)]
    unsafe fn forward<V: Lanes>(a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { math::pow(a, b) }
    }

    #[inline(always)]
    unsafe fn gradient_a<V: Lanes>(dy: V, a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let slope = b.mul(math::pow(a, b.sub(V::splat(1.0))));
            V::select(b.eq(V::zero()), V::zero(), dy.mul(slope))
        }
    }

    #[inline(always)]
    unsafe fn gradient_b<V: Lanes>(dy: V, a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe {
            let slope = math::pow(a, b).mul(math::log(a));
            V::select(a.eq(V::zero()), V::zero(), dy.mul(slope))
        }
    }
}
