//! Sums and extremes along an axis.

use super::BLOCK;
use super::total::{Sum, total};
use crate::binary::maximum::maximum;
use crate::binary::minimum::minimum;
use crate::instances;
use crate::simd::{LANES, Lanes};

/// The sum of each row: up to 256 values in 16 lanes and the tree of [`Lanes::sum`]; longer rows as a sum over a tensor, which gives the same
/// for short ones.
#[inline(always)]
unsafe fn sum_rows<V: Lanes>(rows: usize, n: usize, x: *const f32, out: *mut f32) {
    // SAFETY: the rules of `AxisKernels`.
    unsafe {
        for r in 0..rows {
            let x = x.add(r * n);
            if n > BLOCK {
                out.add(r).write_unaligned(total::<V, Sum>(n, x));
                continue;
            }
            let mut sum = V::zero();
            let mut i = 0;
            while i + LANES <= n {
                sum = sum.add(V::load(x.add(i)));
                i += LANES;
            }
            if i < n {
                sum = sum.add(V::load_first(x.add(i), n - i));
            }
            out.add(r).write_unaligned(sum.sum());
        }
    }
}

/// Which extreme.
trait Extreme {
    /// What every number beats.
    const WORST: f32;
    unsafe fn better<V: Lanes>(a: V, b: V) -> V;
    /// The same of two numbers.
    fn of(a: f32, b: f32) -> f32;
}

struct Largest;
struct Smallest;

impl Extreme for Largest {
    const WORST: f32 = f32::NEG_INFINITY;
    #[inline(always)]
    unsafe fn better<V: Lanes>(a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { maximum(a, b) }
    }
    #[inline(always)]
    fn of(a: f32, b: f32) -> f32 {
        if a > b || a.is_nan() { a } else { b }
    }
}

impl Extreme for Smallest {
    const WORST: f32 = f32::INFINITY;
    #[inline(always)]
    unsafe fn better<V: Lanes>(a: V, b: V) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { minimum(a, b) }
    }
    #[inline(always)]
    fn of(a: f32, b: f32) -> f32 {
        if a < b || a.is_nan() { a } else { b }
    }
}

#[inline(always)]
unsafe fn extreme_rows<V: Lanes, E: Extreme>(rows: usize, n: usize, x: *const f32, out: *mut f32) {
    // SAFETY: the rules of `AxisKernels`.
    unsafe {
        for r in 0..rows {
            let x = x.add(r * n);
            let worst = V::splat(E::WORST);
            let mut best = worst;
            let mut i = 0;
            while i + LANES <= n {
                best = E::better(V::load(x.add(i)), best);
                i += LANES;
            }
            if i < n {
                let last = V::select(V::mask_first(n - i), V::load_first(x.add(i), n - i), worst);
                best = E::better(last, best);
            }
            let mut lanes = [0f32; LANES];
            best.store(lanes.as_mut_ptr());
            let mut half = LANES / 2;
            while half > 0 {
                let mut l = 0;
                while l < half {
                    lanes[l] = E::of(lanes[l], lanes[l + half]);
                    l += 1;
                }
                half /= 2;
            }
            out.add(r).write_unaligned(lanes[0]);
        }
    }
}

#[inline(always)]
unsafe fn extreme_columns<V: Lanes, E: Extreme>(rows: usize, cols: usize, x: *const f32, ld: usize, out: *mut f32) {
    // SAFETY: the rules of `AxisKernels`.
    unsafe {
        let mut j = 0;
        while j < cols {
            let n = (cols - j).min(LANES);
            let mut best = V::splat(E::WORST);
            let mut r = 0;
            while r < rows {
                best = E::better(V::load_first(x.add(r * ld + j), n), best);
                r += 1;
            }
            best.store_first(out.add(j), n);
            j += LANES;
        }
    }
}

instances! {
    /// Kernels that reduce an axis of a tensor without gaps. NaN in, NaN out.
    ///
    /// # Safety
    /// `x` is readable for rows × n (or rows × cols) values, `out` writable for one value each; no overlap.
    pub struct AxisKernels {
        /// `out[r] = Σ_i x[r][i]`
        sum_rows: fn(rows: usize, n: usize, x: *const f32, out: *mut f32) = sum_rows::<V>;
        /// `out[r] = max_i x[r][i]`
        max_rows: fn(rows: usize, n: usize, x: *const f32, out: *mut f32) = extreme_rows::<V, Largest>;
        /// `out[r] = min_i x[r][i]`
        min_rows: fn(rows: usize, n: usize, x: *const f32, out: *mut f32) = extreme_rows::<V, Smallest>;
        /// `out[j] = max_r x[r][j]`, `ld` values from row to row.
        max_columns: fn(rows: usize, cols: usize, x: *const f32, ld: usize, out: *mut f32)
            = extreme_columns::<V, Largest>;
        /// `out[j] = min_r x[r][j]`
        min_columns: fn(rows: usize, cols: usize, x: *const f32, ld: usize, out: *mut f32)
            = extreme_columns::<V, Smallest>;
    }
}
