//! Losses and their gradients: the same bits everywhere, close to f64, right for extreme logits.

mod common;

use common::{Numbers, close, same};
use downslope_kernels::Kernels;
use downslope_kernels::loss::{Loss, Target};
use downslope_kernels::simd::Isa;

const ROWS: usize = 19;

/// Loss and gradient of a row of outputs and targets.
type Reference = fn(&[f64], &[f64]) -> (f64, Vec<f64>);

struct Case {
    n: usize,
    z: Vec<f32>,
    t: Vec<f32>,
    ids: Option<Vec<u32>>,
    /// Ids are numbers, not classes.
    numbers: bool,
    dl: Vec<f32>,
}

impl Case {
    fn ld(&self) -> usize {
        self.n + 3
    }

    /// Loss and gradient; `how`: 0 both, 1 in place, 2 one after the other.
    fn run(&self, f: Loss, how: usize) -> [Vec<f32>; 2] {
        let ld = self.ld();
        let mut loss = vec![4f32; ROWS + 1];
        let mut dz = if how == 1 { self.z.clone() } else { vec![4f32; self.z.len()] };
        let target = match &self.ids {
            Some(ids) => Target::Ids(ids.as_ptr()),
            None => Target::Values { ptr: self.t.as_ptr(), ld: self.n },
        };
        let (l, d, dl) = (loss.as_mut_ptr(), dz.as_mut_ptr(), self.dl.as_ptr());
        let z = if how == 1 { d.cast_const() } else { self.z.as_ptr() };
        let null = std::ptr::null_mut();
        // SAFETY: ROWS rows everywhere.
        unsafe {
            if how == 2 {
                f(ROWS, self.n, z, ld, target, dl, l, null, 0);
                f(ROWS, self.n, z, ld, target, dl, null, d, ld);
            } else {
                f(ROWS, self.n, z, ld, target, dl, l, d, ld);
            }
        }
        assert_eq!(loss.pop(), Some(4.0));
        let dz = (0..ROWS).flat_map(|r| dz[r * ld..r * ld + self.n].to_vec()).collect();
        [loss, dz]
    }

    fn check(&self, pick: fn(&Kernels) -> Loss, reference: Reference, what: &str) {
        let first = self.run(pick(Kernels::get(Isa::Scalar)), 0);
        for isa in Isa::available() {
            for how in 0..3 {
                let got = self.run(pick(Kernels::get(isa)), how);
                for (a, b) in got.iter().zip(&first) {
                    same(a, b, &format!("{what} {} on {} ({how})", self.n, isa.name()));
                }
            }
        }
        for r in 0..ROWS {
            let z: Vec<f64> = self.z[r * self.ld()..][..self.n].iter().map(|z| f64::from(*z)).collect();
            let t: Vec<f64> = match &self.ids {
                Some(ids) if self.numbers => vec![f64::from(ids[r])],
                Some(ids) => (0..self.n).map(|j| f64::from(u8::from(j == ids[r] as usize))).collect(),
                None => self.t[r * self.n..][..self.n].iter().map(|t| f64::from(*t)).collect(),
            };
            let (loss, mut dz) = reference(&z, &t);
            dz.iter_mut().for_each(|d| *d *= f64::from(self.dl[r]));
            close(&first[0][r..=r], &[loss], 2e-6, &format!("{what} of row {r}, {z:?} for {t:?}"));
            close(&first[1][r * self.n..][..self.n], &dz, 2e-6, what);
        }
    }
}

fn cases(softmax: bool) -> Vec<Case> {
    let mut numbers = Numbers(11);
    let mut all = Vec::new();
    for n in [1, 2, 3, 10, 15, 16, 17, 32, 33, 100, 256] {
        for with_ids in [false, true] {
            if with_ids && !softmax && n > 1 {
                continue;
            }
            let mut z = numbers.vec(ROWS * (n + 3), 6.0);
            for (r, extreme) in [1e4, -1e4].into_iter().enumerate() {
                z[r * (n + 3)] = extreme;
                z[(r + 2) * (n + 3) + n - 1] = extreme;
            }
            let mut t: Vec<f32> = numbers.vec(ROWS * n, 1.0).into_iter().map(f32::abs).collect();
            if softmax {
                for row in t.chunks_mut(n) {
                    let sum: f32 = row.iter().sum();
                    row.iter_mut().for_each(|t| *t /= sum);
                }
            }
            let classes = if softmax { n } else { 2 };
            let ids = with_ids.then(|| (0..ROWS).map(|_| (numbers.word() % classes as u64) as u32).collect());
            all.push(Case { n, z, t, ids, numbers: !softmax, dl: numbers.vec(ROWS, 1.0) });
        }
    }
    all
}

#[test]
fn softmax_cross_entropy() {
    for case in cases(true) {
        case.check(
            |k| k.loss.softmax_cross_entropy,
            |z, t| {
                let most = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = z.iter().map(|z| (z - most).exp()).sum();
                let loss = z.iter().zip(t).map(|(z, t)| t * (sum.ln() - (z - most))).sum();
                (loss, z.iter().zip(t).map(|(z, t)| (z - most).exp() / sum - t).collect())
            },
            "softmax cross entropy",
        );
    }
}

#[test]
fn sigmoid_binary_cross_entropy() {
    for case in cases(false) {
        case.check(
            |k| k.loss.sigmoid_binary_cross_entropy,
            |z, t| {
                let n = z.len() as f64;
                let loss = z.iter().zip(t).map(|(z, t)| z.max(0.0) - z * t + (-z.abs()).exp().ln_1p()).sum::<f64>();
                (loss / n, z.iter().zip(t).map(|(z, t)| (1.0 / (1.0 + (-z).exp()) - t) / n).collect())
            },
            "sigmoid binary cross entropy",
        );
    }
}

#[test]
fn squared_error() {
    for case in cases(false) {
        case.check(
            |k| k.loss.squared_error,
            |z, t| {
                let n = z.len() as f64;
                let loss = z.iter().zip(t).map(|(z, t)| (z - t) * (z - t)).sum::<f64>();
                (loss / n, z.iter().zip(t).map(|(z, t)| 2.0 * (z - t) / n).collect())
            },
            "squared error",
        );
    }
}
