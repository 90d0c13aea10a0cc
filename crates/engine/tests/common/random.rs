//! Random graphs that compose ops: several users of a value, shared and frozen parameters, views, two losses.

use downslope_engine::data::Column;
use downslope_kernels::elementwise;
use downslope_kernels::loss::{self as losses, Labels, Outputs, Targets};
use serde_json::json;

use super::net::Net;
use super::{Numbers, bytes, floats, labels, weights};

/// What a random graph may hold.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Dropout that drops, and noise.
    pub dropout: bool,
    /// Regularisers (never proximal ones, which are no part of a gradient).
    pub regularizers: bool,
    /// Widest layer.
    pub width: usize,
}

/// A graph with losses and `rows` rows of data for it.
pub fn network(r: &mut Numbers, kind: Kind, rows: usize) -> (Net, Vec<Column>) {
    let mut net = Net::default();
    let mut columns = vec![];
    let dims = if r.one_in(4) { vec![r.range(1, 4), r.range(1, 9)] } else { vec![r.range(1, kind.width + 1)] };
    let n: usize = dims.iter().product();
    if r.one_in(4) {
        net.input("x", &dims, "f32");
        columns.push(bytes("x", &dims, (0..rows * n).map(|_| (r.word() % 5) as u8).collect()));
    } else {
        net.input("x", &dims, "f32");
        columns.push(floats("x", &dims, r.vec(rows * n, 2.0)));
    }
    let mut pool: Vec<(String, Vec<usize>)> = vec![("x".to_owned(), dims.clone())];
    match r.range(0, 4) {
        0 => {
            net.standardize("standard", "x", &dims);
            pool.push(("standard".to_owned(), dims));
        }
        1 => {
            net.node("scaled", "affine", &["x"], json!({ "scale": 0.7, "offset": -0.2 }));
            pool.push(("scaled".to_owned(), dims));
        }
        _ => {}
    }
    let mut kernels: Vec<(String, usize, usize)> = vec![];
    for i in 0..r.range(2, 9) {
        let at = if r.one_in(4) { r.range(0, pool.len()) } else { pool.len() - 1 };
        let made = step(&mut net, r, kind, &mut kernels, &pool[at].clone(), i);
        pool.push(made);
    }
    head(&mut net, r, kind, &pool, "", rows, &mut columns);
    if r.one_in(3) {
        let at = r.range(0, pool.len());
        head(&mut net, r, kind, &pool[..=at], "_2", rows, &mut columns);
    }
    for (i, p) in net.parameters.iter_mut().enumerate().skip(1) {
        if r.one_in(8) && i + 2 < 2 * kernels.len() {
            p["trainable"] = json!(false);
        }
        if kind.regularizers && r.one_in(3) {
            p["regularizer"] =
                json!({ "l1": 0.01 * f64::from(r.range(0, 3) as u8), "l2": 0.02 * f64::from(r.range(0, 3) as u8) });
        }
    }
    if r.one_in(3) {
        columns.push(weights((0..rows).map(|i| if i % 5 == 1 { 0.0 } else { 1.5 + r.unit() }).collect()));
    }
    (net, columns)
}

/// Brings a value to where a function is defined, and where chains of it stay finite.
pub fn tame(net: &mut Net, name: &str, function: &str, x: &str) -> String {
    let (small, positive) = (format!("{name}/small"), format!("{name}/positive"));
    match function {
        "exp" | "expm1" | "square" => {
            net.node(&small, "tanh", &[x], json!({}));
            small
        }
        "log" | "log1p" | "sqrt" => {
            net.node(&small, "tanh", &[x], json!({}));
            net.node(&positive, "exp", &[&small], json!({}));
            positive
        }
        _ => x.to_owned(),
    }
}

/// One more node.
fn step(
    net: &mut Net,
    r: &mut Numbers,
    kind: Kind,
    kernels: &mut Vec<(String, usize, usize)>,
    (x, dims): &(String, Vec<usize>),
    i: usize,
) -> (String, Vec<usize>) {
    let name = format!("node_{i}");
    let last = dims[dims.len() - 1];
    let mut out = dims.clone();
    match r.range(0, 10) {
        0..=2 => {
            let shared = kernels.iter().find(|(_, from, _)| *from == last).cloned().filter(|_| r.one_in(2));
            let to = if let Some((of, _, to)) = shared {
                let (kernel, bias) = (format!("{of}/kernel"), format!("{of}/bias"));
                let inputs = if r.one_in(2) { vec![&x[..], &kernel, &bias] } else { vec![&x[..], &kernel] };
                net.node(&name, "linear", &inputs, json!({}));
                to
            } else {
                let to = r.range(1, kind.width + 1);
                net.linear(&name, x, last, to, true);
                kernels.push((name.clone(), last, to));
                to
            };
            out.pop();
            out.push(to);
        }
        3..=5 => {
            let f = r.pick(elementwise::FUNCTIONS);
            let x = tame(net, &name, f.name, x);
            net.node(&name, f.name, &[&x], json!({}));
        }
        6 => net.node(&name, if r.one_in(2) { "softmax" } else { "logSoftmax" }, &[x], json!({})),
        7 => {
            let rate = if kind.dropout && !r.one_in(3) { 0.25 } else { 0.0 };
            match r.one_in(2) {
                true => net.node(&name, "dropout", &[x], json!({ "rate": rate })),
                false => net.node(&name, "gaussianNoise", &[x], json!({ "deviation": rate })),
            }
        }
        8 => net.node(&name, "affine", &[x], json!({ "scale": 1.0 + 0.5 * r.unit(), "offset": 0.25 })),
        _ => {
            let n: usize = dims.iter().product();
            let split = (2..5).find(|d| n.is_multiple_of(*d));
            out = match split {
                Some(d) if dims.len() == 1 => vec![d, n / d],
                _ => vec![n],
            };
            net.node(&name, "reshape", &[x], json!({ "shape": out }));
        }
    }
    (name, out)
}

/// Flattens the last value, adds a dense layer, a loss and its target.
fn head(
    net: &mut Net,
    r: &mut Numbers,
    kind: Kind,
    pool: &[(String, Vec<usize>)],
    suffix: &str,
    rows: usize,
    columns: &mut Vec<Column>,
) {
    let (x, dims) = &pool[pool.len() - 1];
    let n: usize = dims.iter().product();
    let flat = format!("flat{suffix}");
    net.node(&flat, "reshape", &[x], json!({ "shape": [n] }));
    let k = r.range(1, kind.width.min(24) + 1);
    let (z, target, loss) = (format!("z{suffix}"), format!("target{suffix}"), format!("loss{suffix}"));
    net.linear(&z, &flat, n, k, true);
    net.output(&z);
    let known = r.pick(losses::LOSSES);
    columns.push(targets(net, r, known, &target, &[k], rows));
    net.node(&loss, known.name, &[&z, &target], json!({}));
    let weight = if suffix.is_empty() { 1.0 } else { 0.5 };
    if r.one_in(5) {
        // a function of a loss is a loss too
        let of = format!("{loss}/soft");
        net.node(&of, "softsign", &[&loss], json!({}));
        net.loss(&of, weight, &z, &target);
    } else {
        net.loss(&loss, weight, &z, &target);
    }
}

/// Adds an input with targets that a loss takes for outputs of this shape, ids where they may be and the coin says so.
pub fn targets(
    net: &mut Net,
    r: &mut Numbers,
    loss: &losses::About,
    name: &str,
    dims: &[usize],
    rows: usize,
) -> Column {
    let width: usize = dims.iter().product();
    let classes = match loss.labels {
        Labels::Classes if dims.len() == 1 => width,
        Labels::Binary(_) if width == 1 => 2,
        _ => 0,
    };
    if classes > 0 && r.one_in(2) {
        net.input(name, &[], "u32");
        return labels(name, classes, (0..rows).map(|_| r.range(0, classes) as u32).collect());
    }
    let n = rows * width;
    net.input(name, dims, "f32");
    let values = match loss.targets {
        Targets::Probabilities if loss.outputs == Outputs::Logits => probabilities(r, rows, width),
        Targets::Probabilities => (0..n).map(|_| r.unit().abs()).collect(),
        Targets::NotNegative => (0..n).map(|_| r.range(0, 6) as f32).collect(),
        Targets::Signs => (0..n).map(|_| if r.one_in(2) { 1.0 } else { -1.0 }).collect(),
        Targets::Numbers => r.vec(n, 1.5),
    };
    floats(name, dims, values)
}

/// Rows that sum to 1.
pub fn probabilities(r: &mut Numbers, rows: usize, k: usize) -> Vec<f32> {
    let mut all = vec![];
    for _ in 0..rows {
        let row: Vec<f32> = (0..k).map(|_| r.unit().abs() + 0.01).collect();
        let sum: f32 = row.iter().sum();
        all.extend(row.iter().map(|x| x / sum));
    }
    all
}
