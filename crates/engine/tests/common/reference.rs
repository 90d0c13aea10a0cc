//! The graph spec in 64 bits, as plainly as it can be said: docs/design/graph.md in code.

use std::collections::HashMap;

use downslope_engine::data::{Column, Values};
use serde_json::Value as Json;

/// A value: numbers (ids too), and the shape of a row, or of the whole where it has no rows.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub rows: bool,
    pub dims: Vec<usize>,
    pub data: Vec<f64>,
}

fn dims(shape: &Json) -> (bool, Vec<usize>) {
    let list = shape.as_array().expect("a shape");
    (list.first().is_some_and(Json::is_string), list.iter().filter_map(Json::as_u64).map(|d| d as usize).collect())
}

/// All values of a graph for some rows of the columns. Dropout and noise are the identity.
pub fn run(
    spec: &Json,
    tensors: &HashMap<String, Vec<f64>>,
    columns: &[Column],
    rows: &[usize],
) -> HashMap<String, Tensor> {
    let mut values = HashMap::new();
    for input in spec["inputs"].as_array().expect("inputs") {
        let name = input["name"].as_str().expect("a name");
        let Some(column) = columns.iter().find(|c| c.name == name) else { continue };
        let width: usize = column.shape.iter().product();
        let at = |i: usize| match &column.values {
            Values::F32(x) => f64::from(x[i]),
            Values::U8(x) => f64::from(x[i]),
            Values::U32(x) => f64::from(x[i]),
        };
        let data = rows.iter().flat_map(|r| (r * width..(r + 1) * width).map(at)).collect();
        values.insert(name.to_owned(), Tensor { rows: true, dims: dims(&input["shape"]).1, data });
    }
    for tensor in spec["parameters"].as_array().into_iter().chain(spec["states"].as_array()).flatten() {
        let name = tensor["name"].as_str().expect("a name");
        values.insert(
            name.to_owned(),
            Tensor { rows: false, dims: dims(&tensor["shape"]).1, data: tensors[name].clone() },
        );
    }
    for node in spec["nodes"].as_array().expect("nodes") {
        let inputs: Vec<&Tensor> = (node["inputs"].as_array().expect("inputs").iter())
            .map(|n| values.get(n.as_str().expect("a name")).expect("a value before its use"))
            .collect();
        let y = apply(node["op"].as_str().expect("an op"), &node["attributes"], &inputs);
        values.insert(node["name"].as_str().expect("a name").to_owned(), y);
    }
    values
}

/// One op.
fn apply(op: &str, attributes: &Json, inputs: &[&Tensor]) -> Tensor {
    if let Some(y) = super::general::apply(op, attributes, inputs) {
        return y;
    }
    let x = inputs[0];
    let number = |name: &str, default: f64| attributes[name].as_f64().unwrap_or(default);
    match op {
        "linear" => linear(x, inputs[1], inputs.get(2).copied()),
        "affine" => map(x, |v| v * number("scale", 1.0) + number("offset", 0.0)),
        "dropout" | "gaussianNoise" => x.clone(),
        "reshape" => Tensor { dims: dims(&attributes["shape"]).1, ..x.clone() },
        "softmax" => along(x, |row| {
            let most = row.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
            let sum: f64 = row.iter().map(|v| (v - most).exp()).sum();
            row.iter().map(|v| (v - most).exp() / sum).collect()
        }),
        "logSoftmax" => along(x, |row| row.iter().map(|v| v - log_sum_exp(row)).collect()),
        "standardize" => {
            let (mean, deviation) = (&inputs[1].data, &inputs[2].data);
            let data = x.data.iter().enumerate().map(|(i, v)| (v - mean[i % mean.len()]) / deviation[i % mean.len()]);
            Tensor { data: data.collect(), ..x.clone() }
        }
        "crossEntropy" => losses(x, inputs[1], |z, t| match t {
            [id] if inputs[1].dims.len() + 1 == x.dims.len() => log_sum_exp(z) - z[*id as usize],
            _ => z.iter().zip(t).map(|(z_i, t)| t * (log_sum_exp(z) - z_i)).sum(),
        }),
        "kullbackLeibler" => losses(x, inputs[1], |z, t| {
            let term = |(z_i, t): (&f64, &f64)| if *t > 0.0 { t * (t.ln() + log_sum_exp(z) - z_i) } else { 0.0 };
            z.iter().zip(t).map(term).sum()
        }),
        "binaryCrossEntropy" => mean(x, inputs[1], |z, t| z.max(0.0) - z * t + (-z.abs()).exp().ln_1p()),
        "squaredError" => mean(x, inputs[1], |z, t| (z - t).powi(2)),
        "absoluteError" => mean(x, inputs[1], |z, t| (z - t).abs()),
        "huber" => {
            let delta = number("delta", 1.0);
            mean(x, inputs[1], |z, t| {
                let e = (z - t).abs();
                if e < delta { e * e / 2.0 } else { delta * (e - delta / 2.0) }
            })
        }
        "logCosh" => mean(x, inputs[1], |z, t| (z - t).cosh().ln()),
        // ids 0 and 1 are -1 and 1
        "hinge" => mean(x, inputs[1], |z, t| (1.0 - if t == 0.0 { -1.0 } else { t } * z).max(0.0)),
        "poisson" => mean(x, inputs[1], |z, t| z.exp() - t * z),
        _ => map(x, |v| function(op, &number, v)),
    }
}

/// The elementwise functions, from their papers.
fn function(name: &str, number: &dyn Fn(&str, f64) -> f64, x: f64) -> f64 {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    let hard_sigmoid = |x: f64| (x / 6.0 + 0.5).clamp(0.0, 1.0);
    match name {
        "relu" => x.max(0.0),
        "leakyRelu" => x.max(0.0) + number("negativeSlope", 0.01) * x.min(0.0),
        "relu6" => x.clamp(0.0, 6.0),
        "elu" if x > 0.0 => x,
        "elu" => number("alpha", 1.0) * x.exp_m1(),
        "selu" if x > 0.0 => 1.050_700_987_355_480_5 * x,
        "selu" => 1.050_700_987_355_480_5 * 1.673_263_242_354_377_2 * x.exp_m1(),
        "tanh" => x.tanh(),
        "sigmoid" => sigmoid(x),
        "hardSigmoid" => hard_sigmoid(x),
        "softplus" => softplus(x),
        "softsign" => x / (1.0 + x.abs()),
        "silu" => x * sigmoid(x),
        "hardSilu" => x * hard_sigmoid(x),
        "mish" => x * softplus(x).tanh(),
        "geluTanh" => 0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3))).tanh()),
        "gelu" => x * libm::erfc(-x / std::f64::consts::SQRT_2) / 2.0,
        "negate" => -x,
        "abs" => x.abs(),
        "sign" if x == 0.0 => 0.0,
        "sign" => x.signum(),
        "square" => x * x,
        "sqrt" => x.sqrt(),
        "exp" => x.exp(),
        "expm1" => x.exp_m1(),
        "log" => x.ln(),
        "log1p" => x.ln_1p(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        _ => panic!("{name} has no reference: add what it computes in 64 bits"),
    }
}

fn map(x: &Tensor, f: impl Fn(f64) -> f64) -> Tensor {
    Tensor { data: x.data.iter().map(|v| f(*v)).collect(), ..x.clone() }
}

fn along(x: &Tensor, f: impl Fn(&[f64]) -> Vec<f64>) -> Tensor {
    let n = x.dims.last().copied().expect("an axis");
    Tensor { data: x.data.chunks_exact(n).flat_map(f).collect(), ..x.clone() }
}

fn log_sum_exp(row: &[f64]) -> f64 {
    let most = row.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
    most + row.iter().map(|v| (v - most).exp()).sum::<f64>().ln()
}

fn losses(z: &Tensor, target: &Tensor, f: impl Fn(&[f64], &[f64]) -> f64) -> Tensor {
    let (n, k): (usize, usize) = (z.dims.iter().product(), target.dims.iter().product());
    let data = z.data.chunks_exact(n).zip(target.data.chunks_exact(k)).map(|(z, t)| f(z, t)).collect();
    Tensor { rows: true, dims: vec![], data }
}

/// The mean over the outputs of a row.
fn mean(z: &Tensor, target: &Tensor, f: impl Fn(f64, f64) -> f64) -> Tensor {
    losses(z, target, |z, t| z.iter().zip(t).map(|(z, t)| f(*z, *t)).sum::<f64>() / z.len() as f64)
}

fn linear(x: &Tensor, kernel: &Tensor, bias: Option<&Tensor>) -> Tensor {
    let (k, n) = (kernel.dims[0], kernel.dims[1]);
    let mut data = Vec::with_capacity(x.data.len() / k * n);
    for row in x.data.chunks_exact(k) {
        let start = data.len();
        data.extend((0..n).map(|j| bias.map_or(0.0, |b| b.data[j])));
        for (v, weights) in row.iter().zip(kernel.data.chunks_exact(n)) {
            data[start..].iter_mut().zip(weights).for_each(|(y, w)| *y += v * w);
        }
    }
    let mut dims = x.dims.clone();
    dims.pop();
    dims.push(n);
    Tensor { rows: true, dims, data }
}

/// The weighted mean over rows of each loss, weighted and added up.
pub fn loss(spec: &Json, tensors: &HashMap<String, Vec<f64>>, columns: &[Column], rows: &[usize]) -> f64 {
    let values = run(spec, tensors, columns, rows);
    let weight = row_weights(columns, rows);
    let total: f64 = weight.iter().sum();
    let of = |l: &Json| {
        let value = &values[l["value"].as_str().expect("a name")];
        let weighs = l["weight"].as_f64().unwrap_or(1.0);
        if !value.rows {
            return weighs * value.data[0];
        }
        let losses = &value.data;
        weighs * losses.iter().zip(&weight).map(|(l, w)| l * w).sum::<f64>() / total
    };
    spec["losses"].as_array().expect("losses").iter().map(of).sum()
}

/// The weights of rows, 1 without a column of them.
pub fn row_weights(columns: &[Column], rows: &[usize]) -> Vec<f64> {
    match columns.iter().find(|c| c.name == "weights").map(|c| &c.values) {
        Some(Values::F32(w)) => rows.iter().map(|r| f64::from(w[*r])).collect(),
        _ => vec![1.0; rows.len()],
    }
}

/// What regularisers and coupled weight decay add: Σ l1 |w| + (l2 + decay)/2 w².
pub fn penalty(spec: &Json, tensors: &HashMap<String, Vec<f64>>, decay: f64) -> f64 {
    let of = |p: &Json| {
        let r = &p["regularizer"];
        let decay = if p["decay"].as_bool().unwrap_or(true) { decay } else { 0.0 };
        let (l1, l2) = (r["l1"].as_f64().unwrap_or(0.0), r["l2"].as_f64().unwrap_or(0.0) + decay);
        tensors[p["name"].as_str().expect("a name")].iter().map(|w| l1 * w.abs() + l2 / 2.0 * w * w).sum::<f64>()
    };
    spec["parameters"].as_array().expect("parameters").iter().map(of).sum()
}
