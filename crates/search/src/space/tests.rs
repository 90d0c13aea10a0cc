use std::collections::BTreeSet;

use super::*;
use downslope_kernels::random::Stream;

/// Branches in branches, an array whose length is a parameter, a stepped parent, a branch without children.
const NESTED: &str = r#"{"dimensions": [
    {"name": "optimizer", "kind": "category", "count": 3},
    {"name": "optimizer.sgd.momentum", "kind": "float", "low": 0, "high": 0.9, "log": false, "step": 0.3,
     "when": {"parent": 0, "low": 0, "high": 0}},
    {"name": "optimizer.sgd.kind", "kind": "category", "count": 2, "when": {"parent": 0, "low": 0, "high": 0}},
    {"name": "optimizer.sgd.kind.b.x", "kind": "ordinal", "count": 3, "when": {"parent": 2, "low": 1, "high": 1}},
    {"name": "layers", "kind": "int", "low": 1, "high": 3, "log": false, "step": 1},
    {"name": "widths[0]", "kind": "int", "low": 1, "high": 4, "log": true, "step": 1, "when": {"parent": 4, "low": 1, "high": 9}},
    {"name": "widths[1]", "kind": "int", "low": 1, "high": 4, "log": true, "step": 1, "when": {"parent": 4, "low": 2, "high": 9}},
    {"name": "widths[2]", "kind": "int", "low": 1, "high": 4, "log": true, "step": 1, "when": {"parent": 4, "low": 3, "high": 9}}
]}"#;

fn axis(json: &str) -> Axis {
    let space = Space::parse(&format!(r#"{{"dimensions": [{{"name": "x", {json}}}]}}"#)).unwrap();
    space.axes()[0]
}

const AXES: &[&str] = &[
    r#""kind": "float", "low": -3, "high": 5, "log": false"#,
    r#""kind": "float", "low": 0.0001, "high": 0.1, "log": true"#,
    r#""kind": "float", "low": -1.7e308, "high": 1.7e308, "log": false"#,
    r#""kind": "float", "low": 1e-300, "high": 1e300, "log": true"#,
    r#""kind": "float", "low": 2, "high": 2, "log": true"#,
    r#""kind": "float", "low": 0, "high": 0.8, "log": false, "step": 0.1"#,
    r#""kind": "float", "low": 0.1, "high": 1, "log": false, "step": 0.4"#,
    r#""kind": "float", "low": 0.1, "high": 0.8, "log": true, "step": 0.1"#,
    r#""kind": "int", "low": 16, "high": 512, "log": true, "step": 1"#,
    r#""kind": "int", "low": 1, "high": 2, "log": true, "step": 1"#,
    r#""kind": "int", "low": 1, "high": 100, "log": true, "step": 7"#,
    // the logarithms of all of them are the same number
    r#""kind": "int", "low": 9007199254740985, "high": 9007199254740991, "log": true, "step": 1"#,
    r#""kind": "int", "low": -5, "high": 5, "log": false, "step": 2"#,
    r#""kind": "int", "low": 3, "high": 3, "log": false, "step": 1"#,
    r#""kind": "ordinal", "count": 4"#,
    r#""kind": "category", "count": 1"#,
];

#[test]
fn units_become_values_of_the_space_and_come_back() {
    let stream = Stream::new(1, "units");
    for json in AXES {
        let axis = axis(json);
        let (low, high) = axis.bounds();
        assert_eq!([axis.value(0.0), axis.value(1.0)], [low, high], "{json}");
        let mut last = low;
        for index in 0..2000 {
            let unit = if index < 1000 { f64::from(index) / 1000.0 } else { stream.unit(index as u64) };
            let value = axis.value(unit);
            assert!(low <= value && value <= high && axis.snap(value) == value, "{json}: {value}");
            if index < 1000 {
                assert!(value >= last, "{json}: {value} after {last}");
                last = value;
            }
            let back = axis.unit(value);
            assert!((0.0..=1.0).contains(&back));
            match axis.count() {
                Some(_) => assert_eq!(axis.value(back), value, "{json}"),
                None => assert!((back - unit).abs() < 1e-12, "{json}: {unit} {back}"),
            }
        }
    }
}

#[test]
fn every_step_is_reached_by_its_own_share_of_units() {
    for json in AXES {
        let axis = axis(json);
        let Some(count) = axis.count() else { continue };
        assert_eq!(axis.at(count - 1), axis.bounds().1);
        for index in 0..count {
            let value = axis.at(index);
            assert_eq!(axis.index(value), index, "{json}");
            assert_eq!(axis.value(axis.unit(value)), value, "{json}");
        }
        let reached: BTreeSet<u64> = (0..20_000).map(|i| axis.value(f64::from(i) / 19_999.0).to_bits()).collect();
        assert_eq!(reached.len() as u64, count, "{json}");
    }
}

#[test]
fn ends_whose_logarithms_cannot_be_told_apart_are_on_a_linear_scale() {
    for (low, high) in
        [(1.0000000000000027e-6, 1.000000000000003e-6), (1e300, 1.0000000000000002e300), (3.0, 3.0000000001)]
    {
        let axis = axis(&format!(r#""kind": "float", "low": {low:e}, "high": {high:e}, "log": true"#));
        assert_eq!([low, high].map(|value| axis.unit(value)), [0.0, 1.0], "{low:e}");
        for index in 0..=100 {
            let value = axis.value(f64::from(index) / 100.0);
            assert!(low <= value && value <= high && (0.0..=1.0).contains(&axis.unit(value)), "{low:e}: {value:e}");
        }
    }
}

#[test]
fn rounding_of_steps_loses_no_end_and_invents_none() {
    let count = |low: f64, high: f64, step: f64| {
        axis(&format!(r#""kind": "float", "low": {low}, "high": {high}, "log": false, "step": {step}"#))
    };
    assert_eq!(count(0.0, 0.8, 0.1).count(), Some(9));
    assert_eq!(count(0.0, 0.3, 0.1).at(3), 0.3);
    assert_eq!(count(0.1, 1.0, 0.4).bounds(), (0.1, 0.9));
    assert_eq!(count(1.0, 2.0, 5.0).count(), Some(1));
}

#[test]
fn logarithmic_integers_are_likelier_where_they_are_small() {
    let axis = axis(r#""kind": "int", "low": 1, "high": 100, "log": true, "step": 1"#);
    let ones = (0..10_000).filter(|&i| axis.value((f64::from(i) + 0.5) / 10_000.0) == 1.0).count();
    // ln(1.5 / 0.5) / ln(100.5 / 0.5)
    assert!((ones as f64 / 10_000.0 - 0.207_2).abs() < 1e-3, "{ones}");
}

#[test]
fn combinations_are_those_that_can_be_reached_each_once() {
    let space = Space::parse(NESTED).unwrap();
    let axes = space.axes();
    let combinations = Combinations::of(&space, &axes).unwrap();
    // (4 · (1 + 3) + 1 + 1) branches, 4 + 4² + 4³ widths
    assert_eq!(combinations.total(), 18 * 84);
    let mut seen = BTreeSet::new();
    for rank in 0..combinations.total() {
        let point = combinations.point(rank);
        assert_eq!(Key::of(&space.checked(&axes, &point).unwrap()), Key::of(&point));
        seen.insert(format!("{point:?}"));
    }
    assert_eq!(seen.len() as u64, combinations.total());
    // like nested loops: the last dimension changes first
    let key = |rank: u64, part: std::ops::Range<usize>| Key::of(&combinations.point(rank)[part]);
    assert_eq!([key(0, 4..8), key(0, 0..4)], [key(84, 4..8), key(1, 0..4)]);
    assert_ne!(key(0, 0..4), key(84, 0..4));
}

#[test]
fn what_cannot_be_counted_is_not() {
    let continuous =
        Space::parse(r#"{"dimensions": [{"name": "x", "kind": "float", "low": 0, "high": 1, "log": false}]}"#);
    let continuous = continuous.unwrap();
    assert!(Combinations::of(&continuous, &continuous.axes()).is_none());
    let wide = r#"{"name": "x", "kind": "int", "low": 0, "high": 4000000000, "log": false, "step": 1}"#;
    let of = |count: usize| Space::parse(&format!(r#"{{"dimensions": [{}]}}"#, vec![wide; count].join(","))).unwrap();
    assert_eq!(Combinations::of(&of(2), &of(2).axes()).map(|all| all.total()), Some(4_000_000_001 * 4_000_000_001));
    assert!(Combinations::of(&of(3), &of(3).axes()).is_none());
    assert_eq!(Combinations::of(&of(0), &[]).map(|all| all.total()), Some(1));
}

#[test]
fn points_are_checked_by_name() {
    let space = Space::parse(NESTED).unwrap();
    let nan = f64::NAN;
    let refused = |point: &[f64]| match space.checked(&space.axes(), point) {
        Err(Error::Option(message)) => message,
        other => panic!("{other:?}"),
    };
    let good = [0.0, 0.6000000000000001, 1.0, 2.0, 1.0, 3.0, nan, nan];
    assert_eq!(space.checked(&space.axes(), &good).unwrap()[1], 2.0 * 0.3);
    assert!(refused(&good[..3]).contains("8 coordinates, received 3"));
    assert!(refused(&[1.0, 0.0, nan, nan, 1.0, 3.0, nan, nan]).contains("optimizer.sgd.momentum must be left out"));
    assert!(refused(&[0.0, 1.2, 1.0, 2.0, 1.0, 3.0, nan, nan]).contains("momentum must be in [0, 0.9], received 1.2"));
    assert!(refused(&[1.0, nan, nan, nan, 2.0, 3.0, nan, nan]).contains("widths[1] must be in [1, 4], received NaN"));
}

#[test]
fn unsound_spaces_are_refused_by_name() {
    for (json, what) in [
        (r#""kind": "float", "low": 2, "high": 1, "log": false"#, "finite bounds"),
        (r#""kind": "float", "low": 0, "high": 1, "log": true"#, "low > 0"),
        (r#""kind": "float", "low": 0, "high": 1, "log": false, "step": 0"#, "a step > 0"),
        (r#""kind": "float", "low": 0, "high": 1, "log": false, "step": 1e-17"#, "a step > 0"),
        (r#""kind": "int", "low": 0.5, "high": 2, "log": false, "step": 1"#, "whole numbers"),
        (r#""kind": "category", "count": 0"#, "finite bounds"),
        (r#""kind": "category", "count": 2, "when": {"parent": 0, "low": 0, "high": 0}"#, "a parent"),
        (r#""kind": "other""#, "unknown variant"),
    ] {
        let error = Space::parse(&format!(r#"{{"dimensions": [{{"name": "x", {json}}}]}}"#)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
}
