//! The general ops in 64 bits: index by index, over full shapes (rows are the first axis).

use serde_json::Value as Json;

use super::reference::Tensor;

/// The ops of this file; all others are tried between dense layers in gradients.rs.
pub const NAMES: &[&str] = &[
    "add",
    "argmax",
    "clip",
    "concatenate",
    "constant",
    "divide",
    "equal",
    "gather",
    "greater",
    "less",
    "logSumExp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "multiply",
    "pow",
    "slice",
    "stopGradient",
    "subtract",
    "sum",
    "transpose",
    "where",
];

/// A tensor with all its axes.
struct Full {
    shape: Vec<usize>,
    data: Vec<f64>,
}

fn full(x: &Tensor) -> Full {
    let width: usize = x.dims.iter().product();
    let rows = x.rows.then_some(x.data.len() / width);
    Full { shape: rows.into_iter().chain(x.dims.iter().copied()).collect(), data: x.data.clone() }
}

fn tensor(rows: bool, x: Full) -> Tensor {
    Tensor { rows, dims: x.shape[usize::from(rows)..].to_vec(), data: x.data }
}

/// The index of each element of a shape.
fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    shape.iter().fold(vec![vec![]], |all, n| {
        all.iter().flat_map(|at| (0..*n).map(move |i| at.iter().copied().chain([i]).collect())).collect()
    })
}

impl Full {
    /// An element; indices are matched from the last axis, and an axis of 1 has only index 0.
    fn at(&self, index: &[usize]) -> f64 {
        let skip = index.len() - self.shape.len();
        let place = self.shape.iter().zip(&index[skip..]).fold(0, |at, (n, i)| at * n + if *n == 1 { 0 } else { *i });
        self.data[place]
    }

    fn make(shape: Vec<usize>, f: impl Fn(&[usize]) -> f64) -> Self {
        let data = indices(&shape).iter().map(|i| f(i)).collect();
        Self { shape, data }
    }
}

fn broadcast(shapes: &[&[usize]]) -> Vec<usize> {
    let rank = shapes.iter().map(|s| s.len()).max().unwrap_or(0);
    let from_end = |s: &[usize], i: usize| if i < s.len() { s[s.len() - 1 - i] } else { 1 };
    (0..rank).rev().map(|i| shapes.iter().map(|s| from_end(s, i)).max().unwrap_or(1)).collect()
}

fn pointwise(inputs: &[&Tensor], f: impl Fn(&[f64]) -> f64) -> Tensor {
    let all: Vec<Full> = inputs.iter().map(|x| full(x)).collect();
    let shapes: Vec<&[usize]> = all.iter().map(|x| &x.shape[..]).collect();
    let y = Full::make(broadcast(&shapes), |i| f(&all.iter().map(|x| x.at(i)).collect::<Vec<_>>()));
    tensor(inputs.iter().any(|x| x.rows), y)
}

/// Reduces axes by a function of all numbers.
fn reduce(x: &Tensor, axes: &[usize], keep: bool, f: impl Fn(&[f64]) -> f64) -> Tensor {
    let source = full(x);
    let kept: Vec<usize> =
        source.shape.iter().enumerate().map(|(a, n)| if axes.contains(&a) { 1 } else { *n }).collect();
    let y = Full::make(kept.clone(), |at| {
        let ranges: Vec<usize> =
            source.shape.iter().enumerate().map(|(a, n)| if axes.contains(&a) { *n } else { 1 }).collect();
        let numbers: Vec<f64> = (indices(&ranges).iter())
            .map(|i| source.at(&at.iter().zip(i).map(|(a, b)| a + b).collect::<Vec<_>>()))
            .collect();
        f(&numbers)
    });
    let rows = x.rows && !axes.contains(&0);
    let shape = kept.iter().enumerate().filter(|(a, _)| keep || !axes.contains(a)).map(|(_, n)| *n).collect::<Vec<_>>();
    tensor(rows, Full { shape, data: y.data })
}

fn list(attributes: &Json, name: &str) -> Option<Vec<usize>> {
    attributes[name].as_array().map(|l| l.iter().filter_map(Json::as_u64).map(|n| n as usize).collect())
}

/// A general op, or nothing when there is none of this name.
pub fn apply(op: &str, attributes: &Json, inputs: &[&Tensor]) -> Option<Tensor> {
    let truth = |t: bool| f64::from(u8::from(t));
    let keep = attributes["keepDims"].as_bool().unwrap_or(false);
    let whole = |name: &str| attributes[name].as_u64().unwrap_or(0) as usize;
    let axes = || list(attributes, "axes").unwrap_or_else(|| (0..full(inputs[0]).shape.len()).collect());
    let max = |x: &[f64]| x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(match op {
        "add" => pointwise(inputs, |x| x[0] + x[1]),
        "subtract" => pointwise(inputs, |x| x[0] - x[1]),
        "multiply" => pointwise(inputs, |x| x[0] * x[1]),
        "divide" => pointwise(inputs, |x| x[0] / x[1]),
        "maximum" => pointwise(inputs, |x| x[0].max(x[1])),
        "minimum" => pointwise(inputs, |x| x[0].min(x[1])),
        "pow" => pointwise(inputs, |x| x[0].powf(x[1])),
        "greater" => pointwise(inputs, |x| truth(x[0] > x[1])),
        "less" => pointwise(inputs, |x| truth(x[0] < x[1])),
        "equal" => pointwise(inputs, |x| truth(x[0] == x[1])),
        "where" => pointwise(inputs, |x| if x[0] != 0.0 { x[1] } else { x[2] }),
        "clip" => {
            let bound = |name: &str, none: f64| attributes[name].as_f64().unwrap_or(none);
            pointwise(inputs, |x| x[0].max(bound("min", f64::NEG_INFINITY)).min(bound("max", f64::INFINITY)))
        }
        "stopGradient" => inputs[0].clone(),
        "constant" => {
            let shape = list(attributes, "shape").unwrap_or_default();
            let n = shape.iter().product();
            let data = match &attributes["values"] {
                Json::Array(list) => list.iter().filter_map(Json::as_f64).collect(),
                x => vec![x.as_f64().expect("a number"); n],
            };
            Tensor { rows: false, dims: shape, data }
        }
        "sum" => reduce(inputs[0], &axes(), keep, |x| x.iter().sum()),
        "mean" => reduce(inputs[0], &axes(), keep, |x| x.iter().sum::<f64>() / x.len() as f64),
        "max" => reduce(inputs[0], &axes(), keep, max),
        "min" => reduce(inputs[0], &axes(), keep, |x| x.iter().copied().fold(f64::INFINITY, f64::min)),
        "logSumExp" => {
            reduce(inputs[0], &axes(), keep, |x| max(x) + x.iter().map(|v| (v - max(x)).exp()).sum::<f64>().ln())
        }
        "argmax" => {
            reduce(inputs[0], &[whole("axis")], keep, |x| x.iter().position(|v| *v == max(x)).unwrap_or(0) as f64)
        }
        "transpose" => {
            let (x, by) = (full(inputs[0]), list(attributes, "permutation").expect("a permutation"));
            let shape = by.iter().map(|a| x.shape[*a]).collect();
            let y = Full::make(shape, |i| {
                let mut from = vec![0; i.len()];
                by.iter().zip(i).for_each(|(a, i)| from[*a] = *i);
                x.at(&from)
            });
            tensor(inputs[0].rows, y)
        }
        "concatenate" => {
            let (all, axis): (Vec<Full>, usize) = (inputs.iter().map(|x| full(x)).collect(), whole("axis"));
            let mut shape = all[0].shape.clone();
            shape[axis] = all.iter().map(|x| x.shape[axis]).sum();
            let y = Full::make(shape, |i| {
                let (mut i, mut which) = (i.to_vec(), 0);
                while i[axis] >= all[which].shape[axis] {
                    i[axis] -= all[which].shape[axis];
                    which += 1;
                }
                all[which].at(&i)
            });
            tensor(inputs[0].rows, y)
        }
        "slice" => {
            let (x, axis, begin) = (full(inputs[0]), whole("axis"), whole("begin"));
            let mut shape = x.shape.clone();
            shape[axis] = whole("end") - begin;
            let y = Full::make(shape, |i| {
                let mut i = i.to_vec();
                i[axis] += begin;
                x.at(&i)
            });
            tensor(inputs[0].rows, y)
        }
        "gather" => {
            let (x, ids, axis) = (full(inputs[0]), full(inputs[1]), whole("axis"));
            let shape = [&x.shape[..axis], &ids.shape, &x.shape[axis + 1..]].concat();
            let y = Full::make(shape, |i| {
                let id = ids.at(&i[axis..axis + ids.shape.len()]) as usize;
                x.at(&[&i[..axis], &[id], &i[axis + ids.shape.len()..]].concat())
            });
            tensor(inputs[0].rows || inputs[1].rows, y)
        }
        "matmul" => matmul(inputs[0], inputs[1]),
        _ => return None,
    })
}

fn matmul(a: &Tensor, b: &Tensor) -> Tensor {
    let (mut x, mut z) = (full(a), full(b));
    let (row, column) = (x.shape.len() == 1, z.shape.len() == 1);
    if row {
        x.shape.insert(0, 1);
    }
    if column {
        z.shape.push(1);
    }
    let (p, q) = (x.shape.len() - 2, z.shape.len() - 2);
    let (m, k, n) = (x.shape[p], x.shape[p + 1], z.shape[q + 1]);
    let mut shape = broadcast(&[&x.shape[..p], &z.shape[..q]]);
    let batch = shape.len();
    shape.extend([m, n]);
    let mut y = Full::make(shape, |i| {
        let (lead, i, j) = (&i[..batch], i[batch], i[batch + 1]);
        (0..k).map(|t| x.at(&[lead, &[i, t]].concat()) * z.at(&[lead, &[t, j]].concat())).sum()
    });
    if column {
        y.shape.pop();
    }
    if row {
        y.shape.remove(batch);
    }
    tensor(a.rows || b.rows, y)
}
