//! A graph with its parameters: what is initialised, predicted with, saved and loaded.

use std::path::Path;

use crate::Result;
use crate::data::{Dataset, Values};

/// A graph and values for all its parameters and states. Immutable and cheap to clone: training makes a new one.
#[derive(Clone, Debug)]
pub struct Network {}

/// Name and plain shape of a parameter or state.
#[derive(Clone, Debug)]
pub struct TensorInfo {
    /// For example `dense_1/kernel`.
    pub name: String,
    /// Plain row-major shape.
    pub shape: Vec<usize>,
}

/// One tensor fed to [`Network::predict`].
#[derive(Debug)]
pub struct Feed<'a> {
    /// Name of the graph input.
    pub name: &'a str,
    /// Shape of one row.
    pub shape: &'a [usize],
    /// Values, rows first.
    pub values: &'a Values,
}

/// What is done to an output before it is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transform {
    /// As the graph computes it.
    None,
    /// Softmax along the last axis.
    Softmax,
    /// Element-wise logistic function.
    Sigmoid,
    /// Index of the largest element along the last axis, as a number.
    Argmax,
    /// 1 where positive, else 0: the class of a logit.
    Positive,
}

/// One output of [`Network::predict`].
#[derive(Clone, Debug)]
pub struct Output {
    /// Name of the graph output.
    pub name: String,
    /// Shape of one row.
    pub shape: Vec<usize>,
    /// Values, rows first.
    pub values: Vec<f32>,
}

impl Network {
    /// Parses the graph and draws its initial weights.
    pub fn initialize(_graph: &str, _seed: u64) -> Result<Self> { todo!() }
    /// The graph spec it was made from.
    pub fn graph(&self) -> &str { todo!() }
    /// Parameters, then states, in the order of the graph.
    pub fn tensors(&self) -> Vec<TensorInfo> { todo!() }
    /// Plain row-major values of a parameter or state.
    pub fn tensor(&self, _name: &str) -> Result<Vec<f32>> { todo!() }
    /// A network with some tensors replaced; names and lengths are checked, values must be finite.
    pub fn with_tensors(&self, _tensors: &[(String, Vec<f32>)]) -> Result<Self> { todo!() }
    /// Native memory in bytes.
    pub fn bytes(&self) -> usize { todo!() }
    /// Runs the forward program on any number of rows.
    pub fn predict(&self, _inputs: &[Feed<'_>], _transform: Transform, _threads: usize) -> Result<Vec<Output>> { todo!() }
    /// Mean loss and metrics over a data set; `loss_graph` is the graph with the loss appended. JSON: `{"loss": 0.1, "accuracy": 0.9}`.
    pub fn evaluate(&self, _loss_graph: &str, _data: &Dataset, _metrics: &[String], _threads: usize) -> Result<String> { todo!() }
    /// Writes a safetensors file beside, syncs and renames it. `metadata` is one JSON text kept as it is.
    pub fn save(&self, _path: &Path, _metadata: &str) -> Result<()> { todo!() }
    /// Reads what [`Network::save`] wrote; also returns the metadata.
    pub fn load(_path: &Path) -> Result<(Self, String)> { todo!() }
}
