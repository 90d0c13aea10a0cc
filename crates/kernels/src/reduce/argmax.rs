//! The place of the largest value of a row.

use crate::simd::{LANES, Lanes};

#[inline(always)]
pub(super) unsafe fn argmax<V: Lanes>(rows: usize, n: usize, x: *const f32, ld: usize, out: *mut u32) {
    // SAFETY: the rules of `ReduceKernels::argmax`.
    unsafe {
        for r in 0..rows {
            let x = x.add(r * ld);
            let lowest = V::splat(f32::NEG_INFINITY);
            // x > best ? x : best passes NaN over
            let mut best = lowest;
            let mut i = 0;
            while i + LANES <= n {
                best = V::load(x.add(i)).larger(best);
                i += LANES;
            }
            if i < n {
                best = V::select(V::mask_first(n - i), V::load_first(x.add(i), n - i), lowest).larger(best);
            }
            let most = V::splat(best.max());
            let mut found = 0;
            i = 0;
            while i < n {
                let hits = V::mask_and(V::load_first(x.add(i), n - i).eq(most), V::mask_first(n - i));
                let hits = V::mask_bits(hits);
                if hits != 0 {
                    found = i + hits.trailing_zeros() as usize;
                    break;
                }
                i += LANES;
            }
            out.add(r).write_unaligned(found as u32);
        }
    }
}
