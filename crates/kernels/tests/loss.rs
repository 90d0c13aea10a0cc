//! Losses and their gradients: the same bits everywhere, close to f64, right for extreme logits.

mod common;

use common::{Numbers, close, same};
use downslope_kernels::Kernels;
use downslope_kernels::loss::{About, LOSSES, Labels, Loss, LossJob, Target, Targets, find};
use downslope_kernels::simd::Isa;

const ROWS: usize = 19;

/// Loss and gradient of a row of outputs and targets.
type Reference = fn(&[f64], &[f64]) -> (f64, Vec<f64>);

struct Case {
    n: usize,
    z: Vec<f32>,
    t: Vec<f32>,
    ids: Option<Vec<u32>>,
    /// What ids 0 and 1 count as where they are no classes.
    counts: Option<[f32; 2]>,
    p: [f32; 4],
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
            let p = self.p;
            let job = LossJob { rows: ROWS, n: self.n, z, ldz: ld, target, dl, loss: l, dz: d, lddz: ld, p };
            if how == 2 {
                f(LossJob { dz: null, ..job });
                f(LossJob { loss: null, ..job });
            } else {
                f(job);
            }
        }
        assert_eq!(loss.pop(), Some(4.0));
        let dz = (0..ROWS).flat_map(|r| dz[r * ld..r * ld + self.n].to_vec()).collect();
        [loss, dz]
    }

    fn check(&self, id: usize, reference: Reference, what: &str) {
        let first = self.run(Kernels::get(Isa::Scalar).loss[id], 0);
        for isa in Isa::available() {
            for how in 0..3 {
                let got = self.run(Kernels::get(isa).loss[id], how);
                for (a, b) in got.iter().zip(&first) {
                    same(a, b, &format!("{what} {} on {} ({how})", self.n, isa.name()));
                }
            }
        }
        for r in 0..ROWS {
            let z: Vec<f64> = self.z[r * self.ld()..][..self.n].iter().map(|z| f64::from(*z)).collect();
            let t: Vec<f64> = match (&self.ids, self.counts) {
                (Some(ids), Some(counts)) => vec![f64::from(counts[ids[r] as usize])],
                (Some(ids), None) => (0..self.n).map(|j| f64::from(u8::from(j == ids[r] as usize))).collect(),
                (None, _) => self.t[r * self.n..][..self.n].iter().map(|t| f64::from(*t)).collect(),
            };
            let (loss, mut dz) = reference(&z, &t);
            dz.iter_mut().for_each(|d| *d *= f64::from(self.dl[r]));
            close(&first[0][r..=r], &[loss], 2e-6, &format!("{what} of row {r}, {z:?} for {t:?}"));
            close(&first[1][r * self.n..][..self.n], &dz, 2e-6, what);
        }
    }
}

/// Cases of all widths, with large outputs and, where the loss knows them, ids.
fn cases(about: &About) -> Vec<Case> {
    let mut numbers = Numbers(11);
    let mut all = Vec::new();
    // e^1e4 is infinite
    let large = if about.name == "poisson" { 20.0 } else { 1e4 };
    for n in [1, 2, 3, 10, 15, 16, 17, 32, 33, 100, 256] {
        for with_ids in [false, true] {
            let classes = match about.labels {
                Labels::Classes => n,
                Labels::Binary(_) if n == 1 => 2,
                _ if with_ids => continue,
                _ => 0,
            };
            let mut z = numbers.vec(ROWS * (n + 3), 6.0);
            for (r, extreme) in [large, -large].into_iter().enumerate() {
                z[r * (n + 3)] = extreme;
                z[(r + 2) * (n + 3) + n - 1] = extreme;
            }
            let mut t = numbers.vec(ROWS * n, 1.0);
            match about.targets {
                Targets::Numbers => t.iter_mut().for_each(|t| *t *= 3.0),
                Targets::NotNegative => t.iter_mut().for_each(|t| *t = (*t * 9.0).abs().floor()),
                Targets::Signs => t.iter_mut().for_each(|t| *t = t.signum()),
                Targets::Probabilities => t.iter_mut().for_each(|t| *t = t.abs()),
            }
            if ["crossEntropy", "kullbackLeibler"].contains(&about.name) {
                for (i, row) in t.chunks_mut(n).enumerate() {
                    if n > 1 && i % 3 == 0 {
                        row[0] = 0.0;
                    }
                    let sum: f32 = row.iter().sum();
                    row.iter_mut().for_each(|t| *t /= sum);
                }
            }
            let ids = with_ids.then(|| (0..ROWS).map(|_| (numbers.word() % classes as u64) as u32).collect());
            let counts = if let Labels::Binary(counts) = about.labels { Some(counts) } else { None };
            all.push(Case { n, z, t, ids, counts, dl: numbers.vec(ROWS, 1.0), p: about.defaults() });
        }
    }
    all
}

/// A loss that is a mean over outputs, from that of one output and its derivative.
fn mean(z: &[f64], t: &[f64], f: impl Fn(f64, f64) -> (f64, f64)) -> (f64, Vec<f64>) {
    let n = z.len() as f64;
    let (losses, gradient): (Vec<f64>, Vec<f64>) = z.iter().zip(t).map(|(z, t)| f(*z, *t)).unzip();
    (losses.iter().sum::<f64>() / n, gradient.iter().map(|d| d / n).collect())
}

/// The loss in 64 bits, at its default parameters.
fn reference(name: &str) -> Reference {
    match name {
        "crossEntropy" => |z, t| {
            let most = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = z.iter().map(|z| (z - most).exp()).sum();
            let loss = z.iter().zip(t).map(|(z, t)| t * (sum.ln() - (z - most))).sum();
            (loss, z.iter().zip(t).map(|(z, t)| (z - most).exp() / sum - t).collect())
        },
        "kullbackLeibler" => |z, t| {
            let (loss, gradient) = reference("crossEntropy")(z, t);
            (loss + t.iter().filter(|t| **t > 0.0).map(|t| t * t.ln()).sum::<f64>(), gradient)
        },
        "binaryCrossEntropy" => {
            |z, t| mean(z, t, |z, t| (z.max(0.0) - z * t + (-z.abs()).exp().ln_1p(), 1.0 / (1.0 + (-z).exp()) - t))
        }
        "squaredError" => |z, t| mean(z, t, |z, t| ((z - t) * (z - t), 2.0 * (z - t))),
        "absoluteError" => |z, t| mean(z, t, |z, t| ((z - t).abs(), if z == t { 0.0 } else { (z - t).signum() })),
        "huber" => |z, t| {
            mean(z, t, |z, t| {
                let e = (z - t).abs();
                (if e < 1.0 { e * e / 2.0 } else { e - 0.5 }, (z - t).clamp(-1.0, 1.0))
            })
        },
        "logCosh" => |z, t| {
            mean(z, t, |z, t| {
                let e = (z - t).abs();
                (e + (-2.0 * e).exp().ln_1p() - std::f64::consts::LN_2, (z - t).tanh())
            })
        },
        "hinge" => |z, t| mean(z, t, |z, t| ((1.0 - t * z).max(0.0), if t * z < 1.0 { -t } else { 0.0 })),
        "poisson" => |z, t| mean(z, t, |z, t| (z.exp() - t * z, z.exp() - t)),
        _ => panic!("{name} has no reference: add what it computes in 64 bits"),
    }
}

#[test]
fn every_loss_is_that_of_its_definition() {
    for (id, about) in LOSSES.iter().enumerate() {
        assert_eq!(find(about.name), Some(id), "{}: names are unique", about.name);
        for case in cases(about) {
            case.check(id, reference(about.name), about.name);
        }
    }
    assert_eq!(find("no such loss"), None);
}

/// Loss and gradient of single outputs.
fn single(name: &str, z: f32, t: f32) -> [f32; 2] {
    let id = find(name).expect("registered");
    let (mut loss, mut dz, p) = (0f32, 0f32, LOSSES[id].defaults());
    let target = Target::Values { ptr: &t, ld: 1 };
    let f: Loss = Kernels::get(Isa::Scalar).loss[id];
    // SAFETY: one row of one value.
    unsafe {
        f(LossJob {
            rows: 1,
            n: 1,
            z: &z,
            ldz: 1,
            target,
            dl: std::ptr::null(),
            loss: &mut loss,
            dz: &mut dz,
            lddz: 1,
            p,
        })
    };
    [loss, dz]
}

#[test]
fn small_errors_keep_their_digits_and_nan_stays() {
    for e in [1e-3f32, 1e-6, 1e-12] {
        let [loss, gradient] = single("logCosh", e, 0.0);
        assert!((loss / (e * e / 2.0) - 1.0).abs() < 1e-5, "log cosh of {e} is {loss}");
        assert!((gradient / e - 1.0).abs() < 1e-5, "its derivative is {gradient}");
    }
    assert_eq!(single("logCosh", 1e30, 0.0), [1e30, 1.0]);
    assert_eq!(single("huber", 1e30, 0.0), [1e30, 1.0]);
    assert_eq!(single("absoluteError", 2.0, 2.0), [0.0, 0.0]);
    assert_eq!(single("hinge", 1.0, 1.0), [0.0, 0.0]);
    for about in LOSSES {
        assert!(single(about.name, f32::NAN, 1.0)[0].is_nan(), "{} of NaN", about.name);
    }
}
