//! The graph spec from TypeScript, parsed once; shape inference with errors that name the node.

mod broadcast;
mod shape;
pub mod spec;

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use crate::ops::{self, NodeTypes};
use crate::program::{self, Mode, PIECE, ParameterLayout, compile};
use crate::{Error, Result, trainer};

pub use crate::ops::names as op_names;
pub use broadcast::Strides;
pub use shape::{Shape, TensorType};
use spec::{InferSpec, Spec, TypeName};

/// Index of a value in [`Graph::values`].
pub type ValueId = usize;

/// Who makes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `spec.inputs[i]`
    Input(usize),
    /// `spec.parameters[i]`
    Parameter(usize),
    /// `spec.states[i]`
    State(usize),
    /// `nodes[i]`
    Node(usize),
}

/// A named value of the graph.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// Shape and element type.
    pub ty: TensorType,
    /// Who makes it.
    pub source: Source,
}

/// One operation with its inputs resolved.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// The op's index in the registry.
    pub op: ops::OpRef,
    /// Values it takes.
    pub inputs: Vec<ValueId>,
    /// The value it makes.
    pub output: ValueId,
    /// Its options.
    pub attributes: spec::Attributes,
}

/// One loss with its values resolved.
#[derive(Clone, Copy, Debug)]
pub struct Loss {
    /// One value per row, or one in all.
    pub value: ValueId,
    /// Its weight in the total.
    pub weight: f32,
    /// What metrics look at.
    pub prediction: Option<ValueId>,
    /// What they compare it with.
    pub target: Option<ValueId>,
}

/// A loss's bound of the ids of an input.
#[derive(Clone, Copy, Debug)]
pub struct Classes {
    /// Ids are below this.
    pub count: usize,
    /// The logits.
    pub logits: ValueId,
}

/// A checked graph: every name resolved, every shape known.
#[derive(Clone, Debug)]
pub struct Graph {
    /// As it was written.
    pub spec: Spec,
    /// All values.
    pub values: Vec<Value>,
    /// All operations, in order.
    pub nodes: Vec<Node>,
    /// Name and value of each output.
    pub outputs: Vec<(String, ValueId)>,
    /// What training minimises.
    pub losses: Vec<Loss>,
    /// For each input of ids that index logits: what they must be below, and why.
    pub classes: Vec<Option<Classes>>,
    names: HashMap<String, ValueId>,
}

impl Graph {
    /// Parses and checks a graph.
    pub fn parse(json: &str) -> Result<Self> {
        let spec: Spec = serde_json::from_str(json).map_err(|e| Error::shape(format!("graph: {e}")))?;
        Self::new(spec)
    }

    /// Resolves names and infers shapes.
    pub fn new(spec: Spec) -> Result<Self> {
        let mut graph = Graph {
            values: vec![],
            nodes: vec![],
            outputs: vec![],
            losses: vec![],
            classes: vec![None; spec.inputs.len()],
            names: HashMap::new(),
            spec: Spec::default(),
        };
        for (i, input) in spec.inputs.iter().enumerate() {
            if !input.shape.rows {
                return Err(Error::shape(format!(
                    "{}: the shape of an input is [rows, …], received {}",
                    input.name, input.shape
                )));
            }
            graph.add(&input.name, TensorType { shape: input.shape.clone(), kind: input.kind }, Source::Input(i))?;
        }
        for (i, p) in spec.parameters.iter().enumerate() {
            if p.shape.rows {
                return Err(Error::shape(format!("{}: a parameter has no rows, received {}", p.name, p.shape)));
            }
            if let Some(r) = p.regularizer {
                for (name, x) in [("l1", r.l1), ("l2", r.l2)] {
                    if !(x.is_finite() && x >= 0.0) {
                        return Err(Error::option(format!("{}: {name} must be at least 0, received {x}", p.name)));
                    }
                }
            }
            if let Some(c) = p.constraint
                && !(c.max_norm.is_finite() && c.max_norm as f32 > 0.0 && p.shape.dims.len() == 2)
            {
                return Err(Error::option(format!(
                    "{}: maxNorm must be above 0 and limit the columns of a matrix, received {} for {}",
                    p.name, c.max_norm, p.shape
                )));
            }
            graph.add(&p.name, TensorType::f32(p.shape.clone()), Source::Parameter(i))?;
        }
        for (i, s) in spec.states.iter().enumerate() {
            if s.shape.rows || !s.initial.is_finite() {
                return Err(Error::shape(format!("{}: a state has a fixed shape and a finite initial value", s.name)));
            }
            graph.add(&s.name, TensorType::f32(s.shape.clone()), Source::State(i))?;
        }
        for (i, node) in spec.nodes.iter().enumerate() {
            let op = ops::find(&node.op).map_err(|e| Error::option(format!("{}: {}", node.name, e.message)))?;
            let inputs = node.inputs.iter().map(|n| graph.id(n, &node.name)).collect::<Result<Vec<_>>>()?;
            let types: Vec<_> = inputs.iter().map(|i| graph.values[*i].ty.clone()).collect();
            let ty = infer_node(op, &NodeTypes { name: &node.name, inputs: &types, attributes: &node.attributes })?;
            let output = graph.add(&node.name, ty, Source::Node(i))?;
            if let Some((slot, count)) = op.classes(&types) {
                graph.limit_ids(inputs[slot], Classes { count, logits: inputs[0] });
            }
            let (name, attributes) = (node.name.clone(), node.attributes.clone());
            graph.nodes.push(Node { name, op, inputs, output, attributes });
        }
        for o in &spec.outputs {
            let id = graph.id(&o.value, "outputs")?;
            let v = &graph.values[id];
            // a graph without inputs is an expression, whose value may have any shape
            if !(v.ty.shape.rows || spec.inputs.is_empty()) || v.ty.kind != TypeName::F32 {
                return Err(Error::shape(format!(
                    "{}: an output has one row of numbers per sample, received {}",
                    o.name, v.ty.shape
                )));
            }
            graph.outputs.push((o.name.clone(), id));
        }
        for l in &spec.losses {
            let value = graph.id(&l.value, "losses")?;
            let ty = &graph.values[value].ty;
            if ty.kind != TypeName::F32 || !ty.shape.dims.is_empty() {
                return Err(Error::shape(format!(
                    "{}: a loss has one value per row, [rows], or is one number, [], received {}",
                    l.name, ty.shape
                )));
            }
            let find = |name: &Option<String>| name.as_ref().map(|n| graph.id(n, "losses")).transpose();
            let (prediction, target) = (find(&l.prediction)?, find(&l.target)?);
            let fits = |id: Option<ValueId>, numbers: bool| {
                id.map(|id| &graph.values[id].ty).is_none_or(|t| t.shape.rows && (!numbers || t.kind == TypeName::F32))
            };
            if !fits(prediction, true) || !fits(target, false) {
                let shape =
                    |id: Option<ValueId>| id.map_or_else(String::new, |id| graph.values[id].ty.shape.to_string());
                return Err(Error::shape(format!(
                    "{}: prediction and target of a loss have a row per sample, received {} and {}",
                    l.name,
                    shape(prediction),
                    shape(target)
                )));
            }
            if !(l.weight as f32).is_finite() {
                return Err(Error::option(format!(
                    "{}: the weight of a loss must be finite, received {}",
                    l.name, l.weight
                )));
            }
            graph.losses.push(Loss { value, weight: l.weight as f32, prediction, target });
        }
        graph.spec = spec;
        Ok(graph)
    }

    /// Whether a value of one row depends on other rows, so that a batch cannot run in pieces.
    pub fn mixes_rows(&self) -> bool {
        self.nodes.iter().any(|n| {
            let types: Vec<TensorType> = n.inputs.iter().map(|i| self.values[*i].ty.clone()).collect();
            n.op.mixes_rows(&types, &n.attributes)
        })
    }

    /// Rows of a piece of a batch of `rows` rows.
    pub fn piece(&self, rows: usize) -> usize {
        if self.mixes_rows() { rows } else { rows.min(PIECE) }
    }

    fn add(&mut self, name: &str, ty: TensorType, source: Source) -> Result<ValueId> {
        let id = self.values.len();
        if self.names.insert(name.to_owned(), id).is_some() {
            return Err(Error::option(format!(
                "{name}: the name is used twice in this network; give one of the layers another name"
            )));
        }
        self.values.push(Value { name: name.to_owned(), ty, source });
        Ok(id)
    }

    /// Notes that ids index logits; views of an input show its ids.
    fn limit_ids(&mut self, mut ids: ValueId, classes: Classes) {
        while let Source::Node(i) = self.values[ids].source {
            ids = self.nodes[i].inputs[0];
        }
        if let Source::Input(i) = self.values[ids].source {
            let limit = self.classes[i].get_or_insert(classes);
            if classes.count < limit.count {
                *limit = classes;
            }
        }
    }

    fn id(&self, name: &str, user: &str) -> Result<ValueId> {
        self.names
            .get(name)
            .copied()
            .ok_or_else(|| Error::shape(format!("{user}: there is no value named {name} before it")))
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<ValueId> {
        self.names.get(name).copied()
    }

    /// Values that a gradient must reach: trainable parameters and what is computed from them.
    pub fn differentiable(&self) -> Vec<bool> {
        let mut needs: Vec<bool> = (self.values.iter())
            .map(|v| matches!(v.source, Source::Parameter(i) if self.spec.parameters[i].trainable))
            .collect();
        for node in &self.nodes {
            needs[node.output] = node.op.passes_gradients() && node.inputs.iter().any(|i| needs[*i]);
        }
        needs
    }
}

fn infer_node(op: ops::OpRef, node: &NodeTypes<'_>) -> Result<TensorType> {
    let ty = op.infer(node)?;
    if ty.shape.is_huge() {
        return Err(node.error(format!("makes {}, which has too many elements", ty.shape)));
    }
    Ok(ty)
}

/// Shape of one node: takes `{"name", "op", "inputs": [{"shape": ["rows", 784], "type": "f32"}], "attributes": {}}` and
/// returns `{"shape": ["rows", 256], "type": "f32"}`.
pub fn infer(node: &str) -> Result<String> {
    let node: InferSpec = serde_json::from_str(node).map_err(|e| Error::shape(format!("node: {e}")))?;
    let op = ops::find(&node.op).map_err(|e| Error::option(format!("{}: {}", node.name, e.message)))?;
    let ty = infer_node(op, &NodeTypes { name: &node.name, inputs: &node.inputs, attributes: &node.attributes })?;
    serde_json::to_string(&ty).map_err(|e| Error::internal(e.to_string()))
}

/// What `describe` prints, as JSON: nodes with shapes and parameters, and the program of a training step of gradient descent with `batch_size`
/// rows (of a prediction of as many rows where the graph has no loss).
///
/// # Errors
/// What is wrong with the graph.
pub fn describe(graph: &str, batch_size: usize) -> Result<String> {
    describe_with(graph, batch_size, r#"{ "optimizer": { "kind": "sgd" } }"#)
}

/// [`describe`] for another rule: `update` is a part of the trainer's options, `{ "optimizer": { "kind": "adam" }, "clipNorm": 1 }`.
///
/// # Errors
/// What is wrong with the graph or the optimizer.
pub fn describe_with(graph: &str, batch_size: usize, update: &str) -> Result<String> {
    let graph = Graph::parse(graph)?;
    let layout = ParameterLayout::of(&graph);
    let rows = graph.piece(batch_size.max(1));
    let program = if graph.losses.is_empty() {
        compile(&graph, &layout, Mode::Predict, rows)?
    } else {
        trainer::program(&trainer::Optimizer::parse(update, &graph)?, &graph, &layout, batch_size)?
    };
    let nodes: Vec<Json> = (graph.nodes.iter())
        .map(|n| {
            let parameters: Vec<Json> = (n.inputs.iter())
                .filter_map(|i| match graph.values[*i].source {
                    Source::Parameter(p) => {
                        let p = &graph.spec.parameters[p];
                        Some(json!({ "name": p.name, "shape": p.shape, "trainable": p.trainable, "elements": p.shape.width() }))
                    }
                    _ => None,
                })
                .collect();
            json!({ "name": n.name, "op": n.op.name(), "shape": graph.values[n.output].ty.shape, "parameters": parameters })
        })
        .collect();
    let instructions = program::describe(&program, &graph, &layout, rows);
    let flops: usize = instructions.iter().map(|i| i.flops).sum();
    let bytes: usize = instructions.iter().map(|i| i.bytes).sum();
    let memory = 4 * (program.batch_len + program.derived_len);
    let all = json!({ "nodes": nodes, "rows": rows, "flops": flops, "bytes": bytes, "memory": memory, "program": instructions });
    serde_json::to_string(&all).map_err(|e| Error::internal(e.to_string()))
}
