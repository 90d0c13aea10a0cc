//! The loop around losses that are a mean over the outputs of a row.

use super::{About, Labels, LossJob, RowLoss, Target};
use crate::simd::{LANES, Lanes};

/// A loss that is the mean over the outputs of a row.
///
/// # Safety
/// The contract of [`Lanes`] for both methods.
pub trait Pointwise {
    /// Name, parameters, and what it takes.
    const ABOUT: About;

    /// The loss of one output.
    #[expect(clippy::missing_safety_doc, reason = "stated at the trait")]
    unsafe fn loss<V: Lanes>(z: V, t: V, p: &[f32; 4]) -> V;

    /// Its derivative by z.
    #[expect(clippy::missing_safety_doc, reason = "stated at the trait")]
    unsafe fn gradient<V: Lanes>(z: V, t: V, p: &[f32; 4]) -> V;
}

impl<P: Pointwise> RowLoss for P {
    const ABOUT: About = <P as Pointwise>::ABOUT;

    #[inline(always)]
    unsafe fn kernel<V: Lanes>(job: LossJob) {
        // SAFETY: the rules of `Loss`.
        unsafe { kernel::<V, P>(job) }
    }
}

#[inline(always)]
unsafe fn kernel<V: Lanes, P: Pointwise>(job: LossJob) {
    let LossJob { rows, n, z, ldz, target, dl, loss, dz, p, .. } = job;
    // a null stays null in all rows
    let lddz = if job.dz.is_null() { 0 } else { job.lddz };
    // SAFETY: the rules of `Loss`.
    unsafe {
        if n == 1 {
            column::<V, P>(job);
            return;
        }
        let Target::Values { ptr, ld } = target else {
            debug_assert!(false, "ids need one output");
            return;
        };
        let count = n as f32;
        for r in 0..rows {
            let (z, t, dz) = (z.add(r * ldz), ptr.add(r * ld), dz.wrapping_add(r * lddz));
            let factor = V::splat(if dl.is_null() { 1.0 } else { dl.add(r).read_unaligned() } / count);
            let mut sum = V::zero();
            let mut i = 0;
            while i < n {
                let left = n - i;
                let whole = left >= LANES;
                let (a, b) = if whole {
                    (V::load(z.add(i)), V::load(t.add(i)))
                } else {
                    (V::load_first(z.add(i), left), V::load_first(t.add(i), left))
                };
                if !loss.is_null() {
                    sum = sum.add(P::loss(a, b, &p).keep_first(left));
                }
                if !dz.is_null() {
                    let d = P::gradient(a, b, &p).mul(factor);
                    if whole { d.store(dz.add(i)) } else { d.store_first(dz.add(i), left) }
                }
                i += LANES;
            }
            if !loss.is_null() {
                loss.add(r).write_unaligned(sum.sum() / count);
            }
        }
    }
}

/// One output a row: 16 rows at a time. The mean of one value is the value.
#[inline(always)]
unsafe fn column<V: Lanes, P: Pointwise>(job: LossJob) {
    let LossJob { rows, z, ldz, target, dl, loss, dz, lddz, p, .. } = job;
    let counts = match <P as Pointwise>::ABOUT.labels {
        Labels::Binary(counts) => counts,
        _ => [0.0, 1.0],
    };
    // SAFETY: the rules of `Loss`, n = 1.
    unsafe {
        let mut r = 0;
        while r < rows {
            let left = LANES.min(rows - r);
            let (mut a, mut b, mut f) = ([0f32; LANES], [0f32; LANES], [1f32; LANES]);
            for i in 0..left {
                a[i] = z.add((r + i) * ldz).read_unaligned();
                b[i] = match target {
                    Target::Ids(ids) => counts[usize::from(ids.add(r + i).read_unaligned() != 0)],
                    Target::Values { ptr, ld } => ptr.add((r + i) * ld).read_unaligned(),
                };
                if !dl.is_null() {
                    f[i] = dl.add(r + i).read_unaligned();
                }
            }
            let (a, b) = (V::load(a.as_ptr()), V::load(b.as_ptr()));
            if !loss.is_null() {
                P::loss(a, b, &p).store_first(loss.add(r), left);
            }
            if !dz.is_null() {
                P::gradient(a, b, &p).mul(V::load(f.as_ptr())).store(f.as_mut_ptr());
                for (i, d) in f.iter().enumerate().take(left) {
                    dz.add((r + i) * lddz).write_unaligned(*d);
                }
            }
            r += LANES;
        }
    }
}
