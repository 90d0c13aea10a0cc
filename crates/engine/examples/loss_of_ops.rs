//! Times training steps with the built-in squared error and with one made of ops, side by side: `loss_of_ops small|wide batch seconds`.
#![expect(clippy::unwrap_used, reason = "a program to measure with: it may stop anywhere")]

use std::sync::atomic::AtomicBool;

use downslope_engine::data::{Column, Dataset, Role, Values};
use downslope_engine::network::Network;
use downslope_engine::trainer::Trainer;
use serde_json::{Value as Json, json};

/// CPU time of this thread in seconds: the machine may be busy with other work.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|x| x.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

fn graph(sizes: &[usize], built_in: bool) -> String {
    let (mut parameters, mut nodes): (Vec<Json>, Vec<Json>) = (vec![], vec![]);
    let mut last = "x".to_owned();
    for (i, pair) in sizes.windows(2).enumerate() {
        let name = format!("dense_{i}");
        let (kernel, bias) = (format!("{name}/kernel"), format!("{name}/bias"));
        parameters.push(json!({ "name": kernel, "shape": pair, "initializer": { "kind": "heNormal" } }));
        parameters.push(json!({ "name": bias, "shape": [pair[1]], "initializer": { "kind": "zeros" } }));
        nodes.push(json!({ "name": name, "op": "linear", "inputs": [last, kernel, bias] }));
        last = name;
        if i + 2 < sizes.len() {
            let relu = format!("{last}/relu");
            nodes.push(json!({ "name": relu, "op": "relu", "inputs": [last] }));
            last = relu;
        }
    }
    if built_in {
        nodes.push(json!({ "name": "loss", "op": "squaredError", "inputs": [last, "y"] }));
    } else {
        nodes.push(json!({ "name": "difference", "op": "subtract", "inputs": [last, "y"] }));
        nodes.push(json!({ "name": "squared", "op": "square", "inputs": ["difference"] }));
        nodes.push(json!({ "name": "loss", "op": "mean", "inputs": ["squared"], "attributes": { "axes": [1] } }));
    }
    json!({
        "inputs": [
            { "name": "x", "shape": ["rows", sizes[0]], "type": "f32" },
            { "name": "y", "shape": ["rows", sizes[sizes.len() - 1]], "type": "f32" },
        ],
        "parameters": parameters,
        "nodes": nodes,
        "outputs": [{ "name": "output", "value": last }],
        "losses": [{ "name": "output", "value": "loss", "prediction": last, "target": "y" }],
    })
    .to_string()
}

fn main() {
    let a: Vec<String> = std::env::args().collect();
    let arg = |i: usize, d: &str| a.get(i).cloned().unwrap_or_else(|| d.to_owned());
    let (kind, batch, seconds): (String, usize, f64) =
        (arg(1, "small"), arg(2, "32").parse().unwrap(), arg(3, "4").parse().unwrap());
    let sizes: &[usize] = if kind == "small" { &[20, 64, 64, 1] } else { &[784, 256, 10] };
    let mut state = 1u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    let rows = 8192;
    let mut column = |name: &str, role: Role, width: usize| {
        let values = Values::F32((0..rows * width).map(|_| random()).collect());
        Column { name: name.into(), role, shape: vec![width], values, classes: 0 }
    };
    let columns = vec![column("x", Role::Input, sizes[0]), column("y", Role::Target, sizes[sizes.len() - 1])];
    let data = Dataset::new(columns).unwrap();
    let options = json!({ "optimizer": { "kind": "sgd" }, "batchSize": batch, "threads": 1 }).to_string();
    let mut trainers = [true, false].map(|built_in| {
        let text = graph(sizes, built_in);
        let network = Network::initialize(&text, 0).unwrap();
        Trainer::new(&network, &text, data.clone(), None, &options).unwrap()
    });
    let row: Vec<f64> =
        trainers[0].hyperparameters().iter().map(|n| if *n == "learningRate" { 0.01 } else { 0.0 }).collect();
    let mut times = [vec![], vec![]];
    for round in 0..24 {
        for (trainer, times) in trainers.iter_mut().zip(&mut times) {
            let t = cpu();
            let done =
                trainer.advance(&row, usize::MAX / 64, seconds / 48.0 * 1000.0, &AtomicBool::new(false)).unwrap();
            if round > 0 {
                times.push((cpu() - t) / done.steps as f64 * 1e6);
            }
        }
    }
    let [built_in, ops] = times.map(|mut t| {
        t.sort_by(f64::total_cmp);
        t[t.len() / 2]
    });
    eprintln!(
        "{kind} batch {batch}: built-in {built_in:.2} µs, of ops {ops:.2} µs a step, ratio {:.3}",
        ops / built_in
    );
}
