//! Graph specs, built as the layers of TypeScript do.

use serde_json::{Value as Json, json};

/// A graph spec that grows.
#[derive(Clone, Debug, Default)]
pub struct Net {
    pub inputs: Vec<Json>,
    pub parameters: Vec<Json>,
    pub states: Vec<Json>,
    pub nodes: Vec<Json>,
    pub outputs: Vec<Json>,
    pub losses: Vec<Json>,
}

fn shape(rows: bool, dims: &[usize]) -> Json {
    let rows = rows.then(|| json!("rows"));
    Json::Array(rows.into_iter().chain(dims.iter().map(|d| json!(d))).collect())
}

impl Net {
    pub fn input(&mut self, name: &str, dims: &[usize], kind: &str) {
        self.inputs.push(json!({ "name": name, "shape": shape(true, dims), "type": kind }));
    }

    /// A parameter whose elements are uniform in ±spread.
    pub fn parameter(&mut self, name: &str, dims: &[usize], spread: f64) -> &mut Json {
        let initializer = json!({ "kind": "uniform", "min": -spread, "max": spread });
        self.parameters.push(json!({ "name": name, "shape": shape(false, dims), "initializer": initializer }));
        self.parameters.last_mut().expect("pushed")
    }

    pub fn state(&mut self, name: &str, dims: &[usize], initial: f32) {
        self.states.push(json!({ "name": name, "shape": shape(false, dims), "initial": initial }));
    }

    pub fn node(&mut self, name: &str, op: &str, inputs: &[&str], attributes: Json) {
        self.nodes.push(json!({ "name": name, "op": op, "inputs": inputs, "attributes": attributes }));
    }

    /// A dense layer: `name/kernel`, `name/bias` and the node `name`.
    pub fn linear(&mut self, name: &str, x: &str, from: usize, to: usize, bias: bool) {
        let (kernel, b) = (format!("{name}/kernel"), format!("{name}/bias"));
        self.parameter(&kernel, &[from, to], 1.2 / (from as f64).sqrt());
        if bias {
            self.parameter(&b, &[to], 0.4)["decay"] = json!(false);
            self.node(name, "linear", &[x, &kernel, &b], json!({}));
        } else {
            self.node(name, "linear", &[x, &kernel], json!({}));
        }
    }

    /// A layer that standardizes `x`, rows of shape `dims`.
    pub fn standardize(&mut self, name: &str, x: &str, dims: &[usize]) {
        let [m, d, c] = ["mean", "deviation", "count"].map(|s| format!("{name}/{s}"));
        self.state(&m, dims, 0.0);
        self.state(&d, dims, 1.0);
        self.state(&c, &[1], 0.0);
        self.node(name, "standardize", &[x, &m, &d, &c], json!({}));
    }

    pub fn output(&mut self, value: &str) {
        self.outputs.push(json!({ "name": value, "value": value }));
    }

    pub fn loss(&mut self, value: &str, weight: f64, prediction: &str, target: &str) {
        self.losses.push(
            json!({ "name": value, "value": value, "weight": weight, "prediction": prediction, "target": target }),
        );
    }

    pub fn spec(&self) -> Json {
        json!({ "inputs": self.inputs, "parameters": self.parameters, "states": self.states, "nodes": self.nodes,
            "outputs": self.outputs, "losses": self.losses })
    }

    pub fn json(&self) -> String {
        self.spec().to_string()
    }
}

/// `sizes[0]` inputs, dense layers with an activation between them, and a loss. Targets are ids for crossEntropy, else numbers. The model
/// (without target and loss) and the graph with them.
pub fn mlp(sizes: &[usize], activation: &str, loss: &str) -> (String, String) {
    let mut net = Net::default();
    net.input("x", &sizes[..1], "f32");
    let mut last = "x".to_owned();
    for (i, pair) in sizes.windows(2).enumerate() {
        let name = format!("dense_{i}");
        net.linear(&name, &last, pair[0], pair[1], true);
        last = name;
        if i + 2 < sizes.len() {
            let name = format!("dense_{i}/{activation}");
            net.node(&name, activation, &[&last], json!({}));
            last = name;
        }
    }
    net.output(&last);
    let model = net.json();
    let (dims, kind): (&[usize], _) =
        if loss == "crossEntropy" { (&[], "u32") } else { (&sizes[sizes.len() - 1..], "f32") };
    net.input("target", dims, kind);
    net.node("loss", loss, &[&last, "target"], json!({}));
    net.loss("loss", 1.0, &last, "target");
    (model, net.json())
}
