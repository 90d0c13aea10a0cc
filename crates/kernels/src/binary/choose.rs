//! One of two numbers, a number kept within bounds, one number many times.

use crate::instances;
use crate::simd::{LANES, Lanes};

#[inline(always)]
unsafe fn take<V: Lanes>(p: *const f32, left: usize) -> V {
    // SAFETY: the rules of `ChooseKernels`.
    unsafe { if left >= LANES { V::load(p) } else { V::load_first(p, left) } }
}

#[inline(always)]
unsafe fn put<V: Lanes>(v: V, p: *mut f32, left: usize) {
    // SAFETY: the rules of `ChooseKernels`.
    unsafe { if left >= LANES { v.store(p) } else { v.store_first(p, left) } }
}

#[inline(always)]
unsafe fn select<V: Lanes>(n: usize, c: *const f32, a: *const f32, b: *const f32, y: *mut f32) {
    // SAFETY: the rules of `ChooseKernels`.
    unsafe {
        let mut i = 0;
        while i < n {
            let left = n - i;
            let c: V = take(c.add(i), left);
            put(V::select(c.eq(V::zero()), take(b.add(i), left), take(a.add(i), left)), y.add(i), left);
            i += LANES;
        }
    }
}

#[inline(always)]
unsafe fn clip<V: Lanes>(n: usize, x: *const f32, y: *mut f32, least: f32, most: f32) {
    // SAFETY: the rules of `ChooseKernels`.
    unsafe {
        let (least, most) = (V::splat(least), V::splat(most));
        let mut i = 0;
        while i < n {
            let v: V = take(x.add(i), n - i);
            let v = V::select(v.lt(least), least, v);
            put(V::select(v.gt(most), most, v), y.add(i), n - i);
            i += LANES;
        }
    }
}

#[inline(always)]
unsafe fn clip_gradient<V: Lanes>(n: usize, dy: *const f32, x: *const f32, dx: *mut f32, least: f32, most: f32) {
    // SAFETY: the rules of `ChooseKernels`.
    unsafe {
        let (least, most) = (V::splat(least), V::splat(most));
        let mut i = 0;
        while i < n {
            let v: V = take(x.add(i), n - i);
            let outside = V::mask_or(v.lt(least), v.gt(most));
            put(V::select(outside, V::zero(), take(dy.add(i), n - i)), dx.add(i), n - i);
            i += LANES;
        }
    }
}

#[inline(always)]
unsafe fn fill<V: Lanes>(n: usize, y: *mut f32, value: f32) {
    // SAFETY: the rules of `ChooseKernels`.
    unsafe {
        let mut i = 0;
        while i < n {
            put(V::splat(value), y.add(i), n - i);
            i += LANES;
        }
    }
}

instances! {
    /// Choices, element by element.
    ///
    /// Rules for all: inputs are readable and the output is writable for n values; the output is one of the inputs (the same address) or
    /// overlaps none.
    pub struct ChooseKernels {
        /// `y[i] = c[i] ≠ 0 ? a[i] : b[i]`; NaN is not 0.
        select: fn(n: usize, c: *const f32, a: *const f32, b: *const f32, y: *mut f32) = select::<V>;
        /// `y[i]` = `x[i]`, at least `least` and at most `most`; NaN stays.
        clip: fn(n: usize, x: *const f32, y: *mut f32, least: f32, most: f32) = clip::<V>;
        /// `dx[i] = dy[i]` where `x[i]` is within the bounds (or on one), else 0.
        clip_gradient: fn(n: usize, dy: *const f32, x: *const f32, dx: *mut f32, least: f32, most: f32)
            = clip_gradient::<V>;
        /// `y[i] = value`
        fill: fn(n: usize, y: *mut f32, value: f32) = fill::<V>;
    }
}
