//! Sums over a whole tensor.

use super::{BLOCK, Tree};
use crate::simd::{LANES, Lanes};

/// What is added for each value.
pub(super) trait Term {
    unsafe fn add<V: Lanes>(sum: V, x: V) -> V;
}

pub(super) struct Sum;
pub(super) struct Squares;
pub(super) struct Magnitudes;

impl Term for Sum {
    #[inline(always)]
    unsafe fn add<V: Lanes>(sum: V, x: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { sum.add(x) }
    }
}
impl Term for Squares {
    #[inline(always)]
    unsafe fn add<V: Lanes>(sum: V, x: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { x.fma(x, sum) }
    }
}
impl Term for Magnitudes {
    #[inline(always)]
    unsafe fn add<V: Lanes>(sum: V, x: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { sum.add(x.abs()) }
    }
}

#[inline(always)]
pub(super) unsafe fn total<V: Lanes, T: Term>(n: usize, x: *const f32) -> f32 {
    let mut tree = Tree::new();
    let mut at = 0;
    while at < n {
        let end = n.min(at + BLOCK);
        // SAFETY: n values at x; the zeros that fill the last vector add nothing.
        unsafe {
            let mut sum = V::zero();
            while at + LANES <= end {
                sum = T::add(sum, V::load(x.add(at)));
                at += LANES;
            }
            if at < end {
                sum = T::add(sum, V::load_first(x.add(at), end - at));
                at = end;
            }
            tree.push(sum.sum());
        }
    }
    tree.total()
}

#[inline(always)]
pub(super) unsafe fn all_finite<V: Lanes>(n: usize, x: *const f32) -> bool {
    let mut at = 0;
    // SAFETY: n values at x.
    unsafe {
        let infinity = V::splat(f32::INFINITY);
        while at < n {
            let end = n.min(at + BLOCK);
            let mut finite = V::mask_first(LANES);
            while at + LANES <= end {
                finite = V::mask_and(finite, V::load(x.add(at)).abs().lt(infinity));
                at += LANES;
            }
            if at < end {
                finite = V::mask_and(finite, V::load_first(x.add(at), end - at).abs().lt(infinity));
                at = end;
            }
            if V::mask_bits(finite) != 0xffff {
                return false;
            }
        }
    }
    true
}
