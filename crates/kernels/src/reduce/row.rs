//! Softmax along rows. Sums along a row: 16 lanes by index mod 16, tails filled with 0, then the tree of `Lanes::sum`.

use crate::math;
use crate::simd::{LANES, Lanes};

/// The largest of a row, NaN passed over.
#[inline(always)]
pub(crate) unsafe fn largest<V: Lanes>(n: usize, x: *const f32) -> f32 {
    // SAFETY: n values at x.
    unsafe {
        let lowest = V::splat(f32::NEG_INFINITY);
        let mut best = lowest;
        let mut i = 0;
        while i + LANES <= n {
            best = V::load(x.add(i)).larger(best);
            i += LANES;
        }
        if i < n {
            best = V::select(V::mask_first(n - i), V::load_first(x.add(i), n - i), lowest).larger(best);
        }
        best.max()
    }
}

/// y = e^(x - most), stored when `STORE`; returns the sum.
#[inline(always)]
pub(crate) unsafe fn exponentials<V: Lanes, const STORE: bool>(n: usize, x: *const f32, most: f32, y: *mut f32) -> f32 {
    // SAFETY: n values at x and, when stored, at y.
    unsafe {
        let most = V::splat(most);
        let mut sum = V::zero();
        let mut i = 0;
        while i + LANES <= n {
            let e = math::exp(V::load(x.add(i)).sub(most));
            if STORE {
                e.store(y.add(i));
            }
            sum = sum.add(e);
            i += LANES;
        }
        if i < n {
            let e = math::exp(V::load_first(x.add(i), n - i).sub(most));
            if STORE {
                e.store_first(y.add(i), n - i);
            }
            sum = sum.add(e.keep_first(n - i));
        }
        sum.sum()
    }
}

#[inline(always)]
pub(super) unsafe fn softmax<V: Lanes>(rows: usize, n: usize, x: *const f32, ldx: usize, y: *mut f32, ldy: usize) {
    // SAFETY: the rules of `ReduceKernels::softmax`.
    unsafe {
        for r in 0..rows {
            let (x, y) = (x.add(r * ldx), y.add(r * ldy));
            let most = largest::<V>(n, x);
            let inverse = V::splat(1.0 / exponentials::<V, true>(n, x, most, y));
            let mut i = 0;
            while i + LANES <= n {
                V::load(y.add(i)).mul(inverse).store(y.add(i));
                i += LANES;
            }
            if i < n {
                V::load_first(y.add(i), n - i).mul(inverse).store_first(y.add(i), n - i);
            }
        }
    }
}

#[inline(always)]
pub(super) unsafe fn log_softmax<V: Lanes>(rows: usize, n: usize, x: *const f32, ldx: usize, y: *mut f32, ldy: usize) {
    // SAFETY: the rules of `ReduceKernels::log_softmax`.
    unsafe {
        for r in 0..rows {
            let (x, y) = (x.add(r * ldx), y.add(r * ldy));
            let most = largest::<V>(n, x);
            let log = math::log(V::splat(exponentials::<V, false>(n, x, most, y)));
            let most = V::splat(most);
            let mut i = 0;
            while i + LANES <= n {
                V::load(x.add(i)).sub(most).sub(log).store(y.add(i));
                i += LANES;
            }
            if i < n {
                V::load_first(x.add(i), n - i).sub(most).sub(log).store_first(y.add(i), n - i);
            }
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "three matrices")]
#[inline(always)]
pub(super) unsafe fn softmax_backward<V: Lanes>(
    rows: usize,
    n: usize,
    dy: *const f32,
    lddy: usize,
    y: *const f32,
    ldy: usize,
    dx: *mut f32,
    lddx: usize,
) {
    // SAFETY: the rules of `ReduceKernels::softmax_backward`; zeros fill the last vector.
    unsafe {
        for r in 0..rows {
            let (dy, y, dx) = (dy.add(r * lddy), y.add(r * ldy), dx.add(r * lddx));
            let mut dot = V::zero();
            let mut i = 0;
            while i + LANES <= n {
                dot = V::load(dy.add(i)).fma(V::load(y.add(i)), dot);
                i += LANES;
            }
            if i < n {
                dot = V::load_first(dy.add(i), n - i).fma(V::load_first(y.add(i), n - i), dot);
            }
            let dot = V::splat(dot.sum());
            i = 0;
            while i + LANES <= n {
                V::load(dy.add(i)).sub(dot).mul(V::load(y.add(i))).store(dx.add(i));
                i += LANES;
            }
            if i < n {
                let d = V::load_first(dy.add(i), n - i).sub(dot).mul(V::load_first(y.add(i), n - i));
                d.store_first(dx.add(i), n - i);
            }
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "three matrices")]
#[inline(always)]
pub(super) unsafe fn log_softmax_backward<V: Lanes>(
    rows: usize,
    n: usize,
    dy: *const f32,
    lddy: usize,
    y: *const f32,
    ldy: usize,
    dx: *mut f32,
    lddx: usize,
) {
    // SAFETY: the rules of `ReduceKernels::log_softmax_backward`; zeros fill the last vector.
    unsafe {
        for r in 0..rows {
            let (dy, y, dx) = (dy.add(r * lddy), y.add(r * ldy), dx.add(r * lddx));
            let mut sum = V::zero();
            let mut i = 0;
            while i + LANES <= n {
                sum = sum.add(V::load(dy.add(i)));
                i += LANES;
            }
            if i < n {
                sum = sum.add(V::load_first(dy.add(i), n - i));
            }
            let sum = V::splat(sum.sum());
            i = 0;
            while i + LANES <= n {
                math::exp(V::load(y.add(i))).fnma(sum, V::load(dy.add(i))).store(dx.add(i));
                i += LANES;
            }
            if i < n {
                let d = math::exp(V::load_first(y.add(i), n - i)).fnma(sum, V::load_first(dy.add(i), n - i));
                d.store_first(dx.add(i), n - i);
            }
        }
    }
}
