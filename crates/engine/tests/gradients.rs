//! Gradients against central finite differences of the interpreter in 64 bits.
//!
//! One step of plain SGD with a learning rate of 1 takes the gradient off the weights. The difference quotient with h = 1e-7 is exact to
//! some 1e-8 in 64 bits (and so small that it crosses no kink of an activation); the engine rounds each of a chain of operations to 6e-8 of
//! their terms, and the weights before and after to 6e-8 of themselves. So gradients must agree to 2e-5 of the largest one of their tensor
//! plus 2e-6.

mod common;

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

use common::net::Net;
use common::random::{Kind, network, tame, targets};
use common::{Numbers, dataset, floats, general, reference, tensors, weights};
use downslope_engine::data::Column;
use downslope_engine::graph::op_names;
use downslope_engine::network::Network;
use downslope_engine::trainer::Trainer;
use downslope_kernels::{elementwise, loss};
use serde_json::{Value as Json, json};

type Tensors = HashMap<String, Vec<f64>>;

const H: f64 = 1e-7;
const TOLERANCE: f64 = 2e-5;

/// Weights before and after one step over all rows.
fn one_step(net: &Net, columns: &[Column], seed: u64, decay: f64) -> (Tensors, Tensors) {
    let text = net.json();
    let network = Network::initialize(&text, seed).expect("a network");
    let options = r#"{"optimizer":{"kind":"sgd"},"batchSize":0,"shuffle":false,"threads":1}"#;
    let mut trainer = Trainer::new(&network, &text, dataset(columns), None, options).expect("a trainer");
    // standardize layers have learned by now
    let before = tensors(&trainer.network().expect("a network"));
    let done = trainer.advance(&[1.0, 0.0, 0.0, decay], 1, 1e6, &AtomicBool::new(false)).expect("a step");
    assert!(done.steps == 1 && !done.diverged, "seed {seed}: {done:?}");
    let after = tensors(&trainer.network().expect("a network"));
    let rows: Vec<usize> = (0..count(columns)).collect();
    let want = reference::loss(&net.spec(), &before, columns, &rows);
    let got = done.epochs[0].loss;
    assert!((got - want).abs() <= 2e-5 * (1.0 + want.abs()), "seed {seed}: loss {got}, should be {want}: {text}");
    (before, after)
}

fn count(columns: &[Column]) -> usize {
    columns[0].values.len() / columns[0].width()
}

/// Values that a loss depends on.
fn reached(spec: &Json) -> Vec<&str> {
    let mut all: Vec<&str> =
        spec["losses"].as_array().into_iter().flatten().filter_map(|l| l["value"].as_str()).collect();
    for node in spec["nodes"].as_array().into_iter().flatten().rev() {
        if all.iter().any(|n| node["name"] == *n) {
            all.extend(node["inputs"].as_array().into_iter().flatten().filter_map(Json::as_str));
        }
    }
    all
}

/// Compares the step with difference quotients: `elements` of each tensor, and all tensors along two random directions.
fn check(net: &Net, columns: &[Column], seed: u64, decay: f64, elements: usize) {
    let (before, after) = one_step(net, columns, seed, decay);
    let spec = net.spec();
    let rows: Vec<usize> = (0..count(columns)).collect();
    let objective = |t: &Tensors| reference::loss(&spec, t, columns, &rows) + reference::penalty(&spec, t, decay);
    let quotient = |direction: &dyn Fn(&str, usize) -> f64, names: &[&str]| {
        let moved = |h: f64| {
            let mut t = before.clone();
            for name in names {
                t.get_mut(*name)
                    .expect("a tensor")
                    .iter_mut()
                    .enumerate()
                    .for_each(|(i, w)| *w += h * direction(name, i));
            }
            objective(&t)
        };
        (moved(H) - moved(-H)) / (2.0 * H)
    };
    let (mut r, reached) = (Numbers(seed), reached(&spec));
    let (mut trainable, mut gradients): (Vec<&str>, Tensors) = (vec![], HashMap::new());
    for p in spec["parameters"].as_array().expect("parameters") {
        let name = p["name"].as_str().expect("a name");
        let g: Vec<f64> = before[name].iter().zip(&after[name]).map(|(b, a)| b - a).collect();
        if p["trainable"] == json!(false) {
            assert!(g.iter().all(|g| *g == 0.0), "seed {seed}: {name} is frozen and moved: {spec}");
            continue;
        }
        if !reached.contains(&name) {
            assert!(g.iter().all(|g| *g == 0.0), "seed {seed}: no loss depends on {name} and it moved: {spec}");
            continue;
        }
        let largest = g.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
        let all: Vec<usize> = if g.len() <= elements {
            (0..g.len()).collect()
        } else {
            (0..elements).map(|_| r.range(0, g.len())).collect()
        };
        for i in all {
            let want = quotient(&|_, at| if at == i { 1.0 } else { 0.0 }, &[name]);
            assert!(
                (g[i] - want).abs() <= TOLERANCE * largest + 2e-6,
                "seed {seed}: gradient of {name}[{i}] is {}, should be {want} (largest {largest}): {spec}",
                g[i]
            );
        }
        trainable.push(name);
        gradients.insert(name.to_owned(), g);
    }
    for _ in 0..2 {
        let direction: Tensors = (trainable.iter())
            .map(|n| ((*n).to_owned(), gradients[*n].iter().map(|_| if r.one_in(2) { 1.0 } else { -1.0 }).collect()))
            .collect();
        let want = quotient(&|name, i| direction[name][i], &trainable);
        let along = |n: &&str| gradients[*n].iter().zip(&direction[*n]).map(|(g, d)| g * d).sum::<f64>();
        let got: f64 = trainable.iter().map(along).sum();
        let sizes: f64 = gradients.values().flatten().map(|g| g * g).sum::<f64>().sqrt();
        let n = gradients.values().map(Vec::len).sum::<usize>() as f64;
        let most = TOLERANCE * sizes + 2e-6 * n.sqrt();
        assert!((got - want).abs() <= most, "seed {seed}: slope {got}, should be {want} (to {most}): {spec}");
    }
}

/// dense → op → dense → loss, so that a gradient flows through the op and out of it.
fn case(op: &'static str, r: &mut Numbers, rows: usize) -> (Net, Vec<Column>) {
    let mut net = Net::default();
    let (n, k) = (r.width().min(34), r.width().min(20));
    let dims = if r.one_in(3) { vec![r.range(1, 4), n] } else { vec![n] };
    let from = r.range(1, 6);
    let x: Vec<usize> = dims[..dims.len() - 1].iter().copied().chain([from]).collect();
    net.input("x", &x, "f32");
    let mut columns = vec![floats("x", &x, r.vec(rows * x.iter().product::<usize>(), 2.0))];
    net.linear("before", "x", from, n, true);
    let loss_id = loss::find(op);
    let is_loss = loss_id.is_some();
    let mut last = "before";
    if !is_loss {
        last = "y";
        if let Some(f) = elementwise::find(op) {
            let mut attributes = json!({});
            for (name, _) in elementwise::FUNCTIONS[f].parameters {
                attributes[name] = json!(r.unit().abs());
            }
            let x = tame(&mut net, "y", op, "before");
            net.node("y", op, &[&x], attributes);
        } else {
            match op {
                "softmax" | "logSoftmax" => net.node("y", op, &["before"], json!({})),
                "dropout" => net.node("y", op, &["before"], json!({ "rate": 0.0 })),
                "gaussianNoise" => net.node("y", op, &["before"], json!({ "deviation": 0.0 })),
                "affine" => net.node("y", op, &["before"], json!({ "scale": r.unit(), "offset": r.unit() })),
                "reshape" => net.node("y", op, &["before"], json!({ "shape": [1, dims.iter().product::<usize>()] })),
                "standardize" => net.standardize("y", "before", &dims),
                "linear" => net.linear("y", "before", n, n, r.one_in(2)),
                _ => panic!("{op} has no case: add graphs that hold it"),
            }
        }
        if r.one_in(2) {
            // another user of what the op reads
            net.node("beside", "tanh", &["before"], json!({}));
        }
    }
    let all = dims.iter().product::<usize>();
    net.node("flat", "reshape", &[last], json!({ "shape": [all] }));
    net.linear("z", "flat", all, k, true);
    let about = &loss::LOSSES[loss_id.or(loss::find("squaredError")).expect("registered")];
    let (z, shape) = match r.range(0, 4) {
        0 if is_loss => {
            net.linear("one", "z", k, 1, true);
            ("one", vec![1])
        }
        1 if is_loss && about.outputs != loss::Outputs::Logits => {
            // rows of two axes
            net.node("cube", "reshape", &["z"], json!({ "shape": [1, k] }));
            ("cube", vec![1, k])
        }
        _ => ("z", vec![k]),
    };
    columns.push(targets(&mut net, r, about, "target", &shape, rows));
    net.node("loss", about.name, &[z, "target"], json!({}));
    net.loss("loss", 1.0, z, "target");
    if net.nodes.iter().any(|n| n["name"] == "beside") {
        net.node("flat_2", "reshape", &["beside"], json!({ "shape": [all] }));
        net.input("target_2", &[all], "f32");
        columns.push(floats("target_2", &[all], r.vec(rows * all, 1.0)));
        net.node("loss_2", "squaredError", &["flat_2", "target_2"], json!({}));
        net.loss("loss_2", 2.0, "flat_2", "target_2");
    }
    (net, columns)
}

#[test]
fn every_op_has_the_gradient_of_the_interpreter() {
    for op in op_names().into_iter().filter(|op| !general::NAMES.contains(op)) {
        for seed in 0..6 {
            let r = &mut Numbers(seed * 100 + op.len() as u64);
            let rows = if seed == 5 { 257 } else { r.range(1, 40) };
            let (net, columns) = case(op, r, rows);
            check(&net, &columns, seed, 0.0, 6);
        }
    }
}

#[test]
fn random_graphs_have_the_gradient_of_the_interpreter() {
    for seed in 0..150 {
        let r = &mut Numbers(seed);
        let rows = r.range(1, 34);
        let (net, columns) = network(r, Kind { dropout: false, regularizers: true, width: 24 }, rows);
        let decay = if r.one_in(3) { 0.03 } else { 0.0 };
        check(&net, &columns, seed, decay, 3);
    }
}

#[test]
fn a_batch_in_pieces_has_the_gradient_of_the_whole() {
    for (seed, rows) in [(1, 1025), (2, 2100)] {
        let r = &mut Numbers(seed);
        let (net, columns) = network(r, Kind { dropout: false, regularizers: false, width: 6 }, rows);
        check(&net, &columns, seed, 0.0, 2);
    }
}

/// x → dense → z, with all that may happen to a value and a kernel.
fn small(r: &mut Numbers, rows: usize) -> (Net, Vec<Column>) {
    let mut net = Net::default();
    net.input("x", &[5], "f32");
    net.input("target", &[5], "f32");
    (net, vec![floats("x", &[5], r.vec(rows * 5, 1.0)), floats("target", &[5], r.vec(rows * 5, 1.0))])
}

#[test]
fn a_kernel_used_thrice_gets_the_sum() {
    let r = &mut Numbers(3);
    let (mut net, columns) = small(r, 9);
    net.linear("a", "x", 5, 5, true);
    net.node("b", "linear", &["a", "a/kernel", "a/bias"], json!({}));
    net.node("c", "tanh", &["b"], json!({}));
    net.node("d", "linear", &["c", "a/kernel"], json!({}));
    net.node("loss", "squaredError", &["d", "target"], json!({}));
    net.loss("loss", 1.0, "d", "target");
    check(&net, &columns, 3, 0.0, 25);
}

#[test]
fn a_value_with_four_users_gets_the_sum() {
    let r = &mut Numbers(4);
    let (mut net, columns) = small(r, 9);
    net.linear("a", "x", 5, 5, true);
    net.node("relu", "relu", &["a"], json!({}));
    for (i, op) in ["tanh", "softmax", "silu"].iter().enumerate() {
        net.node(op, op, &["relu"], json!({}));
        net.node(&format!("loss_{i}"), "squaredError", &[op, "target"], json!({}));
        net.loss(&format!("loss_{i}"), 1.0 + i as f64, op, "target");
    }
    net.node("loss_3", "squaredError", &["relu", "target"], json!({}));
    net.loss("loss_3", 0.5, "relu", "target");
    check(&net, &columns, 4, 0.0, 25);
}

#[test]
fn one_value_may_be_two_losses_and_go_on() {
    let r = &mut Numbers(5);
    let (mut net, columns) = small(r, 9);
    net.linear("a", "x", 5, 5, true);
    net.node("loss", "squaredError", &["a", "target"], json!({}));
    net.loss("loss", 1.0, "a", "target");
    net.loss("loss", 0.25, "a", "target");
    net.node("more", "exp", &["loss"], json!({}));
    net.loss("more", 0.1, "a", "target");
    check(&net, &columns, 5, 0.0, 25);
}

#[test]
fn views_of_views_carry_gradients() {
    let r = &mut Numbers(6);
    let (mut net, columns) = small(r, 9);
    net.linear("a", "x", 5, 6, true);
    net.node("b", "reshape", &["a"], json!({ "shape": [2, 3] }));
    net.node("c", "dropout", &["b"], json!({ "rate": 0.0 }));
    net.node("d", "reshape", &["c"], json!({ "shape": [3, 2] }));
    net.node("e", "relu", &["d"], json!({}));
    net.node("f", "softmax", &["b"], json!({}));
    net.linear("g", "e", 2, 4, true);
    net.node("h", "linear", &["f", "k3", "g/bias"], json!({}));
    net.parameter("k3", &[3, 4], 0.5);
    for (value, n) in [("g", 12), ("h", 8)] {
        let (flat, z, loss) = (format!("{value}/flat"), format!("{value}/z"), format!("{value}/loss"));
        net.node(&flat, "reshape", &[value], json!({ "shape": [n] }));
        net.linear(&z, &flat, n, 5, true);
        net.node(&loss, "squaredError", &[&z, "target"], json!({}));
        net.loss(&loss, 1.0, &z, "target");
    }
    check(&net, &columns, 6, 0.0, 25);
}

#[test]
fn row_weights_are_relative() {
    let r = &mut Numbers(8);
    let (mut net, mut columns) = small(r, 12);
    net.linear("a", "x", 5, 5, true);
    net.node("loss", "squaredError", &["a", "target"], json!({}));
    net.loss("loss", 1.0, "a", "target");
    columns.push(weights((0..12).map(|i| if i % 3 == 0 { 0.0 } else { 100.0 * i as f32 }).collect()));
    check(&net, &columns, 8, 0.0, 25);
}

#[test]
fn a_proximal_step_moves_towards_zero_after_the_gradient() {
    let r = &mut Numbers(9);
    let (mut net, columns) = small(r, 12);
    net.linear("a", "x", 5, 5, true);
    net.node("loss", "squaredError", &["a", "target"], json!({}));
    net.loss("loss", 1.0, "a", "target");
    let (before, plain) = one_step(&net, &columns, 9, 0.0);
    net.parameters[0]["regularizer"] = json!({ "l1": 0.2, "proximal": true });
    let (_, got) = one_step(&net, &columns, 9, 0.0);
    assert!(before["a/kernel"].len() == 25 && got["a/bias"] == plain["a/bias"]);
    for (got, plain) in got["a/kernel"].iter().zip(&plain["a/kernel"]) {
        let want = plain.signum() * (plain.abs() - 0.2).max(0.0);
        assert!((got - want).abs() < 1e-6, "{got}, should be {want}");
    }
    assert!(got["a/kernel"].contains(&0.0), "some weight is exactly 0");
}

#[test]
fn frozen_parameters_stay_and_let_gradients_through() {
    let r = &mut Numbers(10);
    let (mut net, columns) = small(r, 12);
    net.linear("a", "x", 5, 7, true);
    net.node("b", "tanh", &["a"], json!({}));
    net.linear("c", "b", 7, 5, true);
    for p in &mut net.parameters[2..] {
        p["trainable"] = Json::Bool(false);
        p["regularizer"] = json!({ "l2": 0.5 });
    }
    net.node("loss", "squaredError", &["c", "target"], json!({}));
    net.loss("loss", 1.0, "c", "target");
    check(&net, &columns, 10, 0.1, 40);
}
