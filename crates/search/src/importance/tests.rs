use downslope_kernels::random::Stream;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    points: Vec<Vec<Option<f64>>>,
    values: Vec<f64>,
    importance: Vec<f64>,
}

const ONE: &str = r#"["minimize"]"#;

#[test]
fn importances_are_those_of_optuna() {
    let golden: serde_json::Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let space = golden["space"].to_string();
    let cases: Vec<Case> = Vec::deserialize(&golden["cases"]).unwrap();
    assert_eq!(cases.len(), 3);
    for Case { points, values, importance: expected } in cases {
        let points: Vec<f64> = points.into_iter().flatten().map(|x| x.unwrap_or(f64::NAN)).collect();
        let ours = importance(&space, ONE, &points, &values).unwrap();
        for (ours, expected) in ours.iter().zip(&expected) {
            // the values went through JSON and Optuna's own erf
            assert!((ours - expected).abs() < 1e-6, "{ours} {expected}");
        }
    }
}

fn plane(kind: &str) -> String {
    format!(r#"{{"dimensions": [{{"name": "x", {kind}}}, {{"name": "y", {kind}}}]}}"#)
}

const UNIT: &str = r#""kind": "float", "low": 0, "high": 1, "log": false"#;

fn draws(count: u64) -> Vec<f64> {
    (0..2 * count).map(|index| Stream::new(4, "draws").unit(index)).collect()
}

#[test]
fn what_decides_is_important_and_what_does_nothing_is_not() {
    let points = draws(300);
    let of = |directions: &str, value: &dyn Fn(&[f64]) -> Vec<f64>| {
        let values: Vec<f64> = points.chunks_exact(2).flat_map(value).collect();
        importance(&plane(UNIT), directions, &points, &values).unwrap()
    };
    assert!(of(ONE, &|p| vec![p[0]])[0] > 0.95);
    assert!(of(ONE, &|p| vec![(p[1] - 0.3) * (p[1] - 0.3)])[1] > 0.95);
    let even = of(ONE, &|p| vec![p[0] + p[1]]);
    assert!((even[0] - 0.5).abs() < 0.15, "{even:?}");
    let several = r#"["minimize", "maximize"]"#;
    assert!(of(several, &|p| vec![p[1], -p[1] * p[1]])[1] > 0.9);
    // more is better: the same as less of its negative
    let maximised = of(r#"["maximize"]"#, &|p| vec![-p[0] - 0.2 * p[1]]);
    assert_eq!(maximised, of(ONE, &|p| vec![p[0] + 0.2 * p[1]]));
}

#[test]
fn where_nothing_differs_all_are_equal() {
    let points = draws(20);
    for values in [vec![1.0; 20], vec![f64::INFINITY; 20]] {
        assert_eq!(importance(&plane(UNIT), ONE, &points, &values).unwrap(), [0.5, 0.5]);
    }
    assert_eq!(importance(&plane(UNIT), ONE, &[], &[]).unwrap(), [0.5, 0.5]);
    let fixed = plane(r#""kind": "float", "low": 1, "high": 1, "log": false"#);
    assert_eq!(importance(&fixed, ONE, &[1.0; 4], &[1.0, 2.0]).unwrap(), [0.5, 0.5]);
    assert_eq!(importance(r#"{"dimensions": []}"#, ONE, &[], &[1.0]).unwrap(), [0.0; 0]);
    assert!(importance(&plane(UNIT), ONE, &points, &[1.0]).is_err());
}
