//! The loops around a function of two numbers.

use super::Binary;
use crate::simd::{LANES, Lanes};

/// `y[i] = f(a[i], b[i])` for i < n.
///
/// # Safety
/// `a` and `b` readable and `y` writable for n values; `y` is one of them (the same address) or overlaps none.
pub type Values = unsafe fn(n: usize, a: *const f32, b: *const f32, y: *mut f32);

/// `d[i] = dy[i] · f'(a[i], b[i])` for i < n.
///
/// # Safety
/// `dy`, `a` and `b` readable and `d` writable for n values; `d` is one of them (the same address) or overlaps none.
pub type Gradient = unsafe fn(n: usize, dy: *const f32, a: *const f32, b: *const f32, d: *mut f32);

/// The instances of one function for one instruction set.
#[derive(Clone, Copy, Debug)]
pub struct BinaryKernels {
    /// The function.
    pub forward: Values,
    /// Its gradient by the first argument.
    pub gradient_a: Gradient,
    /// Its gradient by the second argument.
    pub gradient_b: Gradient,
}

#[inline(always)]
pub(super) unsafe fn forward<V: Lanes, F: Binary>(n: usize, a: *const f32, b: *const f32, y: *mut f32) {
    // SAFETY: the rules of `Values`.
    unsafe {
        let mut i = 0;
        while i + LANES <= n {
            F::forward(V::load(a.add(i)), V::load(b.add(i))).store(y.add(i));
            i += LANES;
        }
        if i < n {
            F::forward(V::load_first(a.add(i), n - i), V::load_first(b.add(i), n - i)).store_first(y.add(i), n - i);
        }
    }
}

#[inline(always)]
pub(super) unsafe fn gradient<V: Lanes, F: Binary, const SECOND: bool>(
    n: usize,
    dy: *const f32,
    a: *const f32,
    b: *const f32,
    d: *mut f32,
) {
    // SAFETY: the rules of `Gradient`.
    unsafe {
        let mut i = 0;
        while i < n {
            let left = n - i;
            let (g, x, z) = if left >= LANES {
                (V::load(dy.add(i)), V::load(a.add(i)), V::load(b.add(i)))
            } else {
                (V::load_first(dy.add(i), left), V::load_first(a.add(i), left), V::load_first(b.add(i), left))
            };
            let g = if SECOND { F::gradient_b(g, x, z) } else { F::gradient_a(g, x, z) };
            if left >= LANES {
                g.store(d.add(i));
            } else {
                g.store_first(d.add(i), left);
            }
            i += LANES;
        }
    }
}
