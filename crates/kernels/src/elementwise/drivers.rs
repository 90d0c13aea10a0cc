//! The loops around a function.

use super::Elementwise;
use crate::Mat;
use crate::simd::{LANES, Lanes};

/// `y[i] = f(x[i])` for i < n.
///
/// # Safety
/// `x` readable and `y` writable for n values. They are the same address or do not overlap.
pub type Forward = unsafe fn(n: usize, x: *const f32, y: *mut f32, p: &[f32; 4]);

/// `dx = dy · f'`, rows × cols, where `v` holds the output or the input as the function says.
///
/// No read beyond column `cols`. When `dx` is in panels the pad lanes of its last panel are written as 0.
///
/// # Safety
/// `dy` and `v` readable, `dx` writable for rows × cols (in panels with pad lanes). `dx` has the address and layout of `dy`
/// or of `v`, or overlaps neither.
pub type Backward = unsafe fn(rows: usize, cols: usize, dy: Mat, v: Mat, dx: Mat, p: &[f32; 4]);

/// The instances of one function for one instruction set.
#[derive(Clone, Copy, Debug)]
pub struct FunctionKernels {
    /// The function.
    pub forward: Forward,
    /// Its gradient.
    pub backward: Backward,
}

#[inline(always)]
pub(super) unsafe fn forward<V: Lanes, F: Elementwise>(n: usize, x: *const f32, y: *mut f32, p: &[f32; 4]) {
    // SAFETY: the rules of `Forward`.
    unsafe {
        let mut i = 0;
        while i + LANES <= n {
            F::forward(V::load(x.add(i)), p).store(y.add(i));
            i += LANES;
        }
        if i < n {
            F::forward(V::load_first(x.add(i), n - i), p).store_first(y.add(i), n - i);
        }
    }
}

#[inline(always)]
pub(super) unsafe fn backward<V: Lanes, F: Elementwise>(
    rows: usize,
    cols: usize,
    dy: Mat,
    v: Mat,
    dx: Mat,
    p: &[f32; 4],
) {
    // SAFETY: the rules of `Backward`; pad lanes exist in panels.
    unsafe {
        let whole = cols / LANES * LANES;
        let mut i = 0;
        while i < rows {
            let mut j = 0;
            while j < whole {
                F::backward(V::load(dy.at(i, j)), V::load(v.at(i, j)), p).store(dx.at(i, j));
                j += LANES;
            }
            if j < cols {
                let n = cols - j;
                let d = F::backward(V::load_first(dy.at(i, j), n), V::load_first(v.at(i, j), n), p);
                if dx.is_panels() {
                    d.keep_first(n).store(dx.at(i, j));
                } else {
                    d.store_first(dx.at(i, j), n);
                }
            }
            i += 1;
        }
    }
}
