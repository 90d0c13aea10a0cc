//! exp, log and their kin: the same bits everywhere, within 3 ulp, right at the special values.

mod common;

use common::{SPECIAL, same};
use downslope_kernels::simd::{Isa, LANES, Lanes};
use downslope_kernels::{instances, math};

macro_rules! functions {
    ($($name:ident),*) => {
        instances! {
            /// The functions over slices.
            struct Functions { $(
                /// `y = f(x)`
                $name: fn(n: usize, x: *const f32, y: *mut f32) = maps::$name::<V>;
            )* }
        }
        mod maps {
            use super::*;
            $( #[inline(always)]
            pub unsafe fn $name<V: Lanes>(n: usize, x: *const f32, y: *mut f32) {
                for i in (0..n).step_by(LANES) {
                    // SAFETY: n values at x and y.
                    unsafe { math::$name(V::load_first(x.add(i), n - i)).store_first(y.add(i), n - i) }
                }
            } )*
        }
        fn functions(isa: Isa) -> Vec<(&'static str, unsafe fn(usize, *const f32, *mut f32))> {
            let f = match isa {
                #[cfg(target_arch = "x86_64")]
                Isa::Avx2 => Functions::AVX2,
                #[cfg(target_arch = "x86_64")]
                Isa::Avx512 => Functions::AVX512,
                #[cfg(target_arch = "aarch64")]
                Isa::Neon => Functions::NEON,
                _ => Functions::SCALAR,
            };
            vec![$( (stringify!($name), f.$name) ),*]
        }
    };
}
functions!(bell, cos, exp, expm1, log, log1p, log1p_exp, normal, sigmoid, sin, tanh);

fn run(f: unsafe fn(usize, *const f32, *mut f32), x: &[f32]) -> Vec<f32> {
    let mut y = vec![0f32; x.len()];
    // SAFETY: both have the length.
    unsafe { f(x.len(), x.as_ptr(), y.as_mut_ptr()) };
    y
}

fn exact(name: &str, x: f64) -> f64 {
    match name {
        "bell" => libm::exp(-x * x / 2.0),
        "cos" => libm::cos(x),
        "exp" => libm::exp(x),
        "expm1" => libm::expm1(x),
        "log" => libm::log(x),
        "log1p" => libm::log1p(x),
        "log1p_exp" => x.max(0.0) + libm::log1p(libm::exp(-x.abs())),
        "normal" => libm::erfc(-x / std::f64::consts::SQRT_2) / 2.0,
        "sin" => libm::sin(x),
        "sigmoid" => 1.0 / (1.0 + libm::exp(-x)),
        "tanh" => libm::tanh(x),
        other => panic!("no reference for {other}"),
    }
}

/// The distance in units of the last place of the exact value.
fn ulps(got: f32, want: f64) -> f64 {
    let nearest = want as f32;
    if want.is_nan() || nearest.is_infinite() || got.is_infinite() {
        let equal = (want.is_nan() && got.is_nan()) || got == nearest;
        return if equal { 0.0 } else { f64::INFINITY };
    }
    if want.abs() < f64::from(f32::MIN_POSITIVE) && got == 0.0 {
        return 0.0;
    }
    let size = nearest.abs().max(f32::MIN_POSITIVE);
    let ulp = f64::from(f32::from_bits(size.to_bits() + 1)) - f64::from(size);
    (f64::from(got) - want).abs() / ulp
}

#[test]
fn functions_are_accurate_and_equal_on_every_instruction_set() {
    // emulated machines take a larger stride
    let stride = std::env::var("TEST_STRIDE").ok().and_then(|s| s.parse().ok()).unwrap_or(997);
    let x: Vec<f32> = (0..=u32::MAX).step_by(stride).map(f32::from_bits).chain(SPECIAL).collect();
    let scalar = functions(Isa::Scalar);
    for (k, (name, f)) in scalar.into_iter().enumerate() {
        let y = run(f, &x);
        for isa in Isa::available() {
            same(&run(functions(isa)[k].1, &x), &y, &format!("{name} on {}", isa.name()));
        }
        let mut worst = (0.0, 0.0);
        for (x, y) in x.iter().zip(&y) {
            let u = ulps(*y, exact(name, f64::from(*x)));
            if u > worst.0 {
                worst = (u, *x);
            }
            let most = if name == "normal" { 4.0 } else { 3.0 };
            assert!(u <= most, "{name}({x:e}) = {y:e} is {u} ulp off {:e}", exact(name, f64::from(*x)));
        }
        eprintln!("{name}: {:.2} ulp at {:e}", worst.0, worst.1);
    }
}

#[test]
fn special_values_are_right() {
    let (inf, nan) = (f32::INFINITY, f32::NAN);
    let cases: &[(&str, f32, f32)] = &[
        ("bell", 0.0, 1.0),
        ("bell", inf, 0.0),
        ("bell", -inf, 0.0),
        ("bell", nan, nan),
        ("cos", -0.0, 1.0),
        ("cos", inf, nan),
        ("cos", nan, nan),
        ("exp", 0.0, 1.0),
        ("exp", inf, inf),
        ("exp", -inf, 0.0),
        ("exp", 89.0, inf),
        ("exp", -104.0, 0.0),
        ("exp", nan, nan),
        ("expm1", -0.0, -0.0),
        ("expm1", -inf, -1.0),
        ("expm1", inf, inf),
        ("log", 0.0, -inf),
        ("log", -0.0, -inf),
        ("log", -1.0, nan),
        ("log", -inf, nan),
        ("log", inf, inf),
        ("log", nan, nan),
        ("log", 1.0, 0.0),
        ("log", 1e-45, -103.278_93),
        ("log1p", -0.0, -0.0),
        ("log1p", -1.0, -inf),
        ("log1p", -1.5, nan),
        ("log1p", inf, inf),
        ("log1p", nan, nan),
        ("log1p_exp", -inf, 0.0),
        ("log1p_exp", inf, inf),
        ("log1p_exp", nan, nan),
        ("normal", 0.0, 0.5),
        ("normal", -0.0, 0.5),
        ("normal", inf, 1.0),
        ("normal", -inf, 0.0),
        ("normal", nan, nan),
        ("sigmoid", inf, 1.0),
        ("sigmoid", -inf, 0.0),
        ("sigmoid", 0.0, 0.5),
        ("sigmoid", -0.0, 0.5),
        ("sigmoid", nan, nan),
        ("sin", 0.0, 0.0),
        ("sin", -0.0, -0.0),
        ("sin", inf, nan),
        ("sin", -inf, nan),
        ("sin", nan, nan),
        ("tanh", inf, 1.0),
        ("tanh", -inf, -1.0),
        ("tanh", 0.0, 0.0),
        ("tanh", -0.0, -0.0),
        ("tanh", nan, nan),
    ];
    for isa in Isa::available() {
        for (name, f) in functions(isa) {
            for (_, x, want) in cases.iter().filter(|case| case.0 == name) {
                same(&run(f, &[*x]), &[*want], &format!("{name}({x})"));
            }
        }
    }
}
