//! Graphs of the general ops: one op at a time, and random ones.

use downslope_engine::data::Column;
use downslope_engine::graph::infer;
use serde_json::{Value as Json, json};

use super::net::Net;
use super::{Numbers, floats, labels};

/// A value with its shape.
#[derive(Clone, Debug)]
pub struct Known {
    pub name: String,
    pub shape: Json,
}

/// A graph that grows, with data for it.
#[derive(Debug)]
pub struct Mixed {
    pub net: Net,
    pub columns: Vec<Column>,
    pub rows: usize,
    pub pool: Vec<Known>,
}

fn shape(rows: bool, dims: &[usize]) -> Json {
    let rows = rows.then(|| json!("rows"));
    Json::Array(rows.into_iter().chain(dims.iter().map(|d| json!(d))).collect())
}

impl Known {
    pub fn has_rows(&self) -> bool {
        self.shape[0].is_string()
    }
    pub fn rank(&self) -> usize {
        self.shape.as_array().map_or(0, Vec::len)
    }
    /// The fixed axes.
    pub fn dims(&self) -> Vec<usize> {
        self.shape.as_array().into_iter().flatten().filter_map(Json::as_u64).map(|d| d as usize).collect()
    }
}

impl Mixed {
    pub fn new(rows: usize) -> Self {
        Self { net: Net::default(), columns: vec![], rows, pool: vec![] }
    }

    fn fresh(&self) -> String {
        format!("v{}", self.net.nodes.len() + self.net.parameters.len() + self.net.inputs.len())
    }

    fn keep(&mut self, name: String, shape: Json) -> Known {
        let known = Known { name, shape };
        self.pool.push(known.clone());
        known
    }

    /// A node, or nothing when its inputs do not fit.
    pub fn node(&mut self, op: &str, inputs: &[&Known], attributes: Json) -> Option<Known> {
        let name = self.fresh();
        let types: Vec<Json> = inputs.iter().map(|i| json!({ "shape": i.shape, "type": "f32" })).collect();
        let ty =
            infer(&json!({ "name": name, "op": op, "inputs": types, "attributes": attributes }).to_string()).ok()?;
        let ty: Json = serde_json::from_str(&ty).expect("JSON");
        let names: Vec<&str> = inputs.iter().map(|i| &i.name[..]).collect();
        self.net.node(&name, op, &names, attributes);
        Some(self.keep(name, ty["shape"].clone()))
    }

    /// A value that depends on parameters: one itself or, with rows, data times one.
    pub fn operand(&mut self, r: &mut Numbers, rows: bool, dims: &[usize]) -> Known {
        let name = self.fresh();
        self.net.parameter(&name, dims, 1.0);
        let parameter = self.keep(name, shape(false, dims));
        if !rows {
            return parameter;
        }
        let name = self.fresh();
        self.net.input(&name, dims, "f32");
        let n = self.rows * dims.iter().product::<usize>();
        self.columns.push(floats(&name, dims, r.vec(n, 1.0)));
        let data = self.keep(name, shape(true, dims));
        self.node("multiply", &[&data, &parameter], json!({})).expect("a product")
    }

    /// Numbers of the graph.
    pub fn constant(&mut self, r: &mut Numbers, dims: &[usize]) -> Known {
        let values = r.vec(dims.iter().product(), 1.0);
        self.node("constant", &[], json!({ "shape": dims, "values": values })).expect("a constant")
    }

    /// Ids of a data set.
    pub fn ids(&mut self, r: &mut Numbers, classes: usize) -> String {
        let name = self.fresh();
        self.net.input(&name, &[], "u32");
        self.columns.push(labels(&name, classes, (0..self.rows).map(|_| r.range(0, classes) as u32).collect()));
        name
    }

    /// Ends with a loss of a value: its elements, weighted by chance, one mean for each row or one for all.
    pub fn loss(&mut self, r: &mut Numbers, value: &Known, weight: f64) {
        let by = self.constant(r, &value.dims());
        let weighted = self.node("multiply", &[value, &by], json!({})).expect("a product");
        let axes: Vec<usize> = (usize::from(value.has_rows())..value.rank()).collect();
        let mut loss = weighted;
        if !axes.is_empty() {
            loss = self.node("mean", &[&loss], json!({ "axes": axes })).expect("a mean");
        }
        self.net.losses.push(json!({ "name": loss.name, "value": loss.name, "weight": weight }));
    }
}

fn sizes(r: &mut Numbers, rank: usize) -> Vec<usize> {
    let long = if r.one_in(3) { r.range(0, rank.max(1)) } else { rank };
    (0..rank).map(|i| if i == long { r.range(14, 35) } else { r.range(1, 5) }).collect()
}

/// The same axes with some of them 1, or without the first ones.
fn thinned(r: &mut Numbers, dims: &[usize]) -> Vec<usize> {
    let from = if r.one_in(3) { r.range(0, dims.len() + 1) } else { 0 };
    dims[from..].iter().map(|d| if r.one_in(4) { 1 } else { *d }).collect()
}

/// A graph with one op of whatever shapes it takes, and its value.
pub fn case(op: &str, r: &mut Numbers, rows: usize) -> Mixed {
    let mut m = Mixed::new(rows);
    let on_rows = r.one_in(2);
    let rank = r.range(usize::from(!on_rows && op != "constant"), 4);
    let dims = if rows > 100 { vec![2; rank] } else { sizes(r, rank) };
    let full = rank + usize::from(on_rows);
    let y = match op {
        "add" | "subtract" | "multiply" | "divide" | "maximum" | "minimum" | "pow" | "greater" | "less" | "equal"
        | "where" => {
            let mut operands: Vec<Known> = vec![];
            let n = if op == "where" { 3 } else { 2 };
            let whole = r.range(0, n);
            for slot in 0..n {
                let (rows, dims) = match slot {
                    slot if slot == whole => (on_rows, dims.clone()),
                    _ if on_rows && r.one_in(2) => {
                        (true, dims.iter().map(|d| if r.one_in(3) { 1 } else { *d }).collect())
                    }
                    _ => (false, thinned(r, &dims)),
                };
                let mut x = m.operand(r, rows, &dims);
                if matches!(op, "divide" | "pow") {
                    x = m.node("affine", &[&x], json!({ "scale": 0.4, "offset": 1.5 })).expect("affine");
                }
                operands.push(x);
            }
            if op == "where" {
                let zero = m.node("constant", &[], json!({ "shape": [], "values": 0 })).expect("zero");
                operands[0] = m.node("greater", &[&operands[0].clone(), &zero], json!({})).expect("a condition");
            }
            let operands: Vec<&Known> = operands.iter().collect();
            if op != "where" && r.one_in(8) {
                m.node(op, &[operands[0], operands[0]], json!({}))
            } else {
                m.node(op, &operands, json!({}))
            }
        }
        "clip" => {
            let x = m.operand(r, on_rows, &dims);
            let bounds = [json!({ "min": -0.3, "max": 0.2 }), json!({ "min": 0.1 }), json!({ "max": 0.1 }), json!({})];
            let bounds = r.pick(&bounds).clone();
            m.node(op, &[&x], bounds)
        }
        "constant" => {
            let x = m.operand(r, on_rows, &dims);
            let c = m.constant(r, &dims);
            m.node("add", &[&x, &c], json!({}))
        }
        "sum" | "mean" | "max" | "min" | "logSumExp" => {
            let x = m.operand(r, on_rows, &dims);
            let axes: Vec<usize> = (0..full).filter(|_| r.one_in(2)).collect();
            let attributes = match r.range(0, 3) {
                0 => json!({}),
                1 => json!({ "axes": axes, "keepDims": true }),
                _ => json!({ "axes": axes }),
            };
            m.node(op, &[&x], attributes)
        }
        "argmax" => {
            let x = m.operand(r, on_rows, &dims);
            let at = m.node(op, &[&x], json!({ "axis": r.range(0, full), "keepDims": r.one_in(2) })).expect("argmax");
            let y = m.operand(r, at.has_rows(), &at.dims());
            m.node("multiply", &[&at, &y], json!({}))
        }
        "stopGradient" => {
            let x = m.operand(r, on_rows, &dims);
            m.node("affine", &[&x], json!({ "scale": 2.0 }))
        }
        "transpose" => {
            let x = m.operand(r, on_rows, &dims);
            let mut order: Vec<usize> = (0..full).collect();
            for i in (usize::from(on_rows) + 1..full).rev() {
                order.swap(i, r.range(usize::from(on_rows), i + 1));
            }
            m.node(op, &[&x], json!({ "permutation": order }))
        }
        "concatenate" | "slice" | "gather" => {
            let dims = if dims.is_empty() { vec![3] } else { dims };
            let at = r.range(0, dims.len());
            let axis = at + usize::from(on_rows);
            let x = m.operand(r, on_rows, &dims);
            match op {
                "concatenate" => {
                    let mut other = dims.clone();
                    other[at] = r.range(1, 5);
                    let z = m.operand(r, on_rows, &other);
                    let list = if r.one_in(3) { vec![&x, &z, &x] } else { vec![&x, &z] };
                    m.node(op, &list, json!({ "axis": axis }))
                }
                "slice" => {
                    let begin = r.range(0, dims[at]);
                    let end = r.range(begin + 1, dims[at] + 1);
                    m.node(op, &[&x], json!({ "axis": axis, "begin": begin, "end": end }))
                }
                _ if !on_rows && r.one_in(2) => {
                    let ids = m.ids(r, dims[0]);
                    let (name, rest) = (m.fresh(), dims[1..].to_vec());
                    m.net.node(&name, op, &[&x.name, &ids], json!({ "axis": 0 }));
                    Some(m.keep(name, shape(true, &rest)))
                }
                _ => {
                    let ids: Vec<usize> = (0..6).map(|_| r.range(0, dims[at])).collect();
                    let shape = if r.one_in(2) { json!([2, 3]) } else { json!([6]) };
                    let ids = m.node("constant", &[], json!({ "shape": shape, "values": ids })).expect("numbers");
                    m.node(op, &[&x, &ids], json!({ "axis": axis }))
                }
            }
        }
        "matmul" => {
            let (i, k, j) = (r.range(1, 20), r.range(1, 20), r.range(1, 20));
            let batch = sizes(r, rank.min(2));
            let with = |b: &[usize], tail: &[usize]| [b, tail].concat();
            let (a, b) = match r.range(0, 7) {
                0 => ((true, vec![k]), (false, vec![k, j])),
                1 => ((true, vec![k]), (false, vec![k])),
                2 => ((false, vec![k]), (on_rows, with(&batch, &[k, j]))),
                3 if on_rows || !batch.is_empty() => ((on_rows, with(&batch, &[i, k])), (false, vec![k])),
                4 => ((on_rows, with(&batch, &[i, k])), (false, vec![k, j])),
                5 => (
                    (on_rows, with(&batch, &[i, k])),
                    (on_rows, with(&batch.iter().map(|_| 1).collect::<Vec<_>>(), &[k, j])),
                ),
                _ => ((false, with(&batch, &[i, k])), (on_rows, with(&batch, &[k, j]))),
            };
            let (a, b) = (m.operand(r, a.0, &a.1), m.operand(r, b.0, &b.1));
            m.node(op, &[&a, &b], json!({}))
        }
        _ => panic!("{op} has no case: add graphs that hold it"),
    };
    let y = y.unwrap_or_else(|| panic!("{op} refuses {:?}", m.pool));
    m.loss(r, &y, 1.0);
    m
}

/// A random graph of general ops and layers; its last values are losses.
pub fn random(r: &mut Numbers, rows: usize, reduces_rows: bool) -> Mixed {
    let mut m = Mixed::new(rows);
    let width = r.range(1, 20);
    m.operand(r, true, &[width]);
    m.operand(r, false, &[width]);
    let dims = [r.range(1, 4), width];
    m.operand(r, true, &dims);
    for i in 0..r.range(4, 14) {
        let [a, b, c] = [0; 3].map(|_| r.pick(&m.pool).clone());
        let axes: Vec<usize> = (usize::from(!reduces_rows && a.has_rows())..a.rank()).filter(|_| r.one_in(2)).collect();
        let axis = r.range(0, a.rank().max(1));
        let made = match r.range(0, 15) {
            0 => m.node("add", &[&a, &b], json!({})),
            1 => m.node("subtract", &[&a, &b], json!({})),
            2 => m.node("multiply", &[&a, &b], json!({})),
            3 => m.node(if r.one_in(2) { "maximum" } else { "minimum" }, &[&a, &b], json!({})),
            4 => {
                let test = m.node("less", &[&a, &b], json!({}));
                test.and_then(|t| m.node("where", &[&t, &b, &c], json!({})))
            }
            5 => m.node(
                ["sum", "mean", "max", "logSumExp"][r.range(0, 4)],
                &[&a],
                json!({ "axes": axes, "keepDims": r.one_in(2) }),
            ),
            6 | 7 => m.node("matmul", &[&a, &b], json!({})),
            8 => m.node("concatenate", &[&a, &b], json!({ "axis": axis })),
            9 => m.node("slice", &[&a], json!({ "axis": axis, "begin": 0, "end": 1 })),
            10 => m.node("tanh", &[&a], json!({})),
            11 => m.node("sigmoid", &[&a], json!({})),
            12 => m.node("softmax", &[&a], json!({})),
            13 => m.node("clip", &[&a], json!({ "min": -0.7 })),
            _ if a.has_rows() && a.rank() > 1 => {
                let (name, last) = (format!("dense_{i}"), a.dims()[a.rank() - 2]);
                let to = r.range(1, 20);
                m.net.linear(&name, &a.name, last, to, r.one_in(2));
                let mut shape = a.shape.clone();
                shape[a.rank() - 1] = json!(to);
                // the kernel lies in panels, and may be used by others as it is
                m.keep(format!("{name}/kernel"), json!([last, to]));
                Some(m.keep(name, shape))
            }
            _ => m.node("affine", &[&a], json!({ "scale": 0.5 })),
        };
        if let Some(y) = made.filter(|_| !r.one_in(4)) {
            m.node("tanh", &[&y], json!({}));
        }
    }
    let last = m.pool[m.pool.len() - 1].clone();
    m.loss(r, &last, 1.0);
    if r.one_in(2) {
        let other = r.pick(&m.pool).clone();
        m.loss(r, &other, 0.5);
    }
    m
}
