//! Cross entropy of the softmax of a row.

use super::{About, Labels, LossJob, Outputs, RowLoss, Target, Targets};
use crate::math;
use crate::reduce;
use crate::simd::{LANES, Lanes};

/// ln Σ e^z - z[id], or Σ -t · ln softmax(z) for probabilities t, which sum to 1; the gradient is softmax(z) - t.
pub struct CrossEntropy;

impl RowLoss for CrossEntropy {
    const ABOUT: About = About {
        name: "crossEntropy",
        parameters: &[],
        outputs: Outputs::Logits,
        targets: Targets::Probabilities,
        labels: Labels::Classes,
    };

    #[inline(always)]
    unsafe fn kernel<V: Lanes>(job: LossJob) {
        // SAFETY: the rules of `Loss`.
        unsafe { kernel::<V>(job) }
    }
}

#[inline(always)]
unsafe fn kernel<V: Lanes>(job: LossJob) {
    let LossJob { rows, n, z, ldz, target, dl, loss, dz, .. } = job;
    // a null stays null in all rows
    let lddz = if job.dz.is_null() { 0 } else { job.lddz };
    // SAFETY: the rules of `Loss`. z is read before dz is written, which may be the same place.
    unsafe {
        if let (Target::Ids(ids), 1..=LANES) = (target, n) {
            narrow::<V>(job, ids);
            return;
        }
        for r in 0..rows {
            let (z, dz) = (z.add(r * ldz), dz.wrapping_add(r * lddz));
            let factor = if dl.is_null() { 1.0 } else { dl.add(r).read_unaligned() };
            let most = reduce::largest::<V>(n, z);
            match target {
                Target::Ids(ids) => {
                    let id = ids.add(r).read_unaligned() as usize;
                    debug_assert!(id < n);
                    let at = z.add(id).read_unaligned() - most;
                    let sum = if dz.is_null() {
                        reduce::exponentials::<V, false>(n, z, most, dz)
                    } else {
                        reduce::exponentials::<V, true>(n, z, most, dz)
                    };
                    if !loss.is_null() {
                        math::log(V::splat(sum)).sub(V::splat(at)).store_first(loss.add(r), 1);
                    }
                    if !dz.is_null() {
                        let inverse = 1.0 / sum;
                        let own = (dz.add(id).read_unaligned() * inverse - 1.0) * factor;
                        let (inverse, factor) = (V::splat(inverse), V::splat(factor));
                        let mut i = 0;
                        while i + LANES <= n {
                            V::load(dz.add(i)).mul(inverse).mul(factor).store(dz.add(i));
                            i += LANES;
                        }
                        if i < n {
                            let d = V::load_first(dz.add(i), n - i).mul(inverse).mul(factor);
                            d.store_first(dz.add(i), n - i);
                        }
                        dz.add(id).write_unaligned(own);
                    }
                }
                Target::Values { ptr, ld } => {
                    let t = ptr.add(r * ld);
                    let (cross, weight) = cross::<V>(n, z, t, most);
                    let sum = if dz.is_null() {
                        reduce::exponentials::<V, false>(n, z, most, dz)
                    } else {
                        reduce::exponentials::<V, true>(n, z, most, dz)
                    };
                    if !loss.is_null() {
                        let l = math::log(V::splat(sum)).mul(V::splat(weight)).sub(V::splat(cross));
                        l.store_first(loss.add(r), 1);
                    }
                    if !dz.is_null() {
                        let (inverse, factor) = (V::splat(1.0 / sum), V::splat(factor));
                        let mut i = 0;
                        while i + LANES <= n {
                            let d = V::load(dz.add(i)).mul(inverse).sub(V::load(t.add(i)));
                            d.mul(factor).store(dz.add(i));
                            i += LANES;
                        }
                        if i < n {
                            let left = n - i;
                            let d = V::load_first(dz.add(i), left).mul(inverse).sub(V::load_first(t.add(i), left));
                            d.mul(factor).store_first(dz.add(i), left);
                        }
                    }
                }
            }
        }
    }
}

/// Rows that fit into one vector: the same operations in registers, and the logarithms of 16 rows at once.
#[inline(always)]
unsafe fn narrow<V: Lanes>(job: LossJob, ids: *const u32) {
    let LossJob { rows, n, z, ldz, dl, loss, dz, lddz, .. } = job;
    const INDEX: [f32; LANES] = [0., 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11., 12., 13., 14., 15.];
    // SAFETY: the rules of `Loss`, n at most 16.
    unsafe {
        let (index, used) = (V::load(INDEX.as_ptr()), V::mask_first(n));
        let (lowest, one) = (V::splat(f32::NEG_INFINITY), V::splat(1.0));
        let mut at = 0;
        while at < rows {
            let left = LANES.min(rows - at);
            let (mut sums, mut own) = ([1f32; LANES], [0f32; LANES]);
            for i in 0..left {
                let r = at + i;
                let id = ids.add(r).read_unaligned();
                debug_assert!((id as usize) < n);
                let x = V::load_first(z.add(r * ldz), n);
                // NaN is passed over, as in rows of any length
                let most = V::select(used, x, lowest).larger(lowest).max();
                own[i] = z.add(r * ldz + id as usize).read_unaligned() - most;
                let e = math::exp(x.sub(V::splat(most)));
                sums[i] = e.keep_first(n).sum();
                if !dz.is_null() {
                    let p = e.mul(V::splat(1.0 / sums[i]));
                    let p = V::select(index.eq(V::splat(id as f32)), p.sub(one), p);
                    let factor = if dl.is_null() { 1.0 } else { dl.add(r).read_unaligned() };
                    p.mul(V::splat(factor)).store_first(dz.add(r * lddz), n);
                }
            }
            if !loss.is_null() {
                math::log(V::load(sums.as_ptr())).sub(V::load(own.as_ptr())).store_first(loss.add(at), left);
            }
            at += LANES;
        }
    }
}

/// Σ t · (z - most), where t = 0 adds nothing even for z = -∞, and Σ t.
#[inline(always)]
unsafe fn cross<V: Lanes>(n: usize, z: *const f32, t: *const f32, most: f32) -> (f32, f32) {
    // SAFETY: n values at z and t; t is 0 in the lanes that fill the last vector.
    unsafe {
        let most = V::splat(most);
        let (mut cross, mut weight) = (V::zero(), V::zero());
        let mut i = 0;
        while i < n {
            let left = n - i;
            let (a, b) = if left >= LANES {
                (V::load(z.add(i)), V::load(t.add(i)))
            } else {
                (V::load_first(z.add(i), left), V::load_first(t.add(i), left))
            };
            let term = V::select(b.eq(V::zero()), V::zero(), a.sub(most));
            cross = b.fma(term, cross);
            weight = weight.add(b);
            i += LANES;
        }
        (cross.sum(), weight.sum())
    }
}
