//! Training runs: epochs and their records, what stops them, what they refuse.

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::net::{Net, mlp};
use common::random::{Kind, network};
use common::{Numbers, all_bits, bytes, dataset, floats, labels, reference, tensors, weights};
use downslope_engine::Code;
use downslope_engine::data::{Column, Dataset};
use downslope_engine::network::Network;
use downslope_engine::trainer::{Advance, EpochRecord, Trainer};
use serde_json::{Value as Json, json};

/// A row of numbers for plain SGD.
fn sgd(rate: f64) -> [f64; 4] {
    [rate, 0.0, 0.0, 0.0]
}

/// Two groups of points that a line tells apart, in `rows` rows.
fn groups(rows: usize) -> Vec<Column> {
    let r = &mut Numbers(5);
    let y: Vec<u32> = (0..rows).map(|i| (i % 2) as u32).collect();
    let x = y.iter().flat_map(|y| [*y as f32 - 0.5 + 0.3 * r.unit(), r.unit()]).collect();
    vec![floats("x", &[2], x), labels("target", 2, y)]
}

struct Setup {
    network: Network,
    graph: String,
}

impl Setup {
    fn new() -> Self {
        let (model, graph) = mlp(&[2, 5, 2], "tanh", "crossEntropy");
        Self { network: Network::initialize(&model, 1).expect("a network"), graph }
    }

    fn trainer(&self, data: Dataset, validation: Option<Dataset>, options: &Json) -> Trainer {
        let mut all = json!({ "optimizer": { "kind": "sgd" }, "batchSize": 4, "threads": 1 });
        options.as_object().into_iter().flatten().for_each(|(k, v)| all[k] = v.clone());
        Trainer::new(&self.network, &self.graph, data, validation, &all.to_string()).expect("a trainer")
    }
}

fn advance(t: &mut Trainer, row: &[f64], steps: usize) -> Advance {
    t.advance(row, steps, 1e9, &AtomicBool::new(false)).expect("steps")
}

fn weights_of(t: &Trainer) -> Vec<(String, Vec<u32>)> {
    all_bits(&t.network().expect("a network"))
}

#[test]
fn training_learns() {
    let setup = Setup::new();
    let options = json!({ "metrics": ["accuracy"] });
    let mut t = setup.trainer(dataset(&groups(100)), Some(dataset(&groups(31))), &options);
    let done = advance(&mut t, &sgd(0.5), 25 * 20);
    assert_eq!((done.steps, done.epochs.len()), (500, 20));
    let (first, last) = (&done.epochs[0], &done.epochs[19]);
    assert!(last.loss < 0.5 * first.loss && last.metrics[0] > 0.95, "{last:?}");
    assert!(last.validation.as_ref().is_some_and(|v| v.loss < 0.2 && v.metrics[0] > 0.95), "{last:?}");
}

#[test]
fn every_epoch_has_a_record_however_calls_are_cut() {
    let setup = Setup::new();
    let make = || setup.trainer(dataset(&groups(22)), Some(dataset(&groups(9))), &json!({ "metrics": ["accuracy"] }));
    let mut whole = make();
    assert_eq!(whole.steps_per_epoch(), 6);
    let want = advance(&mut whole, &sgd(0.1), 18);
    assert!(want.epochs.iter().map(|e| (e.epoch, e.steps, e.complete)).eq([(1, 6, true), (2, 6, true), (3, 6, true)]));
    let seen = |e: &EpochRecord| (e.epoch, e.loss.to_bits(), e.metrics.clone(), e.learning_rate, e.validation.clone());
    for cut in [1, 2, 4, 5, 7, 13] {
        let mut t = make();
        let (mut left, mut finished) = (18, vec![]);
        while left > 0 {
            let steps = cut.min(left);
            let done = advance(&mut t, &sgd(0.1), steps);
            assert_eq!(done.steps, steps);
            for (i, e) in done.epochs.iter().enumerate() {
                assert!(
                    e.complete
                        || (i + 1 == done.epochs.len() && e.validation.is_none() && e.penalty == 0.0 && e.steps < 6)
                );
            }
            left -= steps;
            let unfinished = (18 - left) % 6 != 0;
            assert_eq!(done.epochs.last().is_some_and(|e| !e.complete), unfinished, "{done:?}");
            finished.extend(done.epochs.into_iter().filter(|e| e.complete));
        }
        assert!(finished.iter().map(seen).eq(want.epochs.iter().map(seen)), "{cut} steps a call");
        assert_eq!(weights_of(&t), weights_of(&whole), "{cut} steps a call");
    }
}

#[test]
fn records_hold_what_was_computed() {
    // without shuffling, and with a rate of 0, each step sees the same network
    let setup = Setup::new();
    let columns = groups(10);
    let options = json!({ "shuffle": false, "metrics": ["accuracy"] });
    let mut t = setup.trainer(dataset(&columns), Some(dataset(&columns[..])), &options);
    let rates: Vec<f64> = (0..6).flat_map(|_| sgd(0.0)).collect();
    let done = advance(&mut t, &rates, 6);
    let spec: Json = serde_json::from_str(&setup.graph).expect("JSON");
    let loss = |rows: std::ops::Range<usize>| {
        reference::loss(&spec, &tensors(&setup.network), &columns, &rows.collect::<Vec<_>>())
    };
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a}, should be {b}");
    // three batches of 4, 4 and 2 rows: the mean of their means
    close(done.epochs[0].loss, (loss(0..4) + loss(4..8) + loss(8..10)) / 3.0);
    close(done.epochs[1].loss, done.epochs[0].loss);
    let validation = done.epochs[0].validation.clone().expect("validation");
    close(validation.loss, loss(0..10));
    let result =
        setup.network.evaluate(&setup.graph, &dataset(&columns), &["accuracy".into()], 1).expect("an evaluation");
    assert_eq!(result, validation);
    assert_eq!(done.epochs[0].metrics, validation.metrics);
    assert_eq!(done.epochs[0].losses, [done.epochs[0].loss]);
    assert!(done.epochs.iter().all(|e| e.seconds > 0.0 && e.learning_rate == 0.0));
    assert_eq!(weights_of(&t), all_bits(&setup.network));
    // half an epoch
    let done = advance(&mut t, &sgd(0.0), 2);
    close(done.epochs[0].loss, (loss(0..4) + loss(4..8)) / 2.0);
    assert_eq!((done.epochs[0].epoch, done.epochs[0].steps, done.epochs[0].complete), (3, 2, false));
}

#[test]
fn the_penalty_is_that_of_the_interpreter() {
    let (model, graph) = mlp(&[2, 20, 2], "tanh", "crossEntropy");
    let change = |text: &str| {
        let mut spec: Json = serde_json::from_str(text).expect("JSON");
        spec["parameters"][0]["regularizer"] = json!({ "l1": 0.01, "l2": 0.1 });
        spec["parameters"][3]["regularizer"] = json!({ "l1": 0.5 });
        spec.to_string()
    };
    let (model, graph) = (change(&model), change(&graph));
    let network = Network::initialize(&model, 3).expect("a network");
    let options = r#"{"optimizer":{"kind":"sgd"},"batchSize":0}"#;
    let mut t = Trainer::new(&network, &graph, dataset(&groups(8)), None, options).expect("a trainer");
    let done = advance(&mut t, &sgd(0.1), 1);
    let spec = serde_json::from_str(&graph).expect("JSON");
    let want = reference::penalty(&spec, &tensors(&t.network().expect("a network")), 0.0);
    assert!(want > 0.0 && (done.epochs[0].penalty - want).abs() < 1e-9, "{done:?}, should be {want}");
}

#[test]
fn a_row_for_each_step_or_one_for_all() {
    let setup = Setup::new();
    let make = || setup.trainer(dataset(&groups(20)), None, &json!({}));
    let (mut one, mut many) = (make(), make());
    advance(&mut one, &sgd(0.1), 10);
    advance(&mut many, &(0..10).flat_map(|_| sgd(0.1)).collect::<Vec<_>>(), 10);
    assert_eq!(weights_of(&one), weights_of(&many));
    let mut falling = make();
    let done = advance(&mut falling, &(0..7).flat_map(|i| sgd(0.1 / f64::from(i + 1))).collect::<Vec<_>>(), 7);
    assert_eq!((done.epochs[0].learning_rate, done.epochs[1].learning_rate), (0.1 / 5.0, 0.1 / 7.0));
    assert_ne!(weights_of(&one), weights_of(&falling));
}

#[test]
fn bad_rows_are_refused_and_nothing_is_done() {
    let setup = Setup::new();
    let mut t = setup.trainer(dataset(&groups(20)), None, &json!({ "optimizer": { "kind": "adam" } }));
    assert_eq!(t.hyperparameters(), ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"]);
    let good = [0.1, 0.9, 0.999, 1e-8, 0.0];
    let two = [good, good].concat();
    let with = |at: usize, x: f64| {
        let mut rows = two.clone();
        rows[at] = x;
        rows
    };
    for (rows, steps, part) in [
        (vec![], 2, "5 numbers"),
        (vec![0.1], 2, "5 numbers"),
        (two[..9].to_vec(), 2, "9"),
        (two.clone(), 3, "10"),
        (with(0, f64::NAN), 2, "learningRate"),
        (with(5, f64::INFINITY), 2, "step 1"),
        (with(6, -0.5), 2, "beta1"),
        (with(9, -1e-9), 2, "weightDecay"),
        (good.map(|_| -1.0).to_vec(), 7, "step 0"),
        (vec![0.1], usize::MAX, "5 numbers"),
    ] {
        let error = t.advance(&rows, steps, 1e9, &AtomicBool::new(false)).expect_err(part);
        assert!(error.code == Code::Option && error.message.contains(part), "{part}: {error}");
        assert_eq!(weights_of(&t), all_bits(&setup.network));
    }
    let done = advance(&mut t, &two, 2);
    assert!(done.steps == 2 && done.epochs[0].epoch == 1 && done.epochs[0].steps == 2);
    assert_eq!(advance(&mut t, &good, 0).steps, 0);
}

#[test]
fn the_flag_stops_between_steps() {
    let setup = Setup::new();
    let mut t = setup.trainer(dataset(&groups(20)), None, &json!({}));
    let cancel = AtomicBool::new(true);
    let done = t.advance(&sgd(0.1), 10, 1e9, &cancel).expect("nothing");
    assert!(done.cancelled && done.steps == 0 && done.epochs.is_empty());
    assert_eq!(weights_of(&t), all_bits(&setup.network));
    cancel.store(false, Ordering::Relaxed);
    let started = Instant::now();
    let done = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(30));
            cancel.store(true, Ordering::Relaxed);
        });
        t.advance(&sgd(0.1), 1 << 40, 1e9, &cancel).expect("steps")
    });
    assert!(done.cancelled && done.steps > 0 && !done.diverged && started.elapsed() < Duration::from_secs(20));
    let after = advance(&mut t, &sgd(0.1), 1);
    assert!(!after.cancelled && after.steps == 1);
}

#[test]
fn a_batch_that_is_cancelled_between_its_pieces_changes_nothing() {
    // 40 pieces a step: the flag is seen in the middle of one
    let setup = Setup::new();
    let data = dataset(&groups(40 * 1024));
    let options = json!({ "batchSize": 0 });
    let mut t = setup.trainer(data.clone(), None, &options);
    let cancel = AtomicBool::new(false);
    let done = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(50));
            cancel.store(true, Ordering::Relaxed);
        });
        t.advance(&sgd(0.1), 1 << 40, 1e9, &cancel).expect("steps")
    });
    assert!(done.cancelled && !done.diverged);
    let mut whole = setup.trainer(data, None, &options);
    if done.steps > 0 {
        advance(&mut whole, &sgd(0.1), done.steps);
    }
    assert_eq!(weights_of(&t), weights_of(&whole), "after {} steps", done.steps);
}

#[test]
fn time_stops_a_call_after_a_step() {
    let setup = Setup::new();
    let mut t = setup.trainer(dataset(&groups(20)), None, &json!({}));
    for milliseconds in [0.0, -5.0, f64::NEG_INFINITY] {
        let done = t.advance(&sgd(0.1), 100, milliseconds, &AtomicBool::new(false)).expect("a step");
        assert!(done.steps == 1 && !done.cancelled, "{milliseconds}: {done:?}");
    }
    let started = Instant::now();
    let done = t.advance(&sgd(0.1), 1 << 40, 20.0, &AtomicBool::new(false)).expect("steps");
    assert!(
        done.steps >= 1
            && started.elapsed() >= Duration::from_millis(20)
            && started.elapsed() < Duration::from_secs(20)
    );
}

#[test]
fn divergence_keeps_the_last_finite_epoch() {
    let (model, graph) = mlp(&[2, 2], "relu", "squaredError");
    let network = Network::initialize(&model, 1).expect("a network");
    let data = dataset(&[floats("x", &[2], vec![1.0; 16]), floats("target", &[2], vec![1.0; 16])]);
    let options = r#"{"optimizer":{"kind":"sgd"},"batchSize":4,"metrics":["meanSquaredError"]}"#;
    let make = || Trainer::new(&network, &graph, data.clone(), Some(data.clone()), options).expect("a trainer");
    // two good epochs, then steps that overflow
    let mut t = make();
    advance(&mut t, &sgd(0.01), 4);
    let good = weights_of(&t);
    let done = advance(&mut t, &sgd(1e30), 40);
    assert!(done.diverged && !done.cancelled && done.steps < 40, "{done:?}");
    let record = done.epochs.last().expect("a record");
    assert!(record.epoch == 3 && !record.complete && !record.loss.is_finite(), "{record:?}");
    assert_eq!(weights_of(&t), good);
    let again = advance(&mut t, &sgd(0.01), 10);
    assert!(again.diverged && again.steps == 0 && again.epochs.is_empty(), "{again:?}");
    assert_eq!(weights_of(&t), good);
    // in the first epoch there is none but the start
    let mut t = make();
    assert!(advance(&mut t, &sgd(1e38), 40).diverged);
    assert_eq!(weights_of(&t), all_bits(&network));
    // the last step of an epoch makes weights infinite: no loss has seen it yet
    let mut t = make();
    advance(&mut t, &sgd(0.01), 7);
    let done = advance(&mut t, &sgd(1e300), 1);
    assert!(done.diverged && done.epochs.len() == 1 && !done.epochs[0].complete, "{done:?}");
    assert!(done.epochs[0].loss.is_finite() && done.epochs[0].validation.is_none());
    let mut one = make();
    advance(&mut one, &sgd(0.01), 6);
    assert_eq!(weights_of(&t), weights_of(&one));
}

#[test]
fn a_model_taken_in_the_middle_of_an_epoch_is_finite() {
    // the step makes weights infinite, and no loss has seen it yet when the run is stopped
    let (model, graph) = mlp(&[2, 2], "relu", "squaredError");
    let network = Network::initialize(&model, 1).expect("a network");
    let data = dataset(&[floats("x", &[2], vec![1.0; 16]), floats("target", &[2], vec![1.0; 16])]);
    let options = r#"{"optimizer":{"kind":"sgd"},"batchSize":4}"#;
    let mut t = Trainer::new(&network, &graph, data, None, options).expect("a trainer");
    advance(&mut t, &sgd(0.01), 4);
    let good = weights_of(&t);
    let done = advance(&mut t, &sgd(1e300), 1);
    assert!(!done.diverged && done.epochs[0].steps == 1, "{done:?}");
    assert_eq!(weights_of(&t), good);
    assert!(advance(&mut t, &sgd(0.01), 1).diverged);
    assert_eq!(weights_of(&t), good);
}

#[test]
fn an_epsilon_too_small_for_32_bits_keeps_dead_weights() {
    // the second feature is always 0, so its weights have no gradient: 0 / (0 + epsilon)
    let (model, graph) = mlp(&[2, 3], "relu", "crossEntropy");
    let network = Network::initialize(&model, 1).expect("a network");
    let data = dataset(&[floats("x", &[2], vec![1.0, 0.0, -1.0, 0.0]), labels("target", 3, vec![0, 2])]);
    for rule in downslope_kernels::update::RULES.iter().filter(|r| r.hyperparameters.contains(&"epsilon")) {
        let number = |name: &&str| match *name {
            "learningRate" => 0.01,
            // the least that is no 0 in 32 bits, until the correction of its bias makes it smaller
            "epsilon" => 2e-45,
            "beta2" => 0.999_999,
            "weightDecay" | "learningRateDecay" | "momentum" => 0.0,
            _ => 0.9,
        };
        let row: Vec<f64> = rule.hyperparameters.iter().map(number).collect();
        let options = json!({ "optimizer": { "kind": rule.name }, "batchSize": 2 }).to_string();
        let mut t = Trainer::new(&network, &graph, data.clone(), None, &options).expect("a trainer");
        assert!(!advance(&mut t, &row, 5).diverged, "{}", rule.name);
    }
}

#[test]
fn batches_of_all_sizes() {
    let setup = Setup::new();
    for rows in [1, 2, 5, 31] {
        let run = |batch: usize| {
            let mut t = setup.trainer(dataset(&groups(rows)), None, &json!({ "batchSize": batch }));
            let steps = t.steps_per_epoch();
            let done = advance(&mut t, &sgd(0.1), 3 * steps);
            assert_eq!(done.epochs.len(), 3);
            assert!(done.epochs.iter().all(|e| e.complete && e.steps == steps));
            (steps, weights_of(&t))
        };
        let all = run(0);
        assert_eq!(all.0, 1);
        assert_eq!(run(rows), all, "{rows} rows in one batch");
        assert_eq!(run(rows + 1), all, "a batch larger than the data");
        assert_eq!(run(1_000_000), all, "a batch much larger than the data");
        for batch in [1, 2, 3, 30] {
            assert_eq!(run(batch).0, rows.div_ceil(batch).max(1));
        }
    }
}

#[test]
fn a_partial_last_batch_is_a_mean_over_its_own_rows() {
    // 3 rows in batches of 2: the second step sees one row, as a batch of that row alone does
    let setup = Setup::new();
    let columns = groups(3);
    let data = dataset(&columns);
    let mut t = setup.trainer(data.clone(), None, &json!({ "batchSize": 2, "shuffle": false }));
    advance(&mut t, &sgd(0.3), 2);
    let mut first =
        setup.trainer(data.subset(&[0, 1]).expect("a view"), None, &json!({ "batchSize": 0, "shuffle": false }));
    advance(&mut first, &sgd(0.3), 1);
    let middle = first.network().expect("a network");
    let options = r#"{"optimizer":{"kind":"sgd"},"batchSize":0,"shuffle":false,"threads":1}"#;
    let mut second =
        Trainer::new(&middle, &setup.graph, data.subset(&[2]).expect("a view"), None, options).expect("a trainer");
    advance(&mut second, &sgd(0.3), 1);
    assert_eq!(weights_of(&t), weights_of(&second));
}

#[test]
fn rows_that_weigh_nothing_teach_nothing() {
    let setup = Setup::new();
    let mut columns = groups(8);
    columns.push(weights(vec![1.0, 2.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]));
    let data = dataset(&columns);
    let run = |data: Dataset, batch: usize, steps: usize| {
        let mut t = setup.trainer(data, None, &json!({ "batchSize": batch, "shuffle": false }));
        let done = advance(&mut t, &sgd(0.3), steps);
        (weights_of(&t), done)
    };
    let few = run(data.subset(&[0, 1, 2]).expect("a view"), 0, 1);
    let all = run(data.clone(), 0, 1);
    assert_eq!(few.0, all.0, "rows of no weight at the end of a batch add exact zeros");
    // the second batch weighs nothing: a loss of 0, and no change
    let halves = run(data.clone(), 4, 2);
    let half = run(data, 4, 1);
    assert_eq!(halves.0, half.0);
    assert!(halves.1.epochs[0].loss.is_finite() && !halves.1.diverged);
    // weights are relative
    let mut doubled = groups(8);
    doubled.push(weights(vec![2.0, 4.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]));
    assert_eq!(run(dataset(&doubled), 0, 1).0, all.0);
}

#[test]
fn an_unweighted_order_is_a_permutation_and_depends_on_the_seed() {
    let setup = Setup::new();
    let run = |options: Json| {
        let mut t = setup.trainer(dataset(&groups(30)), None, &options);
        advance(&mut t, &sgd(0.2), 8);
        weights_of(&t)
    };
    let base = run(json!({ "seed": 1 }));
    assert_eq!(base, run(json!({ "seed": 1 })));
    assert_ne!(base, run(json!({ "seed": 2 })));
    assert_ne!(base, run(json!({ "seed": 1, "shuffle": false })));
    assert_eq!(run(json!({ "seed": 1, "shuffle": false })), run(json!({ "seed": 2, "shuffle": false })));
    assert_eq!(base, run(json!({ "seed": 1, "threads": 2 })));
    assert_eq!(base, run(json!({ "seed": 1, "threads": 0 })));
}

#[test]
fn dropout_drops_in_training_alone() {
    let mut net = Net::default();
    net.input("x", &[2], "f32");
    net.node("drop", "dropout", &["x"], json!({ "rate": 0.5 }));
    net.linear("z", "drop", 2, 2, true);
    net.output("z");
    let model = net.json();
    net.input("target", &[], "u32");
    net.node("loss", "crossEntropy", &["z", "target"], json!({}));
    net.loss("loss", 1.0, "z", "target");
    let network = Network::initialize(&model, 0).expect("a network");
    let data = dataset(&groups(200));
    let loss = |seed: u64, row: f64| {
        let options = json!({ "optimizer": { "kind": "sgd" }, "batchSize": 0, "seed": seed, "shuffle": false });
        let mut t = Trainer::new(&network, &net.json(), data.clone(), None, &options.to_string()).expect("a trainer");
        let done = advance(&mut t, &sgd(row), 2);
        (done.epochs[0].loss, done.epochs[1].loss)
    };
    let (first, second) = loss(1, 0.0);
    assert!(first != second, "each step has a mask of its own");
    assert_eq!((first, second), loss(1, 0.0));
    assert_ne!(first, loss(2, 0.0).0);
    let evaluate = || network.evaluate(&net.json(), &data, &[], 1).expect("an evaluation");
    assert_eq!(evaluate(), evaluate());
}

/// A network that only standardizes, and the states after a trainer learned them.
fn learned(columns: &[Column], view: Option<&[u32]>) -> (Vec<f32>, Vec<f32>, f32, Network) {
    let width = columns[0].width();
    let mut net = Net::default();
    net.input("x", &[width], "f32");
    net.standardize("s", "x", &[width]);
    net.linear("z", "s", width, 1, true);
    net.output("s");
    let model = net.json();
    net.input("target", &[1], "f32");
    net.node("loss", "squaredError", &["z", "target"], json!({}));
    net.loss("loss", 1.0, "z", "target");
    let rows = columns[0].values.len() / width;
    let data = dataset(&[columns[0].clone(), floats("target", &[1], vec![0.0; rows])]);
    let data = view.map_or(data.clone(), |v| data.subset(v).expect("a view"));
    let network = Network::initialize(&model, 0).expect("a network");
    let options = r#"{"optimizer":{"kind":"sgd"},"batchSize":2}"#;
    let t = Trainer::new(&network, &net.json(), data, None, options).expect("a trainer");
    let network = t.network().expect("a network");
    let of = |name: &str| network.tensor(name).expect("a state");
    (of("s/mean"), of("s/deviation"), of("s/count")[0], network)
}

#[test]
fn statistics_are_learned_from_the_rows_of_the_view() {
    let x = vec![1.0, 10.0, 3.0, 20.0, 5.0, 60.0, 1000.0, -1000.0];
    let (mean, deviation, count, _) = learned(&[floats("x", &[2], x)], Some(&[2, 0, 1]));
    assert_eq!((mean, count), (vec![3.0, 30.0], 3.0));
    let want = [(8.0f64 / 3.0).sqrt() as f32, (1400.0f64 / 3.0).sqrt() as f32];
    assert_eq!(deviation, want);
    let (mean, deviation, _, _) = learned(&[bytes("x", &[1], vec![0, 255, 0, 255])], None);
    assert_eq!((mean, deviation), (vec![127.5], vec![127.5]));
}

#[test]
fn constant_features_become_zero_and_large_means_lose_nothing() {
    let r = &mut Numbers(4);
    let rows = 1500;
    // constant; constant and not a round number; a spread of 1 around 1e6; tiny; huge
    let x: Vec<f32> = (0..rows).flat_map(|_| [7.0, 0.1, 1e6 + r.unit(), 1e-41 * r.unit(), 3e38 * r.unit()]).collect();
    let columns = [floats("x", &[5], x)];
    let (mean, deviation, count, network) = learned(&columns, None);
    assert_eq!((mean[0], deviation[0], mean[1], deviation[1], count), (7.0, 1.0, 0.1, 1.0, 1500.0));
    let y = common::predict(&network, &columns)[0].values.clone();
    assert!(y.iter().all(|v| v.is_finite()), "{mean:?} {deviation:?}");
    for feature in 0..5 {
        let values: Vec<f64> = y.chunks(5).map(|row| f64::from(row[feature])).collect();
        let m = values.iter().sum::<f64>() / rows as f64;
        let d = (values.iter().map(|v| (v - m).powi(2)).sum::<f64>() / rows as f64).sqrt();
        let want = [0.0, 0.0, 1.0, 0.0, 1.0][feature];
        // the mean itself is rounded to 32 bits: 1e6 to 0.03
        assert!(m.abs() < 0.06 && (d - want).abs() < 0.01, "feature {feature}: mean {m}, deviation {d}");
    }
}

#[test]
fn layers_that_have_learned_keep_what_they_know() {
    let (_, _, _, network) = learned(&[floats("x", &[1], vec![1.0, 3.0])], None);
    let mut spec: Json = serde_json::from_str(network.graph()).expect("JSON");
    spec["inputs"].as_array_mut().expect("inputs").push(json!({ "name": "target", "shape": ["rows", 1] }));
    let node = json!({ "name": "loss", "op": "squaredError", "inputs": ["z", "target"] });
    spec["nodes"].as_array_mut().expect("nodes").push(node);
    spec["losses"] = json!([{ "name": "loss", "value": "loss", "prediction": "z", "target": "target" }]);
    let data = dataset(&[floats("x", &[1], vec![100.0, 300.0]), floats("target", &[1], vec![0.0, 1.0])]);
    let options = r#"{"optimizer":{"kind":"sgd"},"batchSize":2}"#;
    let mut t = Trainer::new(&network, &spec.to_string(), data, None, options).expect("a trainer");
    advance(&mut t, &sgd(1e-6), 2);
    let after = t.network().expect("a network");
    for state in ["s/mean", "s/deviation", "s/count"] {
        assert_eq!(after.tensor(state).expect("a state"), network.tensor(state).expect("a state"));
    }
}

#[test]
fn a_layer_behind_a_layer_learns_what_it_will_see() {
    let mut net = Net::default();
    net.input("x", &[3], "f32");
    net.standardize("a", "x", &[3]);
    net.node("b", "relu", &["a"], json!({}));
    net.standardize("c", "b", &[3]);
    net.linear("z", "c", 3, 1, true);
    net.output("c");
    let model = net.json();
    net.input("target", &[1], "f32");
    net.node("loss", "squaredError", &["z", "target"], json!({}));
    net.loss("loss", 1.0, "z", "target");
    let columns = [floats("x", &[3], Numbers(3).vec(3 * 50, 9.0)), floats("target", &[1], vec![0.5; 50])];
    let network = Network::initialize(&model, 0).expect("a network");
    let options = r#"{"optimizer":{"kind":"sgd"},"batchSize":2}"#;
    let t = Trainer::new(&network, &net.json(), dataset(&columns), None, options).expect("a trainer");
    let y = common::predict(&t.network().expect("a network"), &columns)[0].values.clone();
    for feature in 0..3 {
        let values: Vec<f64> = y.chunks(3).map(|row| f64::from(row[feature])).collect();
        let (m, s) = (values.iter().sum::<f64>() / 50.0, values.iter().map(|v| v * v).sum::<f64>() / 50.0);
        assert!(m.abs() < 1e-5 && (s - 1.0).abs() < 1e-4, "{m}, {s}");
    }
}

#[test]
fn trained_networks_are_snapshots() {
    let setup = Setup::new();
    let mut t = setup.trainer(dataset(&groups(20)), None, &json!({}));
    advance(&mut t, &sgd(0.1), 3);
    let early = t.network().expect("a network");
    let bits = all_bits(&early);
    advance(&mut t, &sgd(0.1), 30);
    assert_eq!(all_bits(&early), bits);
    assert_ne!(weights_of(&t), bits);
    assert!(t.bytes() > 0);
}

#[test]
fn random_networks_train_without_complaint() {
    for seed in 0..60 {
        let r = &mut Numbers(seed);
        let rows = r.range(1, 90);
        let (net, columns) = network(r, Kind { dropout: true, regularizers: true, width: 30 }, rows);
        let network = Network::initialize(&net.json(), seed).expect("a network");
        let rule = r.pick(downslope_kernels::update::RULES);
        let row: Vec<f64> =
            rule.hyperparameters.iter().map(|n| if *n == "learningRate" { 1e-3 } else { 0.5 }).collect();
        let options =
            json!({ "optimizer": { "kind": rule.name }, "batchSize": r.range(0, 40), "metrics": ["accuracy"] });
        let data = dataset(&columns);
        let mut t =
            Trainer::new(&network, &net.json(), data.clone(), Some(data), &options.to_string()).expect("a trainer");
        let steps = 2 * t.steps_per_epoch();
        let done = advance(&mut t, &row, steps);
        assert!(!done.diverged && done.epochs.len() == 2, "seed {seed}: {done:?}: {}", net.json());
        assert!(done.epochs.iter().all(|e| e.validation.as_ref().is_some_and(|v| v.loss.is_finite())));
    }
}

/// Runs in a child process: prints the weights of a short run.
#[test]
#[ignore = "started by another test"]
fn child_that_prints_weights() {
    let setup = Setup::new();
    let options = json!({ "optimizer": { "kind": "sgd" }, "batchSize": 4 });
    match Trainer::new(&setup.network, &setup.graph, dataset(&groups(20)), None, &options.to_string()) {
        Ok(mut t) => {
            advance(&mut t, &sgd(0.1), 9);
            eprintln!("weights: {:?}", weights_of(&t));
        }
        Err(e) => eprintln!("{}: {}", e.code.name(), e.message),
    }
}

#[test]
fn the_environment_chooses_the_instruction_set() {
    let run = |isa: &str| {
        let program = std::env::current_exe().expect("this program");
        let output = (std::process::Command::new(program).env("DOWNSLOPE_SIMD", isa))
            .args(["--ignored", "--exact", "--nocapture", "child_that_prints_weights"])
            .output()
            .expect("a child");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        text.lines().find(|l| l.starts_with("weights") || l.starts_with("ERR")).unwrap_or(&text).to_owned()
    };
    let all: Vec<String> = downslope_kernels::simd::Isa::available().iter().map(|isa| run(isa.name())).collect();
    assert!(all[0].starts_with("weights: [") && all.iter().all(|w| *w == all[0]), "{all:?}");
    let error = run("mmx");
    assert!(error.starts_with("ERR_OPTION") && error.contains("mmx") && error.contains("scalar"), "{error}");
}
