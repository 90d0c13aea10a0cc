//! Functions and losses against PyTorch's numbers; `golden/make.py` made them and says how.
//!
//! A function or a loss without golden numbers fails. Values and derivatives must be within 1e-6 relative, or 3e-7 absolute (an ulp or two of
//! 1, where a result is the difference of such numbers; of x, where it is x times such a difference); near 0, where no function has a reason to lose digits, within 1e-6 relative only.

use downslope_kernels::elementwise::FUNCTIONS;
use downslope_kernels::loss::{LOSSES, LossJob, Target};
use downslope_kernels::simd::Isa;
use downslope_kernels::{Kernels, Mat};

/// Where results may be flushed to 0.
const DENORMAL: f64 = 1.2e-38;

fn near(got: f32, want: f64, absolute: f64) -> bool {
    let (same, got) = (got == want as f32, f64::from(got));
    same || (got - want).abs() <= 1e-6 * want.abs() + absolute
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|n| n.parse().expect("a number")).collect()
}

fn singles(text: &str) -> Vec<f32> {
    numbers(text).into_iter().map(|n| n as f32).collect()
}

fn kernels() -> Vec<&'static Kernels> {
    Isa::available().into_iter().map(Kernels::get).collect()
}

#[test]
fn functions_are_pytorchs() {
    let lines = include_str!("golden/functions.txt");
    for (id, f) in FUNCTIONS.iter().enumerate() {
        let cases: Vec<Vec<f64>> =
            (lines.lines()).filter_map(|line| line.strip_prefix(f.name)?.strip_prefix(' ')).map(numbers).collect();
        assert!(cases.len() > 20, "{} has no golden numbers: add it to golden/make.py", f.name);
        for case in cases {
            let [parameter, x, y, derivative] = case[..] else { panic!("a line of {}", f.name) };
            let p = [parameter as f32, 0.0, 0.0, 0.0];
            let absolute = if x.abs() < 1e-3 { DENORMAL } else { 3e-7 * x.abs().clamp(1.0, 10.0) };
            for k in kernels() {
                let (from, mut value, mut dx, mut dy) = (x as f32, 0f32, 0f32, 1f32);
                // SAFETY: one value everywhere.
                unsafe {
                    (k.functions[id].forward)(1, &from, &mut value, &p);
                    let mut v = if f.from_output { value } else { from };
                    let (a, b) = (Mat::row_major(&mut dy, 1), Mat::row_major(&mut v, 1));
                    (k.functions[id].backward)(1, 1, a, b, Mat::row_major(&mut dx, 1), &p);
                }
                let what = format!("{} ({parameter}) at {x} on {}", f.name, k.isa.name());
                assert!(near(value, y, absolute), "{what} is {value:e}, should be {y:e}");
                assert!(near(dx, derivative, absolute), "{what} has derivative {dx:e}, should be {derivative:e}");
            }
        }
    }
}

#[test]
fn losses_are_pytorchs() {
    let lines = include_str!("golden/losses.txt");
    for (id, about) in LOSSES.iter().enumerate() {
        let cases: Vec<Vec<&str>> = (lines.lines())
            .filter_map(|line| line.strip_prefix(about.name)?.strip_prefix(' '))
            .map(|line| line.split(" | ").collect())
            .collect();
        assert!(cases.len() > 20, "{} has no golden numbers: add it to golden/make.py", about.name);
        for case in cases {
            let [parameter, z, t, loss, gradient] = case[..] else { panic!("a line of {}", about.name) };
            let (z, want) = (singles(z), numbers(loss)[0]);
            let class: Option<u32> = t.strip_prefix("id ").map(|id| id.parse().expect("an id"));
            let t = if class.is_some() { vec![] } else { singles(t) };
            let (gradient, p) = (numbers(gradient), [parameter.parse().expect("a number"), 0.0, 0.0, 0.0]);
            for k in kernels() {
                let (n, mut got, mut dz) = (z.len(), 0f32, vec![0f32; z.len()]);
                let target = match &class {
                    Some(id) => Target::Ids(id),
                    None => Target::Values { ptr: t.as_ptr(), ld: n },
                };
                let (z, dz_at) = (z.as_ptr(), dz.as_mut_ptr());
                let dl = std::ptr::null();
                let job = LossJob { rows: 1, n, z, ldz: n, target, dl, loss: &mut got, dz: dz_at, lddz: n, p };
                // SAFETY: one row of n values.
                unsafe { k.loss[id](job) };
                let what = format!("{} on {} of {case:?}", about.name, k.isa.name());
                // a sum of terms that may cancel is as exact as its largest term
                let terms = if about.name == "kullbackLeibler" { 1e-6 } else { 3e-7 };
                assert!(near(got, want, terms), "{what}: {got:e}, should be {want:e}");
                for (got, want) in dz.iter().zip(&gradient) {
                    assert!(near(*got, *want, 3e-7), "{what}: gradient {got:e}, should be {want:e}");
                }
            }
        }
    }
}

#[test]
fn softmax_is_pytorchs() {
    for line in include_str!("golden/softmax.txt").lines() {
        let [name, x, dy, y, dx] = line.split(" | ").collect::<Vec<_>>()[..] else { panic!("a line") };
        let (x, dy, y, dx) = (singles(x), singles(dy), numbers(y), numbers(dx));
        let n = x.len();
        for k in kernels() {
            let (forward, backward) = if name == "softmax" {
                (k.reduce.softmax, k.reduce.softmax_backward)
            } else {
                (k.reduce.log_softmax, k.reduce.log_softmax_backward)
            };
            let (mut got, mut gradient) = (vec![0f32; n], vec![0f32; n]);
            // SAFETY: one row of n values everywhere.
            unsafe {
                forward(1, n, x.as_ptr(), n, got.as_mut_ptr(), n);
                backward(1, n, dy.as_ptr(), n, got.as_ptr(), n, gradient.as_mut_ptr(), n);
            }
            for i in 0..n {
                assert!(near(got[i], y[i], 3e-7), "{line}: value {i} is {:e}", got[i]);
                // a derivative is a difference of numbers of the size of dy
                assert!(near(gradient[i], dx[i], 2e-6), "{line}: derivative {i} is {:e}", gradient[i]);
            }
        }
    }
}
