//! Every registered function, and the small arithmetic.

mod common;

use common::{Numbers, lengths, same};
use downslope_kernels::elementwise::{FUNCTIONS, NAMES, find};
use downslope_kernels::simd::Isa;
use downslope_kernels::{Kernels, Mat};

fn all() -> Vec<&'static Kernels> {
    Isa::available().into_iter().map(Kernels::get).collect()
}

#[test]
fn functions_are_found_by_name() {
    for (id, f) in FUNCTIONS.iter().enumerate() {
        assert_eq!(find(f.name), Some(id), "{}: names are unique", f.name);
        assert_eq!(NAMES[id], f.name);
        assert!(f.parameters.len() <= 4);
    }
    assert_eq!(find("no such function"), None);
    assert!(find("relu").is_some() && find("tanh").is_some() && find("sigmoid").is_some());
}

#[test]
fn forward_equals_scalar_on_all_lengths() {
    let mut numbers = Numbers(3);
    let x: Vec<f32> = (0..1100).map(|_| numbers.wild()).collect();
    for (id, f) in FUNCTIONS.iter().enumerate() {
        let p = f.defaults();
        for n in lengths() {
            let x = &x[n % 3..n % 3 + n];
            let run = |k: &Kernels, in_place: bool| {
                let mut y = vec![7f32; n + 20];
                y[..n].copy_from_slice(x);
                let from = if in_place { y.as_ptr() } else { x.as_ptr() };
                // SAFETY: n values at both, equal or disjoint.
                unsafe { (k.functions[id].forward)(n, from, y.as_mut_ptr(), &p) };
                y
            };
            let want = run(Kernels::get(Isa::Scalar), false);
            assert_eq!(want[n..], [7.0; 20], "{}: writes beyond the end", f.name);
            for k in all() {
                let what = format!("{} of {n} on {}", f.name, k.isa.name());
                same(&run(k, false), &want, &what);
                same(&run(k, true), &want, &what);
            }
        }
    }
}

/// A matrix in either layout, filled from rows × cols values; unused places hold 5.
fn place(values: &[f32], rows: usize, cols: usize, panels: bool) -> (Vec<f32>, usize) {
    let ld = cols + 3;
    let mut m = vec![5f32; if panels { cols.div_ceil(16) * 16 * rows } else { rows * ld } + 16];
    for i in 0..rows {
        for j in 0..cols {
            m[if panels { j / 16 * 16 * rows + 16 * i + j % 16 } else { i * ld + j }] = values[i * cols + j];
        }
    }
    (m, ld)
}
fn view(m: &mut [f32], rows: usize, ld: usize, panels: bool) -> Mat {
    if panels { Mat::panels(m.as_mut_ptr(), rows) } else { Mat::row_major(m.as_mut_ptr(), ld) }
}

#[test]
fn backward_equals_scalar_in_both_layouts() {
    let mut numbers = Numbers(4);
    for (id, f) in FUNCTIONS.iter().enumerate() {
        let p = f.defaults();
        for (rows, cols) in [(1, 1), (3, 7), (1, 20), (2, 16), (5, 33), (4, 48), (0, 5)] {
            let dy: Vec<f32> = (0..rows * cols).map(|_| numbers.wild()).collect();
            let v: Vec<f32> = (0..rows * cols).map(|_| numbers.wild()).collect();
            let run = |k: &Kernels, panels: [bool; 3], in_place: bool| {
                let (mut dy, ld) = place(&dy, rows, cols, panels[0]);
                let (mut v, _) = place(&v, rows, cols, panels[1]);
                let (mut dx, _) = place(&vec![5.0; rows * cols], rows, cols, panels[2]);
                let (a, b) = (view(&mut dy, rows, ld, panels[0]), view(&mut v, rows, ld, panels[1]));
                let out = if in_place { a } else { view(&mut dx, rows, ld, panels[2]) };
                // SAFETY: all hold rows × cols.
                unsafe { (k.functions[id].backward)(rows, cols, a, b, out, &p) };
                if in_place { dy } else { dx }
            };
            for panels in [false, true] {
                let want = run(Kernels::get(Isa::Scalar), [false, false, panels], false);
                let filled = |i: usize| if panels { i < cols.div_ceil(16) * 16 * rows } else { i % (cols + 3) < cols };
                for (i, x) in want.iter().enumerate().filter(|(i, _)| !filled(*i) || *i >= rows * (cols + 3)) {
                    assert!(*x == 5.0 || (panels && filled(i)), "{}: {rows} × {cols}: wrote at {i}", f.name);
                }
                if panels {
                    for i in 0..rows {
                        for j in cols..cols.div_ceil(16) * 16 {
                            assert_eq!(want[j / 16 * 16 * rows + 16 * i + j % 16], 0.0, "{}: pad lane", f.name);
                        }
                    }
                }
                for k in all() {
                    for from in [false, true] {
                        let what = format!("{} backward {rows} × {cols} on {}", f.name, k.isa.name());
                        same(&run(k, [from, !from, panels], false), &want, &what);
                        if from == panels {
                            same(&run(k, [from, !from, panels], true), &want, &what);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn backward_is_the_derivative() {
    let h = 1.0 / 256.0;
    for k in all() {
        for (id, f) in FUNCTIONS.iter().enumerate() {
            let p = f.defaults();
            let x: Vec<f32> = (-600..600).map(|i| (i as f32 + 0.37) / 100.0).collect();
            let forward = |shift: f32| {
                let mut y: Vec<f32> = x.iter().map(|x| x + shift).collect();
                let at = y.as_mut_ptr();
                // SAFETY: in place.
                unsafe { (k.functions[id].forward)(y.len(), at, at, &p) };
                y
            };
            let (y, above, below) = (forward(0.0), forward(h), forward(-h));
            let mut v = if f.from_output { y.clone() } else { x.clone() };
            let mut dy = vec![2f32; x.len()];
            let (a, b) = (Mat::row_major(dy.as_mut_ptr(), x.len()), Mat::row_major(v.as_mut_ptr(), x.len()));
            // SAFETY: one row of x.len() columns.
            unsafe { (k.functions[id].backward)(1, x.len(), a, b, a, &p) };
            for i in 0..x.len() {
                let (right, left) = ((above[i] - y[i]) / h, (y[i] - below[i]) / h);
                // outside the domain there is no value, at a kink no derivative
                if [right, left].iter().any(|s| !s.is_finite()) || (right - left).abs() > 0.006 * (1.0 + y[i].abs()) {
                    continue;
                }
                let want = (above[i] - below[i]) / h;
                let tolerance = 8e-3 * (1.0 + y[i].abs());
                assert!((dy[i] - want).abs() < tolerance, "{}'({}) = {}, expected {want}", f.name, x[i], dy[i]);
            }
        }
    }
}

/// What each function is at -∞ and at ∞, at its default parameters.
fn limits(name: &str) -> [f32; 2] {
    let (inf, nan) = (f32::INFINITY, f32::NAN);
    match name {
        "relu" | "softplus" | "silu" | "hardSilu" | "mish" | "gelu" | "geluTanh" | "exp" => [0.0, inf],
        "leakyRelu" => [-inf, inf],
        "relu6" => [0.0, 6.0],
        "elu" | "expm1" => [-1.0, inf],
        "selu" => [-1.758_099_3, inf],
        "tanh" | "softsign" | "sign" => [-1.0, 1.0],
        "sigmoid" | "hardSigmoid" => [0.0, 1.0],
        "negate" => [inf, -inf],
        "abs" | "square" => [inf, inf],
        "sqrt" | "log" | "log1p" => [nan, inf],
        "sin" | "cos" => [nan, nan],
        _ => panic!("{name}: say what it is at the infinities"),
    }
}

#[test]
fn infinities_have_their_limits() {
    for (id, f) in FUNCTIONS.iter().enumerate() {
        let [low, high] = limits(f.name);
        let mut x = [f32::NEG_INFINITY, f32::INFINITY, f32::NAN];
        for k in all() {
            let mut y = [0f32; 3];
            // SAFETY: three values.
            unsafe { (k.functions[id].forward)(3, x.as_mut_ptr(), y.as_mut_ptr(), &f.defaults()) };
            assert!(y[2].is_nan(), "{}: NaN must stay", f.name);
            for (got, want) in y.into_iter().zip([low, high]) {
                let near = (got - want).abs() < 1e-6 || got == want || (got.is_nan() && want.is_nan());
                assert!(near, "{} at ±∞: {y:?}, should be {low} and {high}", f.name);
            }
        }
    }
}

#[test]
fn small_arithmetic_equals_scalar_and_plain_rust() {
    let mut numbers = Numbers(5);
    for n in lengths() {
        let (a, b) = (numbers.vec(n + 1, 3.0), numbers.vec(n + 1, 3.0));
        let (a, b) = (&a[1..], &b[1..]);
        for k in all() {
            let mut y = [b.to_vec(), vec![0.0; n], vec![0.0; n], vec![0.0; n]];
            // SAFETY: n values everywhere.
            unsafe {
                (k.basic.add_into)(n, a.as_ptr(), y[0].as_mut_ptr());
                (k.basic.mul)(n, a.as_ptr(), b.as_ptr(), y[1].as_mut_ptr());
                (k.basic.scale)(n, a.as_ptr(), y[2].as_mut_ptr(), 0.3);
                (k.basic.affine)(n, a.as_ptr(), y[3].as_mut_ptr(), 0.3, -1.1);
            }
            let zip = |f: fn(f32, f32) -> f32| a.iter().zip(b).map(|(a, b)| f(*a, *b)).collect::<Vec<_>>();
            same(&y[0], &zip(|a, b| b + a), "add_into");
            same(&y[1], &zip(|a, b| a * b), "mul");
            same(&y[2], &zip(|a, _| a * 0.3), "scale");
            same(&y[3], &zip(|a, _| a * 0.3 + -1.1), "affine");
            let mut s = vec![0f32; 2 * n];
            let x: Vec<f32> = a.iter().chain(b).copied().collect();
            // SAFETY: two rows of n.
            unsafe { (k.basic.standardize)(2, n, x.as_ptr(), a.as_ptr(), b.as_ptr(), s.as_mut_ptr()) };
            let want: Vec<f32> = (0..2 * n).map(|i| (x[i] - a[i % n]) * b[i % n]).collect();
            same(&s, &want, "standardize");
        }
    }
}
