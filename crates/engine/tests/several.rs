//! Graphs with several outputs and losses, and noise.

mod common;

use std::sync::atomic::AtomicBool;

use common::net::Net;
use common::{Numbers, all_bits, dataset, floats, labels, predict};
use downslope_engine::Code;
use downslope_engine::data::Column;
use downslope_engine::network::{Feed, Network, Transform};
use downslope_engine::trainer::{Advance, Trainer};
use downslope_engine::{InputColumn, measures::MetricSpec};
use serde_json::{Value as Json, json};

/// A trunk with a head of classes and a head of numbers: the model and the graph with its losses.
fn heads(weights: [f64; 2]) -> (String, String) {
    let mut net = Net::default();
    net.input("x", &[3], "f32");
    net.linear("trunk", "x", 3, 8, true);
    net.node("bent", "tanh", &["trunk"], json!({}));
    net.linear("kind", "bent", 8, 3, true);
    net.linear("size", "bent", 8, 1, true);
    net.output("kind");
    net.output("size");
    let model = net.json();
    net.input("target/kind", &[], "u32");
    net.input("target/size", &[1], "f32");
    net.node("loss/kind", "crossEntropy", &["kind", "target/kind"], json!({}));
    net.node("loss/size", "squaredError", &["size", "target/size"], json!({}));
    net.loss("loss/kind", weights[0], "kind", "target/kind");
    net.loss("loss/size", weights[1], "size", "target/size");
    (model, net.json())
}

fn rows(n: usize) -> Vec<Column> {
    let r = &mut Numbers(3);
    let x: Vec<f32> = (0..3 * n).map(|_| r.unit()).collect();
    let kind = x.chunks(3).map(|x| u32::from(x[0] > 0.0) + u32::from(x[1] > 0.3)).collect();
    let size = x.chunks(3).map(|x| x[0] - 2.0 * x[2]).collect();
    vec![floats("x", &[3], x), labels("target/kind", 3, kind), floats("target/size", &[1], size)]
}

fn train(graph: &str, network: &Network, n: usize, options: &Json, steps: usize) -> (Trainer, Advance) {
    let mut all = json!({ "optimizer": { "kind": "sgd" }, "batchSize": 32, "threads": 1 });
    options.as_object().into_iter().flatten().for_each(|(k, v)| all[k] = v.clone());
    let data = dataset(&rows(n));
    let mut t = Trainer::new(network, graph, data.clone(), Some(data), &all.to_string()).expect("a trainer");
    let done = t.advance(&[0.2, 0.0, 0.0, 0.0], steps, 1e9, &AtomicBool::new(false)).expect("steps");
    (t, done)
}

#[test]
fn every_loss_is_measured() {
    let metrics = json!([
        { "output": 1, "name": "meanSquaredError" },
        { "output": 0, "name": "accuracy" },
        "accuracy",
        { "output": 1, "name": "meanAbsoluteError" },
    ]);
    for weights in [[1.0, 1.0], [0.25, 3.0]] {
        let (model, graph) = heads(weights);
        let network = Network::initialize(&model, 0).expect("a network");
        let (t, done) = train(&graph, &network, 100, &json!({ "metrics": metrics }), 4 * 30);
        let last = done.epochs.last().expect("epochs");
        let validation = last.validation.clone().expect("validation");
        for (loss, losses) in [(last.loss, &last.losses), (validation.loss, &validation.losses)] {
            let sum = weights[0] * losses[0] + weights[1] * losses[1];
            assert!((loss - sum).abs() < 1e-12, "{loss} is not the sum of {losses:?}");
        }
        // a squared error is its own metric over whole sets; over batches of different sizes the means differ a little
        assert!((validation.losses[1] - validation.metrics[0]).abs() < 1e-6);
        assert!((last.losses[1] - last.metrics[0]).abs() < 0.05);
        assert_eq!(last.metrics[1].to_bits(), last.metrics[2].to_bits());
        let first = done.epochs[0].losses.clone();
        assert!(last.losses[0] < 0.8 * first[0] && last.losses[1] < 0.8 * first[1], "{first:?}, then {last:?}");
        let specs = MetricSpec::list(&metrics.to_string()).expect("metrics");
        let again = t.network().expect("a network").evaluate(&graph, &dataset(&rows(100)), &specs, 1);
        assert_eq!(again.expect("an evaluation"), validation);
    }
}

#[test]
fn metrics_of_what_is_not_there() {
    let (model, graph) = heads([1.0, 1.0]);
    let network = Network::initialize(&model, 0).expect("a network");
    let data = dataset(&rows(10));
    for (spec, code, text) in [
        (json!({ "output": 2, "name": "accuracy" }), Code::Option, "the graph has 2"),
        (json!({ "output": 0, "name": "accuracy", "average": "macro" }), Code::Option, "no option average"),
        (json!({ "output": 0, "name": "meanSquaredError" }), Code::Option, "meanSquaredError"),
        (json!({ "output": 0, "name": "accurate" }), Code::Option, "accuracy"),
        (json!({ "output": -1, "name": "accuracy" }), Code::Option, "metrics"),
        (json!({ "output": 0 }), Code::Option, "metrics"),
    ] {
        let error = MetricSpec::list(&json!([spec]).to_string())
            .and_then(|specs| network.evaluate(&graph, &data, &specs, 1))
            .expect_err("refused");
        assert_eq!(error.code, code, "{error}");
        assert!(error.message.contains(text), "{text} in {error}");
    }
}

#[test]
fn every_output_has_its_transform() {
    let (model, _) = heads([1.0, 1.0]);
    let network = Network::initialize(&model, 0).expect("a network");
    let x = [0.1, -0.5, 0.9, 0.3, 0.2, -0.7];
    let feeds = [Feed { name: "x", shape: &[3], values: InputColumn::F32(&x) }];
    let plain = network.predict(&feeds, Transform::None, 1).expect("a prediction");
    let both = network.predict(&feeds, [Transform::Argmax, Transform::Sigmoid], 1).expect("a prediction");
    assert_eq!((&both[0].shape[..], &both[1].shape[..]), (&[][..], &[1][..]));
    for (row, class) in plain[0].values.chunks(3).zip(&both[0].values) {
        assert!(row.iter().all(|x| *x <= row[*class as usize]));
    }
    for (z, p) in plain[1].values.iter().zip(&both[1].values) {
        assert!((p - 1.0 / (1.0 + (-z).exp())).abs() < 1e-6);
    }
    let error = network.predict(&feeds, [Transform::None; 3], 1).expect_err("three");
    assert_eq!(error.code, Code::Internal);
}

#[test]
fn frozen_parameters_keep_their_bits() {
    let (model, _) = heads([1.0, 1.0]);
    let mut graph: Json = serde_json::from_str(&heads([1.0, 1.0]).1).expect("JSON");
    for at in [0, 1] {
        graph["parameters"][at]["trainable"] = json!(false);
        graph["parameters"][at]["regularizer"] = json!({ "l1": 0.1, "l2": 0.1, "proximal": at == 1 });
        graph["parameters"][at]["decay"] = json!(true);
    }
    let network = Network::initialize(&model, 0).expect("a network");
    for rule in ["sgd", "adam", "adamw"] {
        let options = json!({ "optimizer": { "kind": rule }, "batchSize": 0 }).to_string();
        let data = dataset(&rows(50));
        let mut t = Trainer::new(&network, &graph.to_string(), data, None, &options).expect("a trainer");
        let row: Vec<f64> = (t.hyperparameters().iter())
            .map(|name| match *name {
                "learningRate" | "weightDecay" => 0.1,
                "epsilon" => 1e-8,
                _ => 0.9,
            })
            .collect();
        t.advance(&row, 20, 1e9, &AtomicBool::new(false)).expect("steps");
        let (before, after) = (all_bits(&network), all_bits(&t.network().expect("a network")));
        for ((name, was), (_, is)) in before.iter().zip(&after) {
            assert_eq!(was == is, name.starts_with("trunk/"), "{rule}: {name}");
        }
    }
}

#[test]
fn noise_is_a_function_of_seed_and_step() {
    let mut net = Net::default();
    net.input("x", &[3], "f32");
    net.node("noisy", "gaussianNoise", &["x"], json!({ "deviation": 0.5 }));
    net.linear("trunk", "noisy", 3, 40, true);
    net.node("noisy too", "gaussianNoise", &["trunk"], json!({ "deviation": 0.1 }));
    net.linear("size", "noisy too", 40, 1, true);
    net.output("size");
    let model = net.json();
    net.input("target/size", &[1], "f32");
    net.node("loss", "squaredError", &["size", "target/size"], json!({}));
    net.loss("loss", 1.0, "size", "target/size");
    let graph = net.json();
    let network = Network::initialize(&model, 0).expect("a network");
    let run = |seed: u64, threads: usize| {
        // a batch in several pieces
        let options = json!({ "batchSize": 0, "seed": seed, "threads": threads, "shuffle": false });
        let (t, done) = train(&graph, &network, 2500, &options, 3);
        let losses: Vec<u64> = done.epochs.iter().map(|e| e.loss.to_bits()).collect();
        (losses, all_bits(&t.network().expect("a network")))
    };
    let base = run(1, 1);
    assert!(base.0[0] != base.0[1], "each step has noise of its own");
    assert_eq!(base, run(1, 1));
    assert_eq!(base, run(1, 2));
    assert_ne!(base, run(2, 1));
    // none outside of training
    let columns = rows(7);
    assert_eq!(predict(&network, &columns[..1])[0].values, predict(&network, &columns[..1])[0].values);
    let plain = graph.replace("0.5", "0.0").replace("\"deviation\":0.1", "\"deviation\":0.0");
    let data = dataset(&rows(50));
    let loss = |graph: &str| network.evaluate(graph, &data, &[], 1).expect("an evaluation").loss;
    assert_eq!(loss(&graph), loss(&plain));
}
