use super::*;
use crate::Code;
use serde_json::json;
use sha2::{Digest, Sha256};

fn values(json: Value, shape: &[usize]) -> Vec<f32> {
    Initializer::parse(&json).unwrap().values(shape, 1, "dense_1/kernel").unwrap()
}

fn kind(name: &str) -> Value {
    if name == "constant" { json!({ "kind": name, "value": 0.25 }) } else { json!({ "kind": name }) }
}

/// Mean, deviation and largest magnitude.
fn moments(values: &[f32]) -> (f64, f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let variance = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt(), values.iter().fold(0.0, |max, v| f64::max(max, f64::from(v.abs()))))
}

/// 120,000 draws: the mean is good to deviation / 346, the deviation to at most 1 in 490; five of these are allowed.
#[track_caller]
fn looks_like(json: Value, shape: &[usize], mean: f64, deviation: f64, limit: f64) {
    let values = values(json.clone(), shape);
    assert_eq!(values.len(), 120_000);
    let (m, d, l) = moments(&values);
    assert!((m - mean).abs() < deviation * 5.0 / 346.0, "{json}: mean {m}");
    assert!((d / deviation - 1.0).abs() < 5.0 / 490.0, "{json}: deviation {d}");
    assert!(l <= limit && l > 0.99 * limit.min(4.0 * deviation), "{json}: largest {l}");
}

#[test]
fn moments_and_bounds() {
    let uniform =
        |json, shape: &[usize], limit: f64| looks_like(json, shape, 0.0, limit / 3f64.sqrt(), limit * 1.000_001);
    let cut = |json, shape: &[usize], deviation: f64| {
        looks_like(json, shape, 0.0, deviation, 2.000_001 * deviation / CUT_DEVIATION)
    };
    let (matrix, kernel) = ([300, 400], [3, 5, 80, 100]);
    uniform(kind("glorotUniform"), &matrix, (6.0f64 / 700.0).sqrt());
    uniform(kind("glorotUniform"), &kernel, (6.0f64 / (15.0 * 180.0)).sqrt());
    uniform(kind("heUniform"), &matrix, (6.0f64 / 300.0).sqrt());
    uniform(kind("heUniform"), &kernel, (6.0f64 / 1200.0).sqrt());
    uniform(kind("heUniform"), &[120_000], (6.0f64 / 120_000.0).sqrt());
    uniform(kind("uniform"), &matrix, 0.05);
    cut(kind("glorotNormal"), &matrix, (2.0f64 / 700.0).sqrt());
    cut(kind("heNormal"), &matrix, (2.0f64 / 300.0).sqrt());
    cut(kind("heNormal"), &kernel, (2.0f64 / 1200.0).sqrt());
    cut(kind("lecunNormal"), &matrix, (1.0f64 / 300.0).sqrt());
    cut(kind("truncatedNormal"), &matrix, 0.05 * CUT_DEVIATION);
    looks_like(json!({ "kind": "normal", "mean": 2, "deviation": 0.5 }), &matrix, 2.0, 0.5, f64::INFINITY);
    looks_like(kind("normal"), &matrix, 0.0, 0.05, f64::INFINITY);
}

#[test]
fn uniform_keeps_its_bounds() {
    let values = values(json!({ "kind": "uniform", "min": 1, "max": 3 }), &[10_000]);
    assert!(values.iter().all(|v| (1.0..=3.0).contains(v)));
    let (mean, ..) = moments(&values);
    assert!((mean - 2.0).abs() < 0.03);
}

#[test]
fn constants() {
    assert_eq!(values(kind("zeros"), &[2, 2]), [0.0; 4]);
    assert_eq!(values(kind("ones"), &[3]), [1.0; 3]);
    assert_eq!(values(json!({ "kind": "constant", "value": -2.5 }), &[]), [-2.5]);
}

#[test]
fn constants_of_the_truncated_normal() {
    let below = 0.5 * libm::erfc(2.0 / std::f64::consts::SQRT_2);
    assert!((BELOW_CUT / below - 1.0).abs() < 1e-14);
    let density = (-2.0f64).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let variance = 1.0 - 4.0 * density / (1.0 - 2.0 * below);
    assert!((CUT_DEVIATION - variance.sqrt()).abs() < 1e-14);
}

#[test]
fn orthogonal_matrices() {
    for (shape, gain) in
        [(vec![40, 40], 1.0), (vec![70, 30], 2.0), (vec![30, 70], 0.5), (vec![3, 3, 8, 16], 1.0), (vec![1, 1], 1.0)]
    {
        let values = values(json!({ "kind": "orthogonal", "gain": gain }), &shape);
        let columns = *shape.last().unwrap();
        let rows = values.len() / columns;
        let at = |v: usize, i: usize| {
            f64::from(if rows >= columns { values[i * columns + v] } else { values[v * columns + i] })
        };
        for v in 0..rows.min(columns) {
            for w in 0..=v {
                let dot: f64 = (0..rows.max(columns)).map(|i| at(v, i) * at(w, i)).sum();
                let expected = if v == w { gain * gain } else { 0.0 };
                // the rounding of the elements to 32 bits
                assert!((dot - expected).abs() < 3e-7 * gain * gain, "{shape:?}: {v}·{w} = {dot}");
            }
        }
    }
}

#[test]
fn orthogonal_needs_two_axes() {
    for shape in [&[][..], &[5]] {
        let error = Initializer::Orthogonal { gain: 1.0 }.values(shape, 0, "dense_1/bias").unwrap_err();
        assert_eq!(error.code, Code::Shape);
        assert!(error.message.contains("'dense_1/bias'") && error.message.contains(&format!("{shape:?}")));
    }
}

#[test]
fn seed_and_name_matter_and_length_does_not() {
    let initializer = Initializer::HeNormal;
    let base = initializer.values(&[10, 10], 1, "a").unwrap();
    assert_ne!(base, initializer.values(&[10, 10], 2, "a").unwrap());
    assert_ne!(base, initializer.values(&[10, 10], 1, "b").unwrap());
    assert_eq!(base[..50], initializer.values(&[10, 5], 1, "a").unwrap());
}

#[test]
fn errors_name_the_option() {
    for (json, parts) in [
        (json!("heNormal"), vec!["an object", "\"heNormal\""]),
        (json!({}), vec!["kind must be a name"]),
        (json!({ "kind": "xavier" }), vec!["glorotUniform, glorotNormal", "'xavier'"]),
        (json!({ "kind": "heNormal", "gain": 2 }), vec!["heNormal", "no options", "'gain'"]),
        (json!({ "kind": "normal", "std": 2 }), vec!["normal", "mean, deviation", "'std'"]),
        (json!({ "kind": "normal", "deviation": -1 }), vec!["normal: deviation", "at least 0", "-1"]),
        (json!({ "kind": "truncatedNormal", "mean": "0" }), vec!["truncatedNormal: mean", "a number", "\"0\""]),
        (json!({ "kind": "uniform", "min": 2, "max": 1 }), vec!["min must be at most max", "2 and 1"]),
        (json!({ "kind": "constant" }), vec!["constant: value is needed"]),
        (json!({ "kind": "constant", "value": 1e300 }), vec!["constant: value", "1e37", "1e+300"]),
        (json!({ "kind": "orthogonal", "gain": null }), vec!["orthogonal: gain", "null"]),
    ] {
        let error = Initializer::parse(&json).unwrap_err();
        assert_eq!(error.code, Code::Option);
        for part in parts {
            assert!(error.message.contains(part), "'{part}' is not in '{error}'");
        }
    }
}

#[test]
fn serde_parses_it_too() {
    let parsed: Initializer = serde_json::from_value(json!({ "kind": "uniform", "max": 1 })).unwrap();
    assert_eq!(parsed, Initializer::Uniform { min: -0.05, max: 1.0 });
    let error = serde_json::from_str::<Initializer>(r#"{"kind": "constant"}"#).unwrap_err();
    assert!(error.to_string().contains("value is needed"));
}

/// The numbers that seeds give are kept by users: they change with a major version only.
#[test]
fn values_are_pinned() {
    let mut hash = Sha256::new();
    for (name, ..) in parse::KINDS {
        values(kind(name), &[13, 17]).iter().for_each(|value| hash.update(value.to_le_bytes()));
    }
    let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(hash, "1637b87ea8bc8f0de5dc64718b0bdd99e2cdff32d2d13934e4681d29dba0dc57");
}
