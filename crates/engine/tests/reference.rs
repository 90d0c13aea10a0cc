//! Every op against the interpreter in 64 bits, forward: an op is tested by being registered.

mod common;

use common::net::Net;
use common::random::{tame, targets};
use common::{Numbers, bytes, close, dataset, floats, general, predict, reference, tensors, weights};
use downslope_engine::data::Column;
use downslope_engine::graph::op_names;
use downslope_engine::network::Network;
use downslope_kernels::{elementwise, loss};
use serde_json::{Value as Json, json};

/// An op with its neighbours, and data for it.
struct Case {
    net: Net,
    columns: Vec<Column>,
    rows: usize,
}

impl Case {
    /// An input `x` of rows of shape `dims`, from floats or from bytes.
    fn new(r: &mut Numbers, dims: &[usize], most: u64) -> Self {
        let mut case = Self { net: Net::default(), columns: vec![], rows: r.rows() };
        case.net.input("x", dims, "f32");
        let n = case.rows * dims.iter().product::<usize>();
        case.columns.push(if r.one_in(4) {
            bytes("x", dims, (0..n).map(|_| (r.word() % most) as u8).collect())
        } else {
            floats("x", dims, r.vec(n, 3.0))
        });
        case
    }

    /// The op `y` of `x`: alone, or with other users before and behind that see the same memory.
    fn unary(r: &mut Numbers, dims: &[usize], op: &str, attributes: Json) -> Self {
        let mut case = Self::new(r, dims, 8);
        let mut x = "x";
        for _ in 0..r.range(0, 3) {
            let through = *r.pick(&["through", "twice"]);
            if case.net.nodes.iter().any(|n| n["name"] == through) {
                continue;
            }
            match r.range(0, 3) {
                0 => case.net.node(through, "dropout", &[x], json!({ "rate": 0.5 })),
                1 => case.net.node(through, "reshape", &[x], json!({ "shape": dims })),
                _ => case.net.node(through, "affine", &[x], json!({ "scale": 0.5 })),
            }
            x = through;
        }
        let positive = ["log", "log1p", "sqrt"].contains(&op);
        let of = if positive { tame(&mut case.net, "y", op, x) } else { x.to_owned() };
        case.net.node("y", op, &[&of], attributes);
        case.net.output("y");
        if r.one_in(2) {
            case.net.output("x");
        }
        if r.one_in(3) {
            case.net.node("other", "tanh", &[x], json!({}));
            case.net.output("other");
        }
        case.against_target(r, "y", dims.iter().product());
        case
    }

    /// A squared error of the flattened value.
    fn against_target(&mut self, r: &mut Numbers, value: &str, n: usize) {
        self.net.node("flat", "reshape", &[value], json!({ "shape": [n] }));
        self.net.input("target", &[n], "f32");
        self.columns.push(floats("target", &[n], r.vec(self.rows * n, 3.0)));
        self.net.node("loss", "squaredError", &["flat", "target"], json!({}));
        self.net.loss("loss", 1.0, "flat", "target");
    }

    fn loss(r: &mut Numbers, about: &loss::About) -> Self {
        let classes = about.outputs == loss::Outputs::Logits;
        let dims = match r.range(0, 4) {
            0 => vec![1],
            1 if !classes => vec![r.range(1, 4), r.range(1, 5), r.range(1, 20)],
            2 if !classes => vec![],
            _ => vec![r.width()],
        };
        let mut case = Self::new(r, &dims, 4);
        case.net.output("x");
        case.net.output("loss");
        case.columns.push(targets(&mut case.net, r, about, "target", &dims, case.rows));
        let mut attributes = json!({});
        for (name, _) in about.parameters {
            if r.one_in(2) {
                attributes[name] = json!(r.unit().abs() + 0.1);
            }
        }
        case.net.node("loss", about.name, &["x", "target"], attributes);
        case.net.loss("loss", 0.5, "x", "target");
        case
    }

    /// Compares outputs and loss with the interpreter's.
    fn check(mut self, r: &mut Numbers, what: &str) {
        if r.one_in(3) {
            let mut w: Vec<f32> = (0..self.rows).map(|_| if r.one_in(4) { 0.0 } else { r.unit().abs() }).collect();
            w[0] = 1.0;
            self.columns.push(weights(w));
        }
        let what = format!("{what}, {} rows, {}", self.rows, self.net.json());
        let network = Network::initialize(&self.net.json(), r.word()).expect("a network");
        let network = spread_states(&network, r);
        let (spec, tensors) = (self.net.spec(), tensors(&network));
        let rows: Vec<usize> = (0..self.rows).collect();
        let values = reference::run(&spec, &tensors, &self.columns, &rows);
        for output in predict(&network, &self.columns) {
            close(&output.values, &values[&output.name].data, TOLERANCE, &format!("{what}: {}", output.name));
        }
        let measured = network.evaluate(&self.net.json(), &dataset(&self.columns), &[], 1).expect("an evaluation");
        let loss = measured.loss;
        let want = reference::loss(&spec, &tensors, &self.columns, &rows);
        assert!((loss - want).abs() <= TOLERANCE * (1.0 + want.abs()), "{what}: loss {loss}, should be {want}");
    }
}

/// Functions are right to 3 ulp (4e-7), and a sum of 67 products in 32 bits to some 67 · 6e-8 = 4e-6 of its terms.
const TOLERANCE: f64 = 1e-5;
const CASES: u64 = 24;

/// Random numbers for means, positive ones for deviations.
fn spread_states(network: &Network, r: &mut Numbers) -> Network {
    let new: Vec<(String, Vec<f32>)> = (network.tensors().into_iter())
        .filter(|t| t.name.ends_with("/mean") || t.name.ends_with("/deviation"))
        .map(|t| {
            let n = t.shape.iter().product();
            let values =
                if t.name.ends_with("/mean") { r.vec(n, 2.0) } else { (0..n).map(|_| 0.5 + r.unit().abs()).collect() };
            (t.name, values)
        })
        .collect();
    network.with_tensors(&new).expect("states")
}

fn case(op: &'static str, r: &mut Numbers) -> Case {
    let dims = match r.range(0, 4) {
        0 => vec![r.range(1, 5), r.width()],
        1 => vec![r.range(1, 4), r.range(1, 4), r.range(1, 9)],
        _ => vec![r.width()],
    };
    if let Some(f) = elementwise::find(op) {
        // parameters are numbers from 0 on; half of the cases take the defaults
        let mut attributes = json!({});
        for (name, _) in elementwise::FUNCTIONS[f].parameters {
            if r.one_in(2) {
                attributes[name] = json!(r.unit().abs());
            }
        }
        let dims = if r.one_in(6) { vec![] } else { dims };
        return Case::unary(r, &dims, op, attributes);
    }
    if let Some(id) = loss::find(op) {
        return Case::loss(r, &loss::LOSSES[id]);
    }
    match op {
        "softmax" | "logSoftmax" => Case::unary(r, &dims, op, json!({})),
        "dropout" => Case::unary(r, &dims, op, json!({ "rate": 0.5 })),
        "gaussianNoise" => Case::unary(r, &dims, op, json!({ "deviation": 0.5 })),
        "affine" => {
            let attributes = json!({ "scale": r.unit(), "offset": r.unit() });
            Case::unary(r, &dims, op, attributes)
        }
        "reshape" => {
            let mut to = dims.clone();
            let last = to.len() - 1;
            to.swap(0, last);
            to.insert(r.range(0, to.len()), 1);
            let mut case = Case::new(r, &dims, 8);
            case.net.node("y", "reshape", &["x"], json!({ "shape": to }));
            case.net.node("z", "sigmoid", &["y"], json!({}));
            case.net.node("s", "softmax", &["y"], json!({}));
            for name in ["x", "y", "z", "s"] {
                case.net.output(name);
            }
            case.against_target(r, "z", dims.iter().product());
            case
        }
        "standardize" => {
            let mut case = Case::new(r, &dims, 8);
            case.net.standardize("y", "x", &dims);
            case.net.output("y");
            if r.one_in(2) {
                // another user: it cannot be done while x is gathered
                case.net.output("x");
            }
            case.net.standardize("again", "y", &dims);
            case.net.output("again");
            case.against_target(r, "again", dims.iter().product());
            case
        }
        "linear" => {
            let mut case = Case::new(r, &dims, 8);
            let (k, n) = (dims[dims.len() - 1], r.width());
            case.net.linear("y", "x", k, n, r.one_in(2));
            case.net.output("y");
            case.net.node("cut", "relu", &["y"], json!({}));
            if r.one_in(2) {
                case.net.linear("z", "cut", n, 3, true);
                case.net.output("z");
            } else {
                case.net.output("cut");
            }
            let all = dims.iter().product::<usize>() / k * n;
            case.against_target(r, "cut", all);
            case
        }
        _ => panic!("{op} has no case: add graphs that hold it"),
    }
}

#[test]
fn every_op_computes_what_the_interpreter_computes() {
    for op in op_names().into_iter().filter(|op| !general::NAMES.contains(op)) {
        for seed in 0..CASES {
            let r = &mut Numbers(seed * 1000 + op.len() as u64);
            case(op, r).check(r, &format!("{op}, seed {seed}"));
        }
    }
}

#[test]
fn random_graphs_compute_what_the_interpreter_computes() {
    for seed in 0..120 {
        let r = &mut Numbers(seed);
        let rows = r.rows().min(300);
        let kind = common::random::Kind { dropout: true, regularizers: true, width: 40 };
        let (mut net, columns) = common::random::network(r, kind, rows);
        // all values that have rows, so that nothing may be overwritten: and a few, so that much may
        let names: Vec<String> = net.nodes.iter().map(|n| n["name"].as_str().unwrap_or_default().to_owned()).collect();
        let (all, few) = (r.one_in(4), r.range(1, 3));
        net.outputs.clear();
        for (i, name) in names.iter().enumerate() {
            if all || (i + seed as usize).is_multiple_of(few + 1) {
                net.output(name);
            }
        }
        // deep compositions amplify what the first op rounds
        let network = spread_states(&Network::initialize(&net.json(), seed).expect("a network"), r);
        let rows: Vec<usize> = (0..rows).collect();
        let values = reference::run(&net.spec(), &tensors(&network), &columns, &rows);
        for output in predict(&network, &columns) {
            let what = format!("seed {seed}: {} of {}", output.name, net.json());
            close(&output.values, &values[&output.name].data, 10.0 * TOLERANCE, &what);
        }
    }
}

#[test]
fn bytes_of_any_size_are_scaled_on_the_way() {
    let r = &mut Numbers(7);
    for op in ["affine", "standardize", "linear"] {
        for _ in 0..6 {
            let dims = [r.width()];
            let rows = r.rows();
            let mut case = Case { net: Net::default(), columns: vec![], rows };
            case.net.input("x", &dims, "f32");
            case.columns.push(bytes("x", &dims, (0..rows * dims[0]).map(|_| r.word() as u8).collect()));
            match op {
                "affine" => case.net.node("y", "affine", &["x"], json!({ "scale": 1.0 / 255.0, "offset": -0.5 })),
                "standardize" => case.net.standardize("y", "x", &dims),
                _ => case.net.linear("y", "x", dims[0], dims[0], true),
            }
            case.net.output("y");
            case.against_target(r, "y", dims[0]);
            case.check(r, op);
        }
    }
}
