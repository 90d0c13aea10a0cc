//! The general ops: values and gradients against the interpreter in 64 bits and its difference quotients, with data, without, and in pieces.

mod common;

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

use common::mixed::{self, Mixed};
use common::{Numbers, dataset, general, reference};
use downslope_engine::expression;
use downslope_engine::graph::op_names;
use downslope_engine::minimizer::Minimizer;
use serde_json::{Value as Json, json};

type Tensors = HashMap<String, Vec<f64>>;

/// The quotient with it is exact to some 1e-8 in 64 bits, and so small that it crosses hardly a kink.
const H: f64 = 1e-7;
/// The engine rounds each of a chain of operations to 6e-8 of their terms.
const TOLERANCE: f64 = 4e-5;

/// First values of all parameters.
fn start(m: &Mixed, r: &mut Numbers) -> Vec<(String, Vec<f32>)> {
    (m.net.parameters.iter())
        .map(|p| {
            let n: u64 = p["shape"].as_array().expect("a shape").iter().filter_map(Json::as_u64).product();
            (p["name"].as_str().expect("a name").to_owned(), r.vec(n as usize, 1.0))
        })
        .collect()
}

/// The objective and its gradient, by one step of gradient descent with a rate of 1.
fn step(m: &Mixed, tensors: &[(String, Vec<f32>)]) -> (f64, Tensors) {
    let data = (!m.columns.is_empty()).then(|| dataset(&m.columns));
    let options = r#"{"optimizer":{"kind":"sgd"},"batchSize":0,"shuffle":false,"threads":1}"#;
    let mut minimizer = Minimizer::new(&m.net.json(), tensors, data, options).expect("a minimizer");
    let row: Vec<f64> = minimizer.hyperparameters().iter().map(|n| f64::from(u8::from(*n == "learningRate"))).collect();
    let done = minimizer.advance(&row, 1, 1e6, false, &AtomicBool::new(false)).expect("a step");
    assert!(done.steps == 1 && !done.diverged, "{done:?}: {}", m.net.json());
    let after = minimizer.parameters().expect("parameters");
    let gradient = tensors.iter().zip(after).map(|((name, before), after)| {
        let g = before.iter().zip(&after.values).map(|(b, a)| f64::from(*b) - f64::from(*a)).collect();
        (name.clone(), g)
    });
    (done.values[0], gradient.collect())
}

fn check(m: &Mixed, seed: u64, elements: usize) {
    let r = &mut Numbers(seed ^ 77);
    let tensors = start(m, r);
    let (value, gradients) = step(m, &tensors);
    let spec = m.net.spec();
    let before: Tensors = tensors.iter().map(|(n, v)| (n.clone(), v.iter().map(|x| f64::from(*x)).collect())).collect();
    let rows: Vec<usize> = (0..m.rows).collect();
    let objective = |t: &Tensors| reference::loss(&spec, t, &m.columns, &rows);
    let want = objective(&before);
    assert!((value - want).abs() <= 2e-5 * (1.0 + want.abs()), "seed {seed}: {value}, should be {want}: {spec}");
    if m.columns.is_empty() {
        let (_, same) = expression::evaluate(&spec.to_string(), &tensors, true).expect("a gradient");
        for g in same {
            common::close(&g.values, &gradients[&g.name], 1e-6, &g.name);
        }
    }
    let quotient = |direction: &dyn Fn(&str, usize) -> f64| {
        let moved = |h: f64| {
            let mut t = before.clone();
            for (name, values) in &mut t {
                values.iter_mut().enumerate().for_each(|(i, w)| *w += h * direction(name, i));
            }
            objective(&t)
        };
        (moved(H) - moved(-H)) / (2.0 * H)
    };
    for (name, g) in &gradients {
        let largest = g.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
        for _ in 0..elements.min(g.len()) {
            let i = r.range(0, g.len());
            let want = quotient(&|n, at| if n == name && at == i { 1.0 } else { 0.0 });
            assert!(
                (g[i] - want).abs() <= TOLERANCE * (largest + want.abs()) + 4e-6,
                "seed {seed}: gradient of {name}[{i}] is {}, should be {want} (largest {largest}): {spec}",
                g[i]
            );
        }
    }
    let direction: Tensors =
        gradients.iter().map(|(n, g)| (n.clone(), g.iter().map(|_| f64::from(r.unit())).collect())).collect();
    let want = quotient(&|name, i| direction[name][i]);
    let products = gradients.iter().flat_map(|(n, g)| g.iter().zip(&direction[n])).map(|(g, d)| g * d);
    let (got, sizes) = products.fold((0.0, 0.0), |(sum, sizes): (f64, f64), p| (sum + p, sizes + p.abs()));
    assert!((got - want).abs() <= TOLERANCE * sizes + 1e-5, "seed {seed}: slope {got}, should be {want}: {spec}");
}

#[test]
fn every_general_op_has_the_value_and_gradient_of_the_interpreter() {
    for op in general::NAMES {
        assert!(op_names().contains(op), "{op} is not an op");
        for seed in 0..24 {
            let r = &mut Numbers(seed * 100 + op.len() as u64);
            let rows = if seed == 23 { 261 } else { r.range(1, 12) };
            check(&mixed::case(op, r, rows), seed, 4);
        }
    }
}

#[test]
fn random_graphs_have_the_gradient_of_the_interpreter() {
    for seed in 0..200 {
        let r = &mut Numbers(seed);
        let rows = r.range(1, 20);
        check(&mixed::random(r, rows, seed % 3 == 0), seed, 2);
    }
}

#[test]
fn pieces_and_batches_that_mix_rows_have_the_gradient_of_the_whole() {
    for seed in 0..6 {
        let r = &mut Numbers(1000 + seed);
        check(&mixed::random(r, 1030, seed % 2 == 0), seed, 1);
    }
}

#[test]
fn gradients_stop_where_they_are_told_to() {
    let mut m = Mixed::new(1);
    let r = &mut Numbers(1);
    let x = m.operand(r, false, &[3]);
    let kept = m.node("stopGradient", &[&x], json!({})).expect("a value");
    let y = m.node("multiply", &[&x, &kept], json!({})).expect("a product");
    let sum = m.node("sum", &[&y], json!({})).expect("a sum");
    m.net.losses.push(json!({ "name": "sum", "value": sum.name }));
    let tensors = [(x.name.clone(), vec![2.0, -3.0, 0.5])];
    let (value, gradients) = step(&m, &tensors);
    assert_eq!(value, 13.25);
    // of x · x the derivative would be twice as large
    assert_eq!(gradients[&x.name], [2.0, -3.0, 0.5]);
}

#[test]
fn a_loss_may_be_a_parameter() {
    let mut m = Mixed::new(1);
    let x = m.operand(&mut Numbers(1), false, &[]);
    m.net.losses.push(json!({ "name": "x", "value": x.name }));
    let (value, gradients) = step(&m, &[(x.name.clone(), vec![4.0])]);
    assert_eq!((value, &gradients[&x.name][..]), (4.0, &[1.0][..]));
}

#[test]
fn ties_share_the_gradient() {
    for op in ["max", "min"] {
        let mut m = Mixed::new(1);
        let x = m.operand(&mut Numbers(1), false, &[4]);
        let y = m.node(op, &[&x], json!({})).expect("an extreme");
        m.net.losses.push(json!({ "name": "y", "value": y.name }));
        let values = if op == "max" { vec![1.0, 3.0, 3.0, 2.0] } else { vec![9.0, 3.0, 3.0, 4.0] };
        assert_eq!(step(&m, &[(x.name.clone(), values)]).1[&x.name], [0.0, 0.5, 0.5, 0.0]);
    }
}

#[test]
fn what_does_not_fit_names_the_node() {
    let infer = |op: &str, inputs: Json, attributes: Json| {
        let node = json!({ "name": "here", "op": op, "inputs": inputs, "attributes": attributes });
        downslope_engine::graph::infer(&node.to_string()).expect_err(op).message
    };
    let f = |shape: Json| json!({ "shape": shape, "type": "f32" });
    for (op, inputs, attributes, part) in [
        ("add", json!([f(json!([2])), f(json!([3]))]), json!({}), "broadcast"),
        ("add", json!([f(json!(["rows"])), f(json!(["rows", 3]))]), json!({}), "broadcast"),
        ("where", json!([f(json!([2])), f(json!([3])), f(json!([1]))]), json!({}), "broadcast"),
        ("multiply", json!([f(json!([2]))]), json!({}), "2 inputs"),
        ("sum", json!([f(json!([2]))]), json!({ "axes": [1] }), "axes"),
        ("sum", json!([f(json!([2]))]), json!({ "axis": 0 }), "axis"),
        ("mean", json!([f(json!([2, 3]))]), json!({ "axes": [0, 0] }), "axes"),
        ("argmax", json!([f(json!([2]))]), json!({}), "axis"),
        ("matmul", json!([f(json!([2, 3])), f(json!([2, 3]))]), json!({}), "matmul"),
        ("matmul", json!([f(json!(["rows"])), f(json!([3]))]), json!({}), "matmul"),
        ("matmul", json!([f(json!([3, 4])), f(json!(["rows", 4]))]), json!({}), "matmul"),
        ("transpose", json!([f(json!(["rows", 4]))]), json!({ "permutation": [1, 0] }), "rows"),
        ("transpose", json!([f(json!([2, 4]))]), json!({ "permutation": [1, 1] }), "permutation"),
        ("concatenate", json!([f(json!(["rows", 4]))]), json!({ "axis": 0 }), "rows"),
        ("concatenate", json!([f(json!([2, 4])), f(json!([2, 3]))]), json!({ "axis": 0 }), "concatenate"),
        ("concatenate", json!([]), json!({ "axis": 0 }), "at least one"),
        ("slice", json!([f(json!([4]))]), json!({ "axis": 0, "begin": 2, "end": 5 }), "slice"),
        ("slice", json!([f(json!([4]))]), json!({ "axis": 0, "begin": -1, "end": 2 }), "begin"),
        ("gather", json!([f(json!(["rows", 4])), f(json!([2]))]), json!({ "axis": 0 }), "rows"),
        ("clip", json!([f(json!([4]))]), json!({ "min": 2, "max": 1 }), "min"),
        ("constant", json!([]), json!({ "shape": [2], "values": [1] }), "2 elements"),
        ("constant", json!([]), json!({ "shape": ["rows"], "values": 1 }), "fixed"),
        ("constant", json!([]), json!({ "shape": [1], "values": [1e300] }), "finite"),
    ] {
        let message = infer(op, inputs, attributes);
        assert!(message.starts_with("here: ") && message.contains(part), "{op}: {message}");
    }
}
