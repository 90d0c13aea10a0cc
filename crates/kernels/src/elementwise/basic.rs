//! Small arithmetic over slices.

use crate::instances;
use crate::simd::{LANES, Lanes};

/// Loops `$body` with `$at` and `$n`, whole vectors first, with `$load` and `$store` made for either.
macro_rules! each_vector {
    ($V:ident, $n:expr, $i:ident, |$load:ident, $store:ident| $body:block) => {{
        let mut $i = 0;
        while $i + LANES <= $n {
            macro_rules! $load {
                ($p:expr) => {
                    $V::load($p.add($i))
                };
            }
            macro_rules! $store {
                ($v:expr, $p:expr) => {
                    $v.store($p.add($i))
                };
            }
            $body
            $i += LANES;
        }
        if $i < $n {
            macro_rules! $load {
                ($p:expr) => {
                    $V::load_first($p.add($i), $n - $i)
                };
            }
            macro_rules! $store {
                ($v:expr, $p:expr) => {
                    $v.store_first($p.add($i), $n - $i)
                };
            }
            $body
        }
    }};
}

#[inline(always)]
unsafe fn add_into<V: Lanes>(n: usize, x: *const f32, y: *mut f32) {
    // SAFETY: the rules of `BasicKernels`.
    unsafe { each_vector!(V, n, i, |load, store| { store!(load!(y).add(load!(x)), y) }) }
}

#[inline(always)]
unsafe fn mul<V: Lanes>(n: usize, a: *const f32, b: *const f32, y: *mut f32) {
    // SAFETY: the rules of `BasicKernels`.
    unsafe { each_vector!(V, n, i, |load, store| { store!(load!(a).mul(load!(b)), y) }) }
}

#[inline(always)]
unsafe fn scale<V: Lanes>(n: usize, x: *const f32, y: *mut f32, factor: f32) {
    // SAFETY: the rules of `BasicKernels`.
    unsafe {
        let factor = V::splat(factor);
        each_vector!(V, n, i, |load, store| { store!(load!(x).mul(factor), y) })
    }
}

#[inline(always)]
unsafe fn affine<V: Lanes>(n: usize, x: *const f32, y: *mut f32, scale: f32, offset: f32) {
    // SAFETY: the rules of `BasicKernels`.
    unsafe {
        let (scale, offset) = (V::splat(scale), V::splat(offset));
        each_vector!(V, n, i, |load, store| { store!(load!(x).mul(scale).add(offset), y) })
    }
}

#[inline(always)]
unsafe fn standardize<V: Lanes>(
    rows: usize,
    cols: usize,
    x: *const f32,
    mean: *const f32,
    inverse_deviation: *const f32,
    y: *mut f32,
) {
    // SAFETY: the rules of `BasicKernels`.
    unsafe {
        for r in 0..rows {
            let (x, y) = (x.add(r * cols), y.add(r * cols));
            each_vector!(V, cols, i, |load, store| {
                store!(load!(x).sub(load!(mean)).mul(load!(inverse_deviation)), y)
            })
        }
    }
}

instances! {
    /// Small arithmetic over slices.
    ///
    /// Rules for all: inputs are readable and the output is writable for the lengths named; the output is one of the inputs
    /// (the same address) or overlaps none.
    pub struct BasicKernels {
        /// `y[i] += x[i]` for i < n.
        add_into: fn(n: usize, x: *const f32, y: *mut f32) = add_into::<V>;
        /// `y[i] = a[i] · b[i]` for i < n.
        mul: fn(n: usize, a: *const f32, b: *const f32, y: *mut f32) = mul::<V>;
        /// `y[i] = x[i] · factor` for i < n.
        scale: fn(n: usize, x: *const f32, y: *mut f32, factor: f32) = scale::<V>;
        /// `y[i] = x[i] · scale + offset` for i < n, rounded after each of the two operations.
        affine: fn(n: usize, x: *const f32, y: *mut f32, scale: f32, offset: f32) = affine::<V>;
        /// `y[r][c] = (x[r][c] - mean[c]) · inverse_deviation[c]`, rows × cols without gaps.
        standardize: fn(
            rows: usize,
            cols: usize,
            x: *const f32,
            mean: *const f32,
            inverse_deviation: *const f32,
            y: *mut f32,
        ) = standardize::<V>;
    }
}
