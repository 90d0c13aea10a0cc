use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Golden {
    dimensions: Vec<usize>,
    points: Vec<Vec<u32>>,
}

#[test]
fn points_are_those_of_scipy() {
    let golden: serde_json::Value = serde_json::from_str(include_str!("points.json")).unwrap();
    let golden = Golden::deserialize(golden).unwrap();
    let directions = sobol::directions(5000);
    assert_eq!(directions.len(), 1024);
    for (index, point) in golden.points.iter().enumerate() {
        // scipy walks in the order of Gray codes
        let index = index as u32 ^ index as u32 >> 1;
        let ours: Vec<u32> = golden.dimensions.iter().map(|&dimension| directions[dimension].at(index)).collect();
        assert_eq!(ours, *point);
    }
}

fn start(dimensions: usize, seed: u64) -> Start {
    let one = r#"{"name": "x", "kind": "float", "low": 0, "high": 1, "log": false}"#;
    let json = format!(r#"{{"dimensions": [{}]}}"#, vec![one; dimensions].join(","));
    Start { space: Arc::new(Space::parse(&json).unwrap()), objectives: 1, seed }
}

/// A (0, m, 2)-net: of 2^m points one lies in each of the 2^m boxes of any shape 2^-a × 2^-(m-a). Scrambling keeps it.
#[test]
fn the_first_two_dimensions_are_a_net_after_scrambling() {
    for seed in 0..5 {
        let sampler = QuasiRandom::new(&start(2, seed), "test");
        for (m, offset) in [(4, 0), (8, 0), (8, 256), (8, 512)] {
            let points: Vec<_> = (0..1 << m).map(|index| sampler.draw(offset + index)).collect();
            for a in 0..=m {
                let cell = |x: f64, bits: u32| (x * f64::from(1u32 << bits)) as usize;
                let mut boxes = vec![0; 1 << m];
                for point in &points {
                    boxes[cell(point[0], a) << (m - a) | cell(point[1], m - a)] += 1;
                }
                assert!(boxes.iter().all(|&count| count == 1), "seed {seed}, m {m}, a {a}");
            }
        }
    }
}

/// One point of each dyadic interval in every dimension, also the last that has direction numbers.
#[test]
fn every_dimension_is_stratified_by_itself_and_beyond_the_table_there_are_draws() {
    let sampler = QuasiRandom::new(&start(1026, 3), "test");
    let points: Vec<_> = (0..64).map(|index| sampler.draw(index)).collect();
    for dimension in 0..1026 {
        let mut cells = [0; 64];
        points.iter().for_each(|point| cells[(point[dimension] * 64.0) as usize] += 1);
        assert_eq!(cells.iter().all(|&count| count == 1), dimension < 1024, "{dimension}");
    }
}

/// Over seeds each point is uniform: mean 1/2 and variance 1/12 within five standard errors, bits independent.
#[test]
fn scrambled_points_are_uniform_and_independent() {
    let draws = 4000;
    let mut sums = [0.0; 3];
    for seed in 0..draws {
        let point = QuasiRandom::new(&start(2, seed), "test").draw(5);
        sums[0] += point[0];
        sums[1] += (point[0] - 0.5) * (point[0] - 0.5);
        sums[2] += (point[0] - 0.5) * (point[1] - 0.5);
    }
    let n = draws as f64;
    assert!((sums[0] / n - 0.5).abs() < 5.0 * 0.289 / n.sqrt());
    assert!((sums[1] / n - 1.0 / 12.0).abs() < 5.0 * 0.0746 / n.sqrt());
    assert!((sums[2] / n).abs() < 5.0 / 12.0 / n.sqrt());
}

/// The mean of a smooth function over 2^10 points is far closer than that of as many draws.
#[test]
fn integrals_are_better_than_by_chance() {
    let f = |point: &[f64]| point.iter().map(|x| 1.0 + 0.5 * (x - 0.5)).product::<f64>();
    let error = |draw: &dyn Fn(usize) -> Vec<f64>| ((0..1024).map(|i| f(&draw(i))).sum::<f64>() / 1024.0 - 1.0).abs();
    let (mut quasi, mut random) = (0.0, 0.0);
    for seed in 0..20 {
        let start = start(6, seed);
        let (sobol, chance) = (QuasiRandom::new(&start, "test"), Random::new(&start, "test"));
        quasi += error(&|index| sobol.draw(index));
        random += error(&|index| chance.draw(index, 0));
    }
    assert!(quasi < 0.05 * random, "{quasi} {random}");
}
