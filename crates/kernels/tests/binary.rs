//! Functions of two numbers, choices, and reductions along an axis.

mod common;

use common::{Numbers, SPECIAL, lengths, same};
use downslope_kernels::Kernels;
use downslope_kernels::binary::{FUNCTIONS, find};
use downslope_kernels::simd::Isa;

fn all() -> Vec<&'static Kernels> {
    Isa::available().into_iter().map(Kernels::get).collect()
}

/// f and its two gradients.
fn run(k: &Kernels, id: usize, dy: &[f32], a: &[f32], b: &[f32]) -> [Vec<f32>; 3] {
    let n = a.len();
    let mut y = [vec![7f32; n + 20], vec![7f32; n + 20], vec![7f32; n + 20]];
    let f = &k.binaries[id];
    // SAFETY: n values each.
    unsafe {
        (f.forward)(n, a.as_ptr(), b.as_ptr(), y[0].as_mut_ptr());
        (f.gradient_a)(n, dy.as_ptr(), a.as_ptr(), b.as_ptr(), y[1].as_mut_ptr());
        (f.gradient_b)(n, dy.as_ptr(), a.as_ptr(), b.as_ptr(), y[2].as_mut_ptr());
    }
    y
}

#[test]
fn every_function_has_the_bits_of_scalar_code() {
    let mut numbers = Numbers(5);
    let [dy, a, b] = [0; 3].map(|_| (0..1100).map(|_| numbers.wild()).collect::<Vec<f32>>());
    for (id, f) in FUNCTIONS.iter().enumerate() {
        assert_eq!(find(f.name), Some(id), "{}: names are unique", f.name);
        for n in lengths() {
            let want = run(Kernels::get(Isa::Scalar), id, &dy[..n], &a[..n], &b[..n]);
            for k in all() {
                let got = run(k, id, &dy[..n], &a[..n], &b[..n]);
                for part in 0..3 {
                    same(&got[part], &want[part], &format!("{} part {part}, {:?}, {n} values", f.name, k.isa));
                    assert!(got[part][n..].iter().all(|x| *x == 7.0), "{}: nothing is written behind", f.name);
                }
            }
        }
    }
}

/// In 64 bits.
fn exact(name: &str, a: f64, b: f64) -> f64 {
    let truth = |t: bool| f64::from(u8::from(t));
    match name {
        "add" => a + b,
        "subtract" => a - b,
        "multiply" => a * b,
        "divide" => a / b,
        "maximum" => a.max(b),
        "minimum" => a.min(b),
        "pow" => a.powf(b),
        "greater" => truth(a > b),
        "less" => truth(a < b),
        "equal" => truth(a == b),
        _ => panic!("{name} has no reference: add what it computes in 64 bits"),
    }
}

#[test]
fn values_and_gradients_are_those_of_64_bits() {
    let mut numbers = Numbers(6);
    let (mut a, mut b, dy) = (numbers.vec(500, 3.0), numbers.vec(500, 3.0), numbers.vec(500, 1.0));
    for (id, f) in FUNCTIONS.iter().enumerate() {
        if f.name == "pow" {
            a.iter_mut().for_each(|x| *x = x.abs() + 0.1);
        }
        b[3] = a[3];
        let [y, da, db] = run(Kernels::get(Isa::active().expect("an instruction set")), id, &dy, &a, &b);
        for i in 0..a.len() {
            let (x, z, dy) = (f64::from(a[i]), f64::from(b[i]), f64::from(dy[i]));
            let want = exact(f.name, x, z);
            assert!((f64::from(y[i]) - want).abs() <= 3e-7 * want.abs(), "{}({x}, {z}) = {}", f.name, y[i]);
            let (h, g) = (1e-6 * x.abs(), 1e-6 * z.abs());
            let slopes = [
                (exact(f.name, x + h, z) - exact(f.name, x - h, z)) / (2.0 * h),
                (exact(f.name, x, z + g) - exact(f.name, x, z - g)) / (2.0 * g),
            ];
            for (got, slope) in [da[i], db[i]].into_iter().zip(slopes) {
                let want = if f.smooth { dy * slope } else { 0.0 };
                let close = (f64::from(got) - want).abs() <= 2e-6 * (1.0 + want.abs());
                assert!(close, "{}: gradient at ({x}, {z}) is {got}, should be {want}", f.name);
            }
        }
    }
}

fn pow(a: &[f32], b: &[f32]) -> Vec<f32> {
    let k = Kernels::get(Isa::active().expect("an instruction set"));
    let mut y = vec![0f32; a.len()];
    let id = find("pow").expect("pow");
    // SAFETY: as many values each.
    unsafe { (k.binaries[id].forward)(a.len(), a.as_ptr(), b.as_ptr(), y.as_mut_ptr()) };
    y
}

#[test]
fn powers_are_within_three_units_in_the_last_place() {
    let mut numbers = Numbers(7);
    let (mut a, mut b) = (vec![], vec![]);
    while a.len() < 200_000 {
        // the logarithm of the result anywhere a float reaches
        let x = f32::from_bits((numbers.word() >> 33) as u32);
        let y = 87.0 * numbers.unit() / x.ln();
        if x.is_normal() && y.is_finite() {
            a.push(x);
            b.push(y);
        }
    }
    for ((x, z), y) in a.iter().zip(&b).zip(pow(&a, &b)) {
        let want = f64::from(*x).powf(f64::from(*z));
        let unit = f64::from(f32::from_bits((want as f32).to_bits() + 1)) - f64::from(want as f32);
        assert!((f64::from(y) - want).abs() <= 3.0 * unit, "{x}^{z} = {y}, should be {want}");
    }
}

#[test]
fn special_powers_are_those_of_c() {
    let list: Vec<f32> = SPECIAL.into_iter().chain([3.0, -3.0, 2.5, -2.5, 16_777_217.0, -8_388_609.0, 0.999]).collect();
    for x in &list {
        let (a, y) = (vec![*x; list.len()], pow(&vec![*x; list.len()], &list));
        for ((a, b), y) in a.iter().zip(&list).zip(y) {
            let exact = f64::from(*a).powf(f64::from(*b)) as f32;
            // denormal results are 0
            let want = if exact.is_subnormal() { 0.0f32.copysign(exact) } else { exact };
            let close = (y - want).abs() <= 3e-7 * want.abs() || (y.abs() <= f32::MIN_POSITIVE && exact.is_subnormal());
            let same = y.to_bits() == want.to_bits() || (y.is_nan() && want.is_nan()) || (want.is_normal() && close);
            assert!(same || (close && want == 0.0 && exact != 0.0), "{a}^{b} = {y}, should be {want}");
        }
    }
}

#[test]
fn reductions_along_an_axis_are_those_of_64_bits() {
    let mut numbers = Numbers(8);
    for (rows, n) in [(1, 1), (3, 15), (2, 16), (5, 17), (1, 256), (2, 257), (3, 1000)] {
        let x = numbers.vec(rows * n, 2.0);
        let row = |r: usize| x[r * n..][..n].iter().map(|v| f64::from(*v));
        let mut want: Option<Vec<Vec<u32>>> = None;
        for k in all() {
            let mut out = [vec![0f32; rows], vec![0f32; rows], vec![0f32; rows], vec![0f32; n], vec![0f32; n]];
            // SAFETY: rows × n values, and one for each row or column.
            unsafe {
                (k.axis.sum_rows)(rows, n, x.as_ptr(), out[0].as_mut_ptr());
                (k.axis.max_rows)(rows, n, x.as_ptr(), out[1].as_mut_ptr());
                (k.axis.min_rows)(rows, n, x.as_ptr(), out[2].as_mut_ptr());
                (k.axis.max_columns)(rows, n, x.as_ptr(), n, out[3].as_mut_ptr());
                (k.axis.min_columns)(rows, n, x.as_ptr(), n, out[4].as_mut_ptr());
            }
            for (r, ((sum, most), least)) in out[0].iter().zip(&out[1]).zip(&out[2]).enumerate() {
                assert!((f64::from(*sum) - row(r).sum::<f64>()).abs() < 1e-4);
                assert_eq!(f64::from(*most), row(r).fold(f64::NEG_INFINITY, f64::max));
                assert_eq!(f64::from(*least), row(r).fold(f64::INFINITY, f64::min));
            }
            for (j, (most, least)) in out[3].iter().zip(&out[4]).enumerate() {
                let column = || (0..rows).map(|r| x[r * n + j]);
                assert_eq!(*most, column().fold(f32::NEG_INFINITY, f32::max));
                assert_eq!(*least, column().fold(f32::INFINITY, f32::min));
            }
            let bits: Vec<Vec<u32>> = out.iter().map(|o| o.iter().map(|x| x.to_bits()).collect()).collect();
            assert_eq!(want.get_or_insert(bits.clone()), &bits, "{:?}", k.isa);
        }
    }
}

#[test]
fn extremes_hand_nan_on() {
    for k in all() {
        for at in [0, 7, 16, 30] {
            let mut x = [1f32; 31];
            x[at] = f32::NAN;
            let mut out = [0f32; 2];
            // SAFETY: one row of 31 values.
            unsafe {
                (k.axis.max_rows)(1, 31, x.as_ptr(), &raw mut out[0]);
                (k.axis.min_rows)(1, 31, x.as_ptr(), &raw mut out[1]);
            }
            assert!(out.iter().all(|x| x.is_nan()), "{:?}", k.isa);
        }
    }
}

#[test]
fn choices_choose() {
    for k in all() {
        for n in lengths() {
            let mut numbers = Numbers(n as u64);
            let [c, a, b] = [0; 3]
                .map(|_| numbers.vec(n, 1.0).iter().map(|x| if *x > 0.5 { 0.0 } else { *x }).collect::<Vec<f32>>());
            let mut y = [vec![7f32; n + 3], vec![7f32; n + 3], vec![7f32; n + 3]];
            // SAFETY: n values each.
            unsafe {
                (k.choose.select)(n, c.as_ptr(), a.as_ptr(), b.as_ptr(), y[0].as_mut_ptr());
                (k.choose.clip)(n, a.as_ptr(), y[1].as_mut_ptr(), -0.25, 0.25);
                (k.choose.clip_gradient)(n, b.as_ptr(), a.as_ptr(), y[2].as_mut_ptr(), -0.25, 0.25);
            }
            for i in 0..n {
                assert_eq!(y[0][i], if c[i] != 0.0 { a[i] } else { b[i] });
                assert_eq!(y[1][i], a[i].clamp(-0.25, 0.25));
                assert_eq!(y[2][i], if a[i].abs() <= 0.25 { b[i] } else { 0.0 });
            }
            assert!(y.iter().all(|y| y[n..].iter().all(|x| *x == 7.0)), "nothing is written behind");
        }
    }
}
