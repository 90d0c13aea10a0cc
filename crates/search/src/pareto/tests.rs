use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Golden {
    points: Vec<Vec<f64>>,
    volume: f64,
}

fn golden() -> Vec<Golden> {
    let golden: serde_json::Value = serde_json::from_str(include_str!("../sampler/tpe/golden.json")).unwrap();
    Vec::deserialize(&golden["volumes"]).unwrap()
}

#[test]
fn volumes_are_those_of_optuna() {
    for Golden { points, volume } in golden() {
        assert!((dominated(&points) - volume).abs() < 1e-12, "{} {volume}", dominated(&points));
    }
}

fn slices(points: &[Vec<f64>]) -> Vec<&[f64]> {
    points.iter().map(Vec::as_slice).collect()
}

#[test]
fn fronts_come_one_after_the_other() {
    let points: Vec<Vec<f64>> =
        [[3.0, 3.0], [1.0, 2.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0], [9.0, 9.0]].map(Vec::from).into();
    let of = |count: usize| {
        let mut indices: Vec<usize> =
            choose(&slices(&points), count).into_iter().flat_map(|front| front.members).collect();
        indices.sort_unstable();
        indices
    };
    assert_eq!(of(3), [1, 2, 4]);
    assert_eq!(of(4), [1, 2, 3, 4]);
    assert_eq!(of(5), [0, 1, 2, 3, 4]);
    assert_eq!(of(6), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn lazily_greedy_is_greedy() {
    for Golden { points, .. } in golden() {
        // on a sphere, where none dominates another
        let norm = |point: &[f64]| point.iter().map(|x| x * x).sum::<f64>().sqrt();
        let points: Vec<Vec<f64>> =
            points.iter().map(|point| point.iter().map(|x| x / norm(point)).collect()).collect();
        let mut chosen: Vec<usize> = Vec::new();
        while chosen.len() < 5 {
            let with = |index: usize| {
                let members = chosen.iter().chain([&index]).map(|&index| points[index].clone());
                dominated(&members.collect::<Vec<_>>())
            };
            let rest = (0..points.len()).filter(|index| !chosen.contains(index));
            chosen.push(rest.max_by(|&a, &b| with(a).total_cmp(&with(b)).then(b.cmp(&a))).unwrap());
        }
        assert_eq!(greedy(&points, 5), chosen);
    }
}

#[test]
fn weights_are_shares_of_the_volume() {
    let points: Vec<Vec<f64>> = [[0.0, 1.0], [0.4, 0.5], [1.0, 0.0]].map(Vec::from).into();
    let weights = choose(&slices(&points), 3).pop().unwrap().weights();
    // up to 1.1: 0.4 · 0.1, 0.6 · 0.5 and 0.1 · 0.5
    let sum = 0.04 + 0.3 + 0.05;
    for (weight, share) in weights.iter().zip([0.04, 0.3, 0.05]) {
        assert!((weight - share * 3.0 / sum).abs() < 1e-12);
    }
}

#[test]
fn infinite_values_have_their_place() {
    let (high, low) = (f64::INFINITY, f64::NEG_INFINITY);
    let points: Vec<Vec<f64>> = [[high, low], [0.0, 1.0], [1.0, 0.0], [high, high]].map(Vec::from).into();
    let chosen = choose(&slices(&points), 3);
    assert!(chosen.iter().flat_map(|front| &front.members).all(|&index| index < 3));
    assert!(chosen.iter().flat_map(Chosen::weights).all(f64::is_finite));
}
