//! Sums of squares of gradients and limits of norms: the same bits everywhere, the formulas in f64.

mod common;

use common::{Numbers, close, lengths, same};
use downslope_kernels::simd::Isa;
use downslope_kernels::{Kernels, Mat};

fn squares(isa: Isa, g: &[f32], w: &[f32], l2: f32, l1: f32) -> Vec<f32> {
    let mut out = vec![-1f32; g.len().div_ceil(256)];
    // SAFETY: as many values as there are, one sum a chunk.
    unsafe { (Kernels::get(isa).limit.squares)(g.len(), g.as_ptr(), w.as_ptr(), l2, l1, out.as_mut_ptr()) };
    out
}

#[test]
fn squares_are_those_of_the_gradient_with_what_regularisers_add() {
    let mut numbers = Numbers(1);
    for n in lengths() {
        let (g, mut w) = (numbers.vec(n, 2.0), numbers.vec(n, 1.0));
        w.iter_mut().step_by(5).for_each(|w| *w = 0.0);
        for (l2, l1) in [(0.0, 0.0), (0.25, 0.0), (0.0, 0.5), (0.125, 0.75)] {
            let got = squares(Isa::Scalar, &g, &w, l2, l1);
            let term = |(g, w): (&f32, &f32)| {
                let sign = if *w == 0.0 { 0.0 } else { w.signum() };
                (f64::from(*g) + f64::from(l2) * f64::from(*w) + f64::from(l1 * sign)).powi(2)
            };
            let want: Vec<f64> =
                (g.chunks(256).zip(w.chunks(256))).map(|(g, w)| g.iter().zip(w).map(term).sum()).collect();
            close(&got, &want, 1e-6, &format!("{n} values, l2 {l2}, l1 {l1}"));
            for isa in Isa::available() {
                same(&squares(isa, &g, &w, l2, l1), &got, isa.name());
            }
        }
    }
}

#[test]
fn parts_at_multiples_of_a_chunk_give_the_sums_of_the_whole() {
    let mut numbers = Numbers(2);
    let (g, w) = (numbers.vec(2000, 1.0), numbers.vec(2000, 1.0));
    let whole = squares(Isa::Scalar, &g, &w, 0.1, 0.0);
    let mut parts = squares(Isa::Scalar, &g[..768], &w[..768], 0.1, 0.0);
    parts.extend(squares(Isa::Scalar, &g[768..], &w[768..], 0.1, 0.0));
    same(&parts, &whole, "parts");
}

/// `[rows, cols]` in panels with zeros for pads, or row-major.
fn limited(isa: Isa, rows: usize, cols: usize, w: &[f32], limit: f32, panels: bool) -> Vec<f32> {
    let place = |r: usize, c: usize| if panels { c / 16 * 16 * rows + r * 16 + c % 16 } else { r * cols + c };
    let mut memory = vec![0f32; if panels { rows * cols.next_multiple_of(16) } else { rows * cols }];
    for r in 0..rows {
        for c in 0..cols {
            memory[place(r, c)] = w[r * cols + c];
        }
    }
    let p = memory.as_mut_ptr();
    let mat = if panels { Mat::panels(p, rows) } else { Mat::row_major(p, cols) };
    // SAFETY: rows × cols values in this layout.
    unsafe { (Kernels::get(isa).limit.max_norm)(rows, cols, mat, limit) };
    (0..rows * cols).map(|i| memory[place(i / cols, i % cols)]).collect()
}

#[test]
fn columns_beyond_the_limit_get_its_norm_and_others_stay() {
    let mut numbers = Numbers(3);
    for (rows, cols) in [(1, 1), (3, 5), (40, 16), (300, 17), (257, 50), (9, 33)] {
        let limit = (rows as f32).sqrt() * 0.577;
        let w = numbers.vec(rows * cols, 1.0);
        let got = limited(Isa::Scalar, rows, cols, &w, limit, true);
        let mut changed = 0;
        for c in 0..cols {
            let column = |m: &[f32]| (0..rows).map(|r| f64::from(m[r * cols + c])).collect::<Vec<f64>>();
            let norm = |m: &[f64]| m.iter().map(|x| x * x).sum::<f64>().sqrt();
            let (before, after) = (column(&w), column(&got));
            if norm(&before) > f64::from(limit) {
                changed += 1;
                assert!((norm(&after) / f64::from(limit) - 1.0).abs() < 1e-5, "[{rows}, {cols}], column {c}");
                let ratio = norm(&after) / norm(&before);
                assert!(before.iter().zip(&after).all(|(b, a)| (b * ratio - a).abs() < 1e-6), "the direction stays");
            } else {
                assert_eq!(before, after, "[{rows}, {cols}], column {c}");
            }
        }
        assert!(cols < 16 || (0 < changed && changed < cols), "{changed} of {cols}");
        for isa in Isa::available() {
            for panels in [true, false] {
                same(&limited(isa, rows, cols, &w, limit, panels), &got, &format!("{} [{rows}, {cols}]", isa.name()));
            }
        }
    }
}
