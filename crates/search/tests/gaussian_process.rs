//! The Gaussian process against scikit-learn, functions of the normal distribution against mpmath, and the sampler by its
//! contract. `golden/gaussian_process.py` makes the numbers.

use std::sync::atomic::AtomicBool;

use downslope_search::Session;
use downslope_search::gp::kernel::{Parameters, Points};
use downslope_search::gp::model::{Model, negative_log_likelihood};
use downslope_search::normal::{log_distribution, log_improvement};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    processes: Vec<Process>,
    normal: Vec<[f64; 5]>,
}

#[derive(Deserialize)]
struct Process {
    lengths: Vec<f64>,
    scale: f64,
    noise: f64,
    x: Vec<Vec<f64>>,
    y: Vec<f64>,
    at: Vec<Vec<f64>>,
    mean: Vec<f64>,
    variance: Vec<f64>,
    likelihood: f64,
    gradient: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/gaussian_process.json")).expect("the numbers")
}

/// Relative to the larger of 1 and the number: both sides factorise with condition numbers up to 1e5, in f64.
fn near(ours: f64, theirs: f64, tolerance: f64) -> bool {
    (ours - theirs).abs() <= tolerance * theirs.abs().max(1.0)
}

#[test]
fn mean_variance_and_likelihood_are_those_of_scikit_learn() {
    for process in golden().processes {
        let Process { lengths, scale, noise, x, y, at, mean, variance, likelihood, gradient } = process;
        let width = lengths.len();
        let weights = lengths.iter().map(|length| 1.0 / (length * length)).collect();
        let parameters = Parameters { weights, scale, noise };
        let mut model = Model::new(vec![false; width], parameters.clone());
        let mut points = Points::new(vec![false; width]);
        for row in &x {
            model.push(row);
            points.push(row);
        }
        model.observe(&y);
        for ((row, mean), variance) in at.iter().zip(mean).zip(variance) {
            let slope = model.slope(row);
            assert!(near(slope.mean, mean, 1e-10), "{} {mean}", slope.mean);
            assert!(near(slope.variance, variance, 1e-10), "{} {variance}", slope.variance);
        }
        for (i, (row, value)) in x.iter().zip(&y).enumerate() {
            assert!(near(model.mean_at(i, *value), model.slope(row).mean, 1e-10));
        }
        let mut ours = vec![0.0; width + 2];
        let value = -negative_log_likelihood(&points, &y, &parameters, &mut ours);
        assert!(near(value, likelihood, 1e-10), "{value} {likelihood}");
        // theirs is ordered: ln scale, ln ℓ, ln noise
        let theirs = gradient[1..=width].iter().chain([&gradient[0], &gradient[width + 1]]);
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert!(near(-ours, *theirs, 1e-8), "{ours} {theirs}");
        }
    }
}

#[test]
fn pending_points_leave_the_mean_and_take_variance() {
    let Process { lengths, scale, noise, x, y, at, .. } = golden().processes.swap_remove(1);
    let weights = lengths.iter().map(|length| 1.0 / (length * length)).collect();
    let mut model = Model::new(vec![false; lengths.len()], Parameters { weights, scale, noise });
    x.iter().for_each(|row| model.push(row));
    model.observe(&y);
    let before: Vec<_> = at.iter().map(|row| model.slope(row)).collect();
    let believed: Vec<f64> = at[..3].iter().map(|row| model.slope(row).mean).collect();
    let mut full = model.clone();
    at[..3].iter().for_each(|row| model.push(row));
    // the long way: believed values as if they had been observed
    at[..3].iter().for_each(|row| full.push(row));
    full.observe(&[y, believed].concat());
    for (row, before) in at.iter().zip(before) {
        let (after, long) = (model.slope(row), full.slope(row));
        assert!((after.mean - before.mean).abs() < 1e-12 && (long.mean - before.mean).abs() < 1e-10);
        assert!(after.variance < before.variance && (after.variance - long.variance).abs() < 1e-12);
    }
}

#[test]
fn functions_of_the_normal_distribution_stay_exact_far_out() {
    let Golden { normal, .. } = golden();
    for [z, improvement, improvement_slope, distribution, distribution_slope] in normal {
        let pairs = [
            (log_improvement(z).0, improvement),
            (log_improvement(z).1, improvement_slope),
            (log_distribution(z).0, distribution),
            (log_distribution(z).1, distribution_slope),
        ];
        for (ours, theirs) in pairs {
            // just above −5 the plain formula subtracts numbers that agree to a twenty-seventh
            assert!((ours / theirs - 1.0).abs() < 2e-13 || (ours - theirs).abs() < 1e-15, "{z}: {ours} {theirs}");
        }
    }
}

const OPTIONS: &str = r#"{"startup":6,"acquisition":"logExpectedImprovement","kappa":2,"xi":0.01}"#;
/// Nobody cancels.
static NEVER: AtomicBool = AtomicBool::new(false);

fn session(space: &str, options: &str, directions: usize) -> Session {
    let study = format!(r#"{{"seed":3,"directions":{:?}}}"#, vec!["minimize"; directions]);
    Session::new("gaussianProcess", space, options, &study).expect("a session")
}

const MIXED: &str = r#"{"dimensions":[
    {"name":"rate","kind":"float","low":1e-4,"high":1,"log":true},
    {"name":"units","kind":"int","low":4,"high":300,"log":true,"step":1},
    {"name":"depth","kind":"ordinal","count":3},
    {"name":"kind","kind":"category","count":3},
    {"name":"kind.b.momentum","kind":"float","low":0,"high":0.9,"log":false,"when":{"parent":3,"low":1,"high":1}},
    {"name":"kind.c.layers","kind":"int","low":1,"high":3,"log":false,"step":1,"when":{"parent":3,"low":2,"high":2}},
    {"name":"kind.c.width","kind":"category","count":2,"when":{"parent":5,"low":2,"high":3}},
    {"name":"fixed","kind":"float","low":2,"high":2,"log":false}
]}"#;

/// The point (rate 0.01, units 60, depth 1, kind b, momentum 0.6) is best, with 0.
fn mixed(x: &[f64]) -> f64 {
    let squares = (x[0].log10() + 2.0).powi(2) + (x[1] / 60.0).ln().powi(2) + (x[2] - 1.0).powi(2);
    squares + if x[3] == 1.0 { (x[4] - 0.6).powi(2) } else { 0.5 + x[3] }
}

/// Trials one after the other, told `lag` later; values by `value(trial, point)` as row after the number.
fn run(session: &mut Session, trials: usize, lag: usize, value: impl Fn(usize, &[f64]) -> Vec<f64>) -> Vec<Vec<f64>> {
    let (mut points, mut rows): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
    let mut asked: Vec<f64> = Vec::new();
    for trial in 0..trials {
        let told = if trial >= lag { rows[trial - lag].clone() } else { Vec::new() };
        let point = session.suggest(&asked, &told, &NEVER).expect("numerics").expect("a point");
        rows.push(std::iter::once(trial as f64).chain(value(trial, &point)).collect());
        asked.clone_from(&point);
        points.push(point);
    }
    points
}

fn completed(value: f64) -> Vec<f64> {
    vec![0.0, f64::NAN, 0.0, value]
}

#[test]
fn a_mixed_conditional_space_is_searched_well() {
    let points = run(&mut session(MIXED, OPTIONS, 1), 50, 1, |_, x| completed(mixed(x)));
    let best = points.iter().map(|x| mixed(x)).fold(f64::INFINITY, f64::min);
    // 50 uniform draws get to about 1
    assert!(best < 0.01, "{best}");
    for x in &points {
        assert_eq!((x[3] == 1.0, x[3] == 2.0), (!x[4].is_nan(), !x[5].is_nan()));
        assert_eq!(!x[6].is_nan(), x[5] >= 2.0);
        assert!(x[7] == 2.0 && x[1].fract() == 0.0);
    }
}

#[test]
fn a_resumed_sampler_suggests_what_one_that_lived_on_does() {
    for lag in [1, 5] {
        let value = |trial: usize, x: &[f64]| match trial % 9 {
            4 => vec![2.0, f64::NAN, 0.0, f64::NAN],
            7 => vec![1.0, 3.0, 0.0, mixed(x)],
            _ => vec![0.0, f64::NAN, (x[0] - 0.3).max(0.0), mixed(x)],
        };
        let points = run(&mut session(MIXED, OPTIONS, 1), 40, lag, value);
        for trial in [7, 23, 31, 39] {
            let asked = points[..trial].concat();
            let row = |number: usize| [vec![number as f64], value(number, &points[number])].concat();
            let told: Vec<f64> = (0..(trial + 1).saturating_sub(lag)).flat_map(row).collect();
            let again = session(MIXED, OPTIONS, 1).suggest(&asked, &told, &NEVER).expect("numerics").expect("a point");
            let bits = |x: &[f64]| x.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&again), bits(&points[trial]), "trial {trial}");
        }
    }
}

#[test]
fn every_acquisition_finds_a_minimum() {
    for acquisition in ["logExpectedImprovement", "upperConfidenceBound", "probabilityOfImprovement"] {
        let options = format!(r#"{{"startup":6,"acquisition":"{acquisition}","kappa":2,"xi":0.3}}"#);
        let space = r#"{"dimensions":[{"name":"x","kind":"float","low":-5,"high":5,"log":false},
            {"name":"y","kind":"float","low":-5,"high":5,"log":false}]}"#;
        let value = |x: &[f64]| (x[0] - 1.0).powi(2) + (x[1] + 2.0).powi(2) + x[0] * x[1];
        let points = run(&mut session(space, &options, 1), 30, 1, |_, x| completed(value(x)));
        let best = points.iter().map(|x| value(x)).fold(f64::INFINITY, f64::min);
        // at (8/3, −10/3); values reach 86, so this is a two-thousandth of their range
        assert!(best + 13.0 / 3.0 < 0.05, "{acquisition}: {best}");
    }
}

#[test]
fn degenerate_histories_give_points_too() {
    let one = r#"{"dimensions":[{"name":"x","kind":"float","low":0,"high":1,"log":false}]}"#;
    type Case = (&'static str, fn(usize) -> f64);
    let cases: [Case; 7] = [
        ("equal", |_| 4.0),
        ("huge", |trial| if trial % 3 == 0 { 1e308 } else { -1e308 }),
        ("infinite", |trial| if trial % 2 == 0 { f64::INFINITY } else { trial as f64 }),
        ("only infinite", |_| f64::NEG_INFINITY),
        ("tiny", |trial| 1e-320 * trial as f64),
        ("diverging", |trial| if trial % 2 == 0 { 10f64.powi(trial as i32) } else { 1.0 + 1e-9 * trial as f64 }),
        ("two values", |trial| (trial % 2) as f64),
    ];
    for (name, value) in cases {
        for space in [one, MIXED] {
            let points = run(&mut session(space, OPTIONS, 1), 25, 1, |trial, _| completed(value(trial)));
            assert!(points.iter().all(|x| x[0].is_finite()), "{name}");
        }
    }
    // all failed: nothing to learn from, nothing to go wrong
    let failed = run(&mut session(one, OPTIONS, 1), 15, 1, |_, _| vec![2.0, f64::NAN, 0.0, f64::NAN]);
    assert_eq!(failed.len(), 15);
    // the same point again and again, as a user may enqueue it
    let mut repeated = session(one, OPTIONS, 1);
    let asked = vec![0.25; 12];
    let told: Vec<f64> = (0..12).flat_map(|number| [vec![f64::from(number)], completed(1.0)].concat()).collect();
    assert!(repeated.suggest(&asked, &told, &NEVER).expect("numerics").is_some());
    // a space of nothing but single values, and one of nothing at all
    for space in [r#"{"dimensions":[{"name":"x","kind":"float","low":3,"high":3,"log":true}]}"#, r#"{"dimensions":[]}"#]
    {
        assert!(session(space, OPTIONS, 1).suggest(&[], &[], &NEVER).expect("numerics").is_some());
    }
}

#[test]
fn a_finite_space_is_searched_to_its_end_without_duplicates() {
    let space = r#"{"dimensions":[{"name":"a","kind":"category","count":4},{"name":"b","kind":"category","count":3},
        {"name":"c","kind":"ordinal","count":2}]}"#;
    let value = |x: &[f64]| (x[0] - 2.0).abs() + (x[1] - 1.0).abs() + 0.5 * x[2];
    let mut session = session(space, OPTIONS, 1);
    let points = run(&mut session, 24, 1, |_, x| completed(value(x)));
    let mut sorted: Vec<Vec<u64>> = points.iter().map(|x| x.iter().map(|v| v.to_bits()).collect()).collect();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), 24);
    let last = [vec![23.0], completed(0.0)].concat();
    assert_eq!(session.suggest(&points[23], &last, &NEVER).expect("numerics"), None);
    // the best one comes early: in any order it would be the twelfth
    let place = |seed: u64| {
        let study = format!(r#"{{"seed":{seed},"directions":["minimize"]}}"#);
        let mut session = Session::new("gaussianProcess", space, OPTIONS, &study).expect("a session");
        let points = run(&mut session, 24, 1, |_, x| completed(value(x)));
        points.iter().position(|x| value(x) == 0.0).expect("all of them")
    };
    let places: Vec<usize> = (0..10).map(place).collect();
    assert!(places.iter().sum::<usize>() < 80, "{places:?}");
}

#[test]
fn several_directions_spread_over_the_front_and_constraints_are_kept() {
    let space = r#"{"dimensions":[{"name":"x","kind":"float","low":0,"high":1,"log":false},
        {"name":"y","kind":"float","low":0,"high":1,"log":false}]}"#;
    // the front is y = 0.5, any x
    let two =
        |x: &[f64]| vec![0.0, f64::NAN, 0.0, x[0] + (x[1] - 0.5).powi(2), 1.0 - x[0] + 2.0 * (x[1] - 0.5).powi(2)];
    let points = run(&mut session(space, OPTIONS, 2), 40, 1, |_, x| two(x));
    let late = &points[15..];
    assert!(late.iter().filter(|x| (x[1] - 0.5).abs() < 0.1).count() >= 15, "{late:?}");
    assert!(late.iter().any(|x| x[0] < 0.25) && late.iter().any(|x| x[0] > 0.75));
    // the minimum of x + y where x y ≥ 0.16 is at (0.4, 0.4)
    let bound = |x: &[f64]| vec![0.0, f64::NAN, (0.16 - x[0] * x[1]).max(0.0), x[0] + x[1]];
    let points = run(&mut session(space, OPTIONS, 1), 50, 1, |_, x| bound(x));
    let feasible = points.iter().filter(|x| x[0] * x[1] >= 0.16).map(|x| x[0] + x[1]);
    let best = feasible.fold(f64::INFINITY, f64::min);
    assert!(best < 0.81, "{best}");
    // it ends at the boundary: of uniform draws one in fourteen is that near
    let near = points[35..].iter().filter(|x| (x[0] * x[1] - 0.16).abs() < 0.02).count();
    assert!(near >= 12, "{near}");
    // nothing is feasible: it still looks for what violates least
    let never = |x: &[f64]| vec![0.0, f64::NAN, 1.0 + (x[0] - 0.7).powi(2), x[0] + x[1]];
    let points = run(&mut session(space, OPTIONS, 1), 30, 1, |_, x| never(x));
    assert!(points[10..].iter().any(|x| (x[0] - 0.7).abs() < 0.1));
}
