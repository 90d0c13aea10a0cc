//! Gradients against finite differences, the search against trying everything.

use std::sync::Arc;

use super::acquisition::{Acquisition, Term};
use super::coordinates::Coordinates;
use super::fit::posterior;
use super::kernel::{Parameters, Points};
use super::lattice::Lattice;
use super::model::Model;
use super::search::{Effort, Search};
use crate::history::History;
use crate::space::{Combinations, Key, Space};
use downslope_kernels::random::Stream;

fn sample(count: usize, categories: &[bool]) -> (Points, Vec<f64>) {
    let stream = Stream::new(7, "sample");
    let mut points = Points::new(categories.to_vec());
    let mut values = Vec::new();
    for i in 0..count {
        let row: Vec<f64> = categories
            .iter()
            .enumerate()
            .map(|(column, &category)| {
                let unit = stream.unit((i * 16 + column) as u64);
                if category { (unit * 3.0).floor() } else { unit }
            })
            .collect();
        values.push(row.iter().enumerate().map(|(c, x)| (x - 0.4) * (x - 0.1 * c as f64)).sum::<f64>() * 3.0);
        points.push(&row);
    }
    (points, values)
}

#[test]
fn gradient_of_the_posterior_over_parameters() {
    for categories in [vec![false], vec![false, true, false], vec![true, true]] {
        let (points, values) = sample(23, &categories);
        let x: Vec<f64> = (0..categories.len()).map(|i| -0.7 + 0.5 * i as f64).chain([0.4, -3.0]).collect();
        let mut gradient = vec![0.0; x.len()];
        posterior(&points, &values, &x, &mut gradient);
        let mut unused = gradient.clone();
        for i in 0..x.len() {
            let mut at = |step: f64| {
                let mut moved = x.clone();
                moved[i] += step;
                posterior(&points, &values, &moved, &mut unused)
            };
            let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
            // the error of the difference itself is about 1e-9 of the value
            assert!(
                (numeric - gradient[i]).abs() < 1e-6 * gradient[i].abs().max(1.0),
                "{i}: {numeric} {}",
                gradient[i]
            );
        }
    }
}

#[test]
fn gradient_of_acquisition_functions_over_places() {
    let categories = vec![false, true, false];
    let (points, values) = sample(30, &categories);
    let parameters = Parameters { weights: vec![4.0, 0.5, 9.0], scale: 1.3, noise: 1e-3 };
    let mut model = Model::new(categories, parameters);
    for i in 0..30 {
        model.push(&points.point(i));
    }
    model.observe(&values);
    model.push(&[0.3, 1.0, 0.6]);
    for term in [
        Term::LogExpectedImprovement { best: -0.5 },
        Term::LogExpectedImprovement { best: -3.0 },
        Term::LogProbability { limit: -0.2 },
        Term::LogProbability { limit: -5.0 },
        Term::Bound { kappa: 2.0 },
    ] {
        let acquisition = Acquisition::new(vec![(&model, term)]);
        for row in [vec![0.2, 1.0, 0.7], vec![0.9, 0.0, 0.35], vec![0.31, 1.0, 0.61]] {
            let mut gradient = vec![0.0; 3];
            let value = acquisition.slope(&row, &mut gradient);
            let blocks = acquisition.values(&vec![row.clone(); 11]);
            assert!(
                blocks.iter().all(|other| (other - value).abs() < 1e-9 * value.abs().max(1.0)),
                "{blocks:?} {value}"
            );
            assert_eq!(gradient[1], 0.0);
            for column in [0, 2] {
                let at = |step: f64| {
                    let mut moved = row.clone();
                    moved[column] += step;
                    acquisition.values(&[moved])[0]
                };
                let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
                let error = (numeric - gradient[column]).abs();
                assert!(error < 1e-5 * gradient[column].abs().max(1.0), "{term:?} {numeric} {}", gradient[column]);
            }
        }
    }
}

#[test]
fn in_a_small_space_the_best_that_was_not_asked_is_found() {
    let space = r#"{"dimensions":[{"name":"a","kind":"category","count":4},{"name":"b","kind":"category","count":3},
        {"name":"c","kind":"ordinal","count":2}]}"#;
    let space = Arc::new(Space::parse(space).unwrap());
    let coordinates = Coordinates::new(space.clone());
    let all = Combinations::of(&space, &space.axes()).unwrap();
    let places: Vec<Vec<f64>> = (0..all.total()).map(|rank| coordinates.place(&all.point(rank))).collect();
    let rows: Vec<Vec<f64>> = places.iter().map(|place| coordinates.row(place)).collect();
    let parameters = Parameters { weights: vec![0.3; 3], scale: 1.0, noise: 1e-2 };
    let mut model = Model::new(coordinates.categories(), parameters);
    (0..24).step_by(3).for_each(|at| model.push(&rows[at]));
    model.observe(&[0.3, -0.8, 1.4, 0.1, -1.2, 0.6, -0.4, 0.9]);
    let acquisition = Acquisition::new(vec![(&model, Term::Bound { kappa: 0.5 })]);
    let values = acquisition.values(&rows);
    let mut order: Vec<usize> = (0..24).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let mut history = History::new(3);
    for &best in &order {
        let search = Search {
            coordinates: &coordinates,
            acquisition: &acquisition,
            asked: Some(&history),
            stream: Stream::new(1, "near"),
            lattice: Lattice::new(3, Stream::new(1, "screen"), 5),
            incumbents: &places[order[0]..=order[0]],
            effort: Effort::WHOLE,
        };
        let found = search.run().map(|place| Key::of(&coordinates.point(&place)));
        let best = coordinates.point(&places[best]);
        assert_eq!(found, Some(Key::of(&best)), "{} asked", history.asked());
        history.ask(&best);
    }
}
