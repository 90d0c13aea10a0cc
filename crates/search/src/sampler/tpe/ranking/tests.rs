use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Split {
    trials: Vec<Trial>,
    good: Vec<Vec<usize>>,
}

#[derive(Deserialize)]
struct Trial {
    status: String,
    value: f64,
    step: Option<f64>,
    violation: f64,
}

fn history(trials: impl IntoIterator<Item = (Status, Vec<f64>, f64, f64)>) -> History {
    let mut history = History::new(0);
    for (number, (status, values, step, violation)) in trials.into_iter().enumerate() {
        history.ask(&[]);
        history.finish(Finished { number, status, values, violation, step });
    }
    history
}

#[test]
fn the_order_is_optunas() {
    let golden: serde_json::Value = serde_json::from_str(include_str!("../golden.json")).unwrap();
    let Split { trials, good } = Split::deserialize(&golden["split"]).unwrap();
    let plain = |trial: Trial| {
        let pruned = trial.status == "pruned";
        let status = if pruned { Status::Pruned } else { Status::Completed };
        // Optuna gives pruned trials without a report 0
        let value = if pruned && trial.step.is_none() { 0.0 } else { trial.value };
        (status, vec![value], trial.step.filter(|_| pruned).unwrap_or(f64::NAN), trial.violation)
    };
    let history = history(trials.into_iter().map(plain));
    let mut ranking = Ranking::default();
    ranking.update(&history);
    for (count, expected) in good.into_iter().enumerate() {
        let mut ours: Vec<usize> = ranking.order[..count].iter().map(|&position| position as usize).collect();
        ours.sort_unstable();
        assert_eq!(ours, expected, "{count}");
    }
}

#[test]
fn weights_are_improvements_over_the_first_that_is_not_good() {
    let trial = |value: f64| (Status::Completed, vec![value], f64::NAN, 0.0);
    let mut ranking = Ranking::default();
    let mut good = |values: &[f64]| {
        let history = history(values.iter().map(|&value| trial(value)));
        ranking = Ranking::default();
        ranking.update(&history);
        let good = ranking.good(&history, &Settings { share: 0.5, ..Settings::default() });
        // to nine digits
        good.into_iter().map(|(number, weight)| (number, libm::round(weight * 1e9) / 1e9)).collect::<Vec<_>>()
    };
    // over 4: 3, 2 and 1, divided by their mean
    assert_eq!(good(&[9.0, 1.0, 4.0, 2.0, 5.0, 3.0]), [(1, 1.5), (3, 1.0), (5, 0.5)]);
    assert_eq!(good(&[7.0, 7.0, 7.0]), [(0, 1.0), (1, 1.0)]);
    let infinite = good(&[1.0, f64::NEG_INFINITY, 2.0, f64::INFINITY]);
    assert_eq!(infinite, [(1, 1.0), (0, 1.0)]);
    assert_eq!(good(&[-1.7e308, 1.7e308, 1.7e308, -1.7e308]), [(0, 1.0), (3, 1.0)]);
}

#[test]
fn failed_trials_are_never_good() {
    let failed = (Status::Failed, vec![-1.0], f64::NAN, 0.0);
    let history = history(vec![failed.clone(), (Status::Completed, vec![3.0], f64::NAN, 9.0), failed]);
    let mut ranking = Ranking::default();
    ranking.update(&history);
    assert_eq!(ranking.good(&history, &Settings { share: 1.0, ..Settings::default() }), [(1, 1.0)]);
}
