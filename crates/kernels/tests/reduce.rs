//! Sums and softmax: the same bits everywhere, close to f64, independent of pieces.

mod common;

use common::{Numbers, close, lengths, same};
use downslope_kernels::reduce::Tree;
use downslope_kernels::simd::Isa;
use downslope_kernels::{Kernels, Mat};

fn all() -> Vec<&'static Kernels> {
    Isa::available().into_iter().map(Kernels::get).collect()
}
fn scalar() -> &'static Kernels {
    Kernels::get(Isa::Scalar)
}

#[test]
fn sums_over_a_tensor() {
    let mut numbers = Numbers(7);
    let x = numbers.vec(5001, 2.0);
    for n in lengths().into_iter().chain([4096, 5000]) {
        let x = &x[1..=n];
        let wide = x.iter().map(|x| f64::from(*x));
        let want = [wide.clone().sum::<f64>(), wide.clone().map(|x| x * x).sum(), wide.map(f64::abs).sum()];
        let run = |k: &Kernels| {
            // SAFETY: n values.
            unsafe { [k.reduce.sum, k.reduce.sum_squares, k.reduce.sum_abs].map(|f| f(n, x.as_ptr())) }
        };
        let first = run(scalar());
        close(&first, &want, 1e-5, "sums");
        for k in all() {
            same(&run(k), &first, k.isa.name());
        }
        // chunk sums pushed one by one give the whole
        let mut tree = Tree::new();
        for chunk in x.chunks(256) {
            // SAFETY: the chunk's values.
            tree.push(unsafe { (scalar().reduce.sum)(chunk.len(), chunk.as_ptr()) });
        }
        same(&[tree.total()], &first[..1], "by chunks");
    }
}

#[test]
fn a_long_sum_is_accurate() {
    let x = vec![0.1f32; 1_000_000];
    for k in all() {
        // SAFETY: all values.
        let sum = unsafe { (k.reduce.sum)(x.len(), x.as_ptr()) };
        close(&[sum], &[1e6 * f64::from(0.1f32)], 1e-6, "sum");
    }
}

#[test]
fn column_sums() {
    let mut numbers = Numbers(8);
    for (rows, cols) in [(0, 3), (1, 1), (3, 17), (255, 16), (256, 5), (257, 70), (600, 33), (513, 130)] {
        let x = numbers.vec(rows * cols, 1.0);
        let ld = cols + 2;
        let (mut row_major, mut panels) = (vec![9f32; rows * ld + 1], vec![9f32; rows * cols.div_ceil(16) * 16]);
        for i in 0..rows {
            for j in 0..cols {
                row_major[1 + i * ld + j] = x[i * cols + j];
                panels[j / 16 * 16 * rows + 16 * i + j % 16] = x[i * cols + j];
            }
        }
        let a = Mat::row_major(row_major[1..].as_mut_ptr(), ld);
        let b = Mat::panels(panels.as_mut_ptr(), rows);
        let run = |k: &Kernels, m: Mat| {
            let mut out = vec![3f32; cols + 1];
            // SAFETY: rows × cols values.
            unsafe { (k.reduce.column_sum)(rows, cols, m, out.as_mut_ptr(), false) };
            assert_eq!(out.pop(), Some(3.0));
            out
        };
        let first = run(scalar(), a);
        let want: Vec<f64> = (0..cols).map(|j| (0..rows).map(|i| f64::from(x[i * cols + j])).sum()).collect();
        close(&first, &want, 1e-5, "column sums");
        for k in all() {
            same(&run(k, a), &first, k.isa.name());
            same(&run(k, b), &first, k.isa.name());
            // in pieces of 256 rows
            let mut out = vec![f32::NAN; cols];
            for at in (0..rows.max(1)).step_by(256) {
                let piece = 256.min(rows - at);
                // SAFETY: the rows of the piece.
                unsafe {
                    let m = Mat { ptr: a.at(at, 0), ..a };
                    (k.reduce.column_sum)(piece, cols, m, out.as_mut_ptr(), at > 0);
                }
            }
            same(&out, &first, "in pieces");
        }
    }
}

#[test]
fn finiteness() {
    for k in all() {
        for n in lengths() {
            let mut x = vec![1f32; n + 1];
            x[n] = f32::NAN;
            // SAFETY: n values.
            let finite = |x: &[f32]| unsafe { (k.reduce.all_finite)(n, x.as_ptr()) };
            assert!(finite(&x));
            for at in [0, n / 2, n.saturating_sub(1)] {
                for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                    if n > 0 {
                        let mut y = x.clone();
                        y[at] = bad;
                        assert!(!finite(&y), "{n} {at}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_first_largest() {
    let mut numbers = Numbers(9);
    for n in 1..70 {
        let (rows, ld) = (9, n + 2);
        let mut x: Vec<f32> = (0..rows * ld).map(|_| (numbers.unit() * 5.0).round()).collect();
        x[0..n].fill(f32::NAN);
        x[ld..ld + n].fill(f32::NEG_INFINITY);
        x[2 * ld] = f32::NAN;
        x[3 * ld + n - 1] = f32::INFINITY;
        let want: Vec<u32> = (0..rows)
            .map(|r| {
                let (mut best, mut found) = (f32::NEG_INFINITY, None);
                for (i, x) in x[r * ld..r * ld + n].iter().enumerate() {
                    if *x > best || (*x == best && found.is_none()) {
                        (best, found) = (*x, Some(i));
                    }
                }
                found.unwrap_or(0) as u32
            })
            .collect();
        for k in all() {
            let mut out = vec![77u32; rows];
            // SAFETY: the rows.
            unsafe { (k.reduce.argmax)(rows, n, x.as_ptr(), ld, out.as_mut_ptr()) };
            assert_eq!(out, want, "{n} on {}", k.isa.name());
        }
    }
}

#[test]
fn softmax_and_log_softmax() {
    let mut numbers = Numbers(10);
    for n in (1..36).chain([255, 256, 300]) {
        let (rows, ld) = (5, n + 1);
        let mut x = numbers.vec(rows * ld, 5.0);
        x[0] = 1e4;
        x[ld] = -1e4;
        let dy = numbers.vec(rows * ld, 1.0);
        let run = |k: &Kernels| {
            let mut out: [Vec<f32>; 4] = [x.clone(), vec![8.0; rows * ld], vec![8.0; rows * ld], dy.clone()];
            let [a, b, c, d] = out.each_mut().map(|v| v.as_mut_ptr());
            // SAFETY: the rows; the first and the last in place.
            unsafe {
                (k.reduce.softmax)(rows, n, a, ld, a, ld);
                (k.reduce.log_softmax)(rows, n, x.as_ptr(), ld, b, ld);
                (k.reduce.softmax_backward)(rows, n, dy.as_ptr(), ld, a, ld, c, ld);
                (k.reduce.log_softmax_backward)(rows, n, d, ld, b, ld, d, ld);
            }
            out
        };
        let first = run(scalar());
        for k in all() {
            for (a, b) in run(k).iter().zip(&first) {
                same(a, b, k.isa.name());
            }
        }
        for r in 0..rows {
            let row = |v: &[f32]| v[r * ld..r * ld + n].iter().map(|x| f64::from(*x)).collect::<Vec<f64>>();
            let (x, dy) = (row(&x), row(&dy));
            let most = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = x.iter().map(|x| (x - most).exp()).sum();
            let p: Vec<f64> = x.iter().map(|x| (x - most).exp() / sum).collect();
            let log: Vec<f64> = x.iter().map(|x| x - most - sum.ln()).collect();
            let dot: f64 = p.iter().zip(&dy).map(|(p, d)| p * d).sum();
            let total: f64 = dy.iter().sum();
            let dp: Vec<f64> = p.iter().zip(&dy).map(|(p, d)| p * (d - dot)).collect();
            let dlog: Vec<f64> = p.iter().zip(&dy).map(|(p, d)| d - p * total).collect();
            for (k, want) in [p, log, dp, dlog].iter().enumerate() {
                close(&first[k][r * ld..r * ld + n], want, 3e-6, "softmax");
            }
        }
    }
}
