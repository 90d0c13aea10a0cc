//! The divergence of the softmax of a row from probabilities (Kullback and Leibler 1951).

use super::cross_entropy::CrossEntropy;
use super::{About, Labels, LossJob, Outputs, RowLoss, Target, Targets};
use crate::math;
use crate::simd::{LANES, Lanes};

/// Σ t · (ln t - ln softmax(z)), where t = 0 adds nothing; the gradient is softmax(z) - t.
pub struct KullbackLeibler;

impl RowLoss for KullbackLeibler {
    const ABOUT: About = About {
        name: "kullbackLeibler",
        parameters: &[],
        outputs: Outputs::Logits,
        targets: Targets::Probabilities,
        labels: Labels::None,
    };

    /// The cross entropy less the entropy of the targets.
    #[inline(always)]
    unsafe fn kernel<V: Lanes>(job: LossJob) {
        // SAFETY: the rules of `Loss`.
        unsafe {
            <CrossEntropy as RowLoss>::kernel::<V>(job);
            let Target::Values { ptr, ld } = job.target else {
                debug_assert!(false, "ids are no probabilities");
                return;
            };
            if job.loss.is_null() {
                return;
            }
            for r in 0..job.rows {
                let (t, loss) = (ptr.add(r * ld), job.loss.add(r));
                let mut sum = V::zero();
                let mut i = 0;
                while i < job.n {
                    let left = job.n - i;
                    let t = if left >= LANES { V::load(t.add(i)) } else { V::load_first(t.add(i), left) };
                    let term = V::select(t.eq(V::zero()), V::zero(), math::log(t));
                    sum = t.fma(term, sum);
                    i += LANES;
                }
                loss.write_unaligned(loss.read_unaligned() + sum.sum());
            }
        }
    }
}
