use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::space::Key;

const STUDY: &str = r#"{"seed": 7, "directions": ["minimize"]}"#;
/// Nobody cancels.
static NEVER: AtomicBool = AtomicBool::new(false);
const PLAIN: &str = r#"{"dimensions": [
    {"name": "x", "kind": "float", "low": -5, "high": 10, "log": false},
    {"name": "rate", "kind": "float", "low": 1e-4, "high": 1, "log": true},
    {"name": "units", "kind": "int", "low": 1, "high": 64, "log": true, "step": 1},
    {"name": "kind", "kind": "category", "count": 3},
    {"name": "x when kind is 2", "kind": "float", "low": 0, "high": 1, "log": false, "when": {"parent": 3, "low": 2, "high": 2}}
]}"#;
const FINITE: &str = r#"{"dimensions": [
    {"name": "a", "kind": "category", "count": 3},
    {"name": "b", "kind": "int", "low": 1, "high": 5, "log": false, "step": 1, "when": {"parent": 0, "low": 1, "high": 2}},
    {"name": "c", "kind": "ordinal", "count": 4}
]}"#;

/// The points of trials 0 … `count` − 1; nobody tells anything.
fn points(session: &mut Session, count: usize) -> Vec<Vec<f64>> {
    let mut points: Vec<Vec<f64>> = Vec::new();
    while points.len() < count {
        let last = points.last().cloned().unwrap_or_default();
        let Some(point) = session.suggest(&last, &[], &NEVER).unwrap() else { break };
        points.push(point);
    }
    points
}

fn session(kind: &str, space: &str, options: &str) -> Session {
    Session::new(kind, space, options, STUDY).unwrap()
}

#[test]
fn random_depends_on_seed_and_number_alone_and_fills_the_units() {
    let all = points(&mut session("random", PLAIN, "{}"), 400);
    let mut late = session("random", PLAIN, "{}");
    let known: Vec<f64> = all[..200].concat();
    let point = late.suggest(&known, &[3.0, 0.0, f64::NAN, 0.0, 1.5], &NEVER).unwrap().unwrap();
    assert_eq!(Key::of(&point), Key::of(&all[200]));
    let other = Session::new("random", PLAIN, "{}", r#"{"seed": 8, "directions": ["minimize"]}"#);
    assert_ne!(points(&mut other.unwrap(), 1)[0][0], all[0][0]);
    let share = |holds: &dyn Fn(&Vec<f64>) -> bool| all.iter().filter(|point| holds(point)).count() as f64 / 400.0;
    // five standard deviations of a share of 400
    for (share, expected) in [
        (share(&|point| point[0] < 2.5), 0.5),
        (share(&|point| point[1] < 1e-2), 0.5),
        (share(&|point| point[3] == 2.0), 1.0 / 3.0),
        (share(&|point| point[4].is_nan()), 2.0 / 3.0),
    ] {
        assert!((share - expected).abs() < 0.125, "{share} {expected}");
    }
}

#[test]
fn finite_spaces_end_after_every_combination_once() {
    for (kind, options) in [
        ("random", "{}"),
        ("quasiRandom", "{}"),
        ("tpe", r#"{"startup": 10, "candidates": 24}"#),
        ("grid", r#"{"resolution": 3}"#),
    ] {
        let mut all = points(&mut session(kind, FINITE, options), 100);
        // (1 + 5 + 5) · 4
        assert_eq!(all.len(), 44, "{kind}");
        let distinct: BTreeSet<String> = all.iter().map(|point| format!("{point:?}")).collect();
        assert_eq!(distinct.len(), 44, "{kind}");
        // what is enqueued counts
        let mut enqueued = session(kind, FINITE, options);
        let known: Vec<f64> = all.drain(20..30).flatten().collect();
        let first = enqueued.suggest(&known, &[], &NEVER).unwrap().unwrap();
        let mut rest = vec![first];
        while let Some(point) = enqueued.suggest(rest.last().unwrap(), &[], &NEVER).unwrap() {
            rest.push(point);
        }
        assert_eq!(rest.len(), 34, "{kind}");
    }
}

#[test]
fn a_grid_is_in_the_order_of_nested_loops_with_both_ends() {
    let options = r#"{"resolution": 3, "named": {"units": 4, "rate": 2}}"#;
    let all = points(&mut session("grid", PLAIN, options), 1000);
    assert_eq!(all.len(), 3 * 2 * 4 * (2 + 3));
    let values = |dimension: usize| {
        let mut values: Vec<f64> = all.iter().map(|point| point[dimension]).filter(|x| !x.is_nan()).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    assert_eq!(values(0), [-5.0, 2.5, 10.0]);
    assert_eq!(values(1), [1e-4, 1.0]);
    // ln from 0.5 to 64.5 in thirds: 0.5, 2.53, 12.8, 64.5
    assert_eq!(values(2), [1.0, 3.0, 13.0, 64.0]);
    assert_eq!(values(4), [0.0, 0.5, 1.0]);
    assert_eq!(all[0][3..4], [0.0]);
    assert_eq!([all[2][4], all[3][4], all[4][4]], [0.0, 0.5, 1.0]);
    assert_eq!(all[5][2], 3.0);
}

#[test]
fn a_grid_refuses_unknown_names_and_endless_lists() {
    let error = |space: &str, options: &str| Session::new("grid", space, options, STUDY).err().unwrap().to_string();
    assert!(error(PLAIN, r#"{"resolution": 3, "named": {"y": 4}}"#).contains("received y"));
    assert!(error(PLAIN, r#"{"resolution": 3, "named": {"kind": 2}}"#).contains("must not name categories"));
    let wide = r#"{"name": "x", "kind": "int", "low": 0, "high": 4000000000, "log": false, "step": 1}"#;
    let space = format!(r#"{{"dimensions": [{}]}}"#, [wide; 3].join(","));
    assert!(error(&space, r#"{"resolution": 3}"#).contains("2^64"));
}

#[test]
fn a_list_is_walked_once_and_what_was_enqueued_is_struck_off() {
    let options = r#"{"points": [[0, null, 1], [1, 5, 0], [0, null, 1], [2, 1, 3]]}"#;
    let mut all = points(&mut session("manual", FINITE, options), 100);
    let text = |points: &[Vec<f64>]| format!("{points:?}");
    assert_eq!(text(&all), "[[0.0, NaN, 1.0], [1.0, 5.0, 0.0], [0.0, NaN, 1.0], [2.0, 1.0, 3.0]]");
    let mut enqueued = session("manual", FINITE, options);
    let first = enqueued.suggest(&[0.0, f64::NAN, 1.0, 2.0, 2.0, 2.0], &[], &NEVER).unwrap().unwrap();
    let mut rest = vec![first];
    while let Some(point) = enqueued.suggest(rest.last().unwrap(), &[], &NEVER).unwrap() {
        rest.push(point);
    }
    all.remove(0);
    assert_eq!(text(&rest), text(&all));
    let error = Session::new("manual", FINITE, r#"{"points": [[0, 1, 1]]}"#, STUDY).err().unwrap();
    assert!(error.to_string().contains("b must be left out here"));
}

#[test]
fn values_are_minimised_and_failures_have_the_worst_before_them() {
    let study = r#"{"seed": 7, "directions": ["minimize", "maximize"]}"#;
    let mut session = Session::new("random", FINITE, "{}", study).unwrap();
    let asked: Vec<f64> = points(&mut self::session("random", FINITE, "{}"), 6).concat();
    let nan = f64::NAN;
    #[rustfmt::skip]
    let finished = [
        1.0, 2.0, nan, 0.0, nan, nan,
        0.0, 0.0, nan, 0.0, 3.0, 1.0,
        3.0, 0.0, nan, 2.5, 1.0, -4.0,
        2.0, 2.0, nan, 0.0, nan, nan,
        5.0, 1.0, 4.0, 0.0, nan, nan,
        4.0, 1.0, 4.0, 0.0, 9.0, 9.0,
    ];
    session.suggest(&asked, &finished, &NEVER).unwrap();
    let rows: Vec<String> =
        session.history().finished().iter().map(|row| format!("{:?} {}", row.values, row.violation)).collect();
    assert_eq!(
        rows,
        ["[NaN, NaN] 0", "[3.0, -1.0] 0", "[1.0, 4.0] 2.5", "[3.0, 4.0] 0", "[3.0, 4.0] 0", "[9.0, -9.0] 0"]
    );
    assert_eq!(session.history().pending().count(), 0);
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let mut session = session("random", FINITE, "{}");
    let point = session.suggest(&[], &[], &NEVER).unwrap().unwrap();
    let row = [0.0, 0.0, f64::NAN, 0.0, 1.0];
    assert!(session.suggest(&[1.0], &[], &NEVER).is_err());
    assert!(session.suggest(&[3.0, 1.0, 1.0], &[], &NEVER).is_err());
    for (index, bad) in [(0, 1.0), (0, 0.5), (0, -1.0), (0, f64::NAN), (1, 3.0), (4, f64::NAN)] {
        let mut row = row;
        row[index] = bad;
        assert!(session.suggest(&point, &row, &NEVER).is_err(), "{index}: {bad}");
    }
    assert!(session.suggest(&point, &[row, row].concat(), &NEVER).is_err());
    assert_eq!(session.history().asked(), 0);
    session.suggest(&point, &row, &NEVER).unwrap();
    assert_eq!((session.history().asked(), session.history().finished().len()), (1, 1));
    assert!(session.suggest(&[], &row, &NEVER).is_err());
}

#[test]
fn what_is_not_a_study_is_refused() {
    let error =
        |kind: &str, options: &str, study: &str| Session::new(kind, FINITE, options, study).err().unwrap().to_string();
    assert!(error("chance", "{}", STUDY).contains("sampler: must be one of "));
    assert!(error("random", r#"{"x": 1}"#, STUDY).contains("random: unknown field"));
    assert!(error("random", "{}", r#"{"seed": 7, "directions": []}"#).contains("must not be empty"));
}

#[test]
fn a_space_without_parameters_has_one_trial() {
    let mut session = session("random", r#"{"dimensions": []}"#, "{}");
    assert_eq!(session.suggest(&[], &[], &NEVER).unwrap(), Some(vec![]));
    assert_eq!(session.suggest(&[0.0], &[], &NEVER).unwrap(), None);
}

#[test]
fn what_samplers_keep_of_a_history_counts() {
    let points = draws(200);
    let finished: Vec<f64> =
        (0..200).flat_map(|n| [f64::from(n), 0.0, f64::NAN, 0.0, f64::from(n * 37 % 101)]).collect();
    let bytes = |kind: &str, options: &str| {
        let mut session = session(kind, SQUARE, options);
        session.suggest(&points, &finished, &NEVER).unwrap();
        session.bytes()
    };
    let random = bytes("random", "{}");
    assert!(random > 200 * 2 * 8);
    // a triangle of numbers, and a kernel for each trial
    let process = bytes("gaussianProcess", PROCESS);
    assert!(process > random + 200 * 200 / 2 * 8, "{process}");
    assert!(bytes("tpe", r#"{"startup": 10, "candidates": 24}"#) > random + 200 * 2 * 3 * 8);
}

#[test]
fn nobody_waits_for_what_is_cancelled() {
    let finished: Vec<f64> =
        (0..200).flat_map(|n| [f64::from(n), 0.0, f64::NAN, 0.0, f64::from(n * 37 % 101)]).collect();
    let cancelled = AtomicBool::new(true);
    let result = session("gaussianProcess", SQUARE, PROCESS).suggest(&draws(200), &finished, &cancelled);
    assert_eq!(result, Err(Error::Cancelled));
}

const SQUARE: &str = r#"{"dimensions": [
    {"name": "x", "kind": "float", "low": 0, "high": 1, "log": false},
    {"name": "y", "kind": "float", "low": 0, "high": 1, "log": false}
]}"#;
const PROCESS: &str = r#"{"startup": 6, "acquisition": "logExpectedImprovement", "kappa": 2, "xi": 0.3}"#;

fn draws(count: usize) -> Vec<f64> {
    points(&mut session("random", SQUARE, "{}"), count).concat()
}
