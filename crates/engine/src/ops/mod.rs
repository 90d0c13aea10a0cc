//! Operations: one file each, and one line in the registry.
//!
//! An op says what shape it makes, and which instructions run forward and backward. Elementwise functions and losses need no file here: they
//! come from the registries of the kernels.

mod affine;
mod argmax;
mod axes;
mod binary;
mod choose;
mod clip;
mod concatenate;
mod constant;
mod dropout;
mod elementwise;
mod gather;
mod gaussian_noise;
mod linear;
mod loss;
mod matmul;
mod reduce;
mod reshape;
mod slice;
mod softmax;
mod standardize;
mod stop_gradient;
mod transpose;

use std::fmt::Debug;

use downslope_kernels::loss::Targets;
use serde_json::Value as Json;

use crate::graph::spec::Attributes;
use crate::graph::{Node, TensorType};
use crate::metric::Prediction;
use crate::program::{Builder, Layout};
use crate::{Error, Result};

/// The ops that have a file of their own.
static OPS: &[&dyn Op] = &[
    &affine::Affine,
    &argmax::Argmax,
    &choose::Where,
    &clip::Clip,
    &concatenate::Concatenate,
    &constant::Constant,
    &dropout::Dropout,
    &gaussian_noise::GaussianNoise,
    &gather::Gather,
    &linear::Linear,
    &matmul::Matmul,
    &reduce::Reduce { kind: reduce::Kind::Sum },
    &reduce::Reduce { kind: reduce::Kind::Mean },
    &reduce::Reduce { kind: reduce::Kind::Max },
    &reduce::Reduce { kind: reduce::Kind::Min },
    &reduce::Reduce { kind: reduce::Kind::LogSumExp },
    &reshape::Reshape,
    &slice::Slice,
    &softmax::Softmax { log: false },
    &softmax::Softmax { log: true },
    &standardize::Standardize,
    &stop_gradient::StopGradient,
    &transpose::Transpose,
];

/// A registered op.
pub type OpRef = &'static dyn Op;

/// One operation of the graph.
pub trait Op: Debug + Sync {
    /// Its name in the graph spec.
    fn name(&self) -> &'static str;
    /// The type of its value, or an error that names the node.
    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType>;
    /// Emits what computes its value and calls [`Builder::set_value`].
    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()>;
    /// Emits what turns the gradient of its value into those of its inputs.
    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()>;
    /// Whether the backward pass reads its value, so that it must not be overwritten.
    fn backward_reads_output(&self) -> bool {
        false
    }
    /// The layout in which it would like the gradient of its value, if it has the choice.
    fn gradient_layout(&self, _b: &Builder<'_>, _node: &Node) -> Layout {
        Layout::Rows
    }
    /// For a loss: what the numbers of its prediction mean.
    fn prediction(&self) -> Prediction {
        Prediction::Values
    }
    /// For a loss: which input holds ids if it does, and how many classes there are.
    fn classes(&self, _inputs: &[TensorType]) -> Option<(usize, usize)> {
        None
    }
    /// For a loss: what targets that are numbers must be.
    fn targets(&self) -> Targets {
        Targets::Numbers
    }
    /// Whether its value changes with its inputs, as far as gradients go.
    fn passes_gradients(&self) -> bool {
        true
    }
    /// Whether a row of its value depends on other rows of its inputs.
    fn mixes_rows(&self, _inputs: &[TensorType], _attributes: &Attributes) -> bool {
        false
    }
    /// Which input must lie in panels when it is a parameter.
    fn panel_operand(&self) -> Option<usize> {
        None
    }
}

/// What an op sees when shapes are inferred.
#[derive(Debug)]
pub struct NodeTypes<'a> {
    /// Name of the node, for messages.
    pub name: &'a str,
    /// Types of its inputs.
    pub inputs: &'a [TensorType],
    /// Its options.
    pub attributes: &'a Attributes,
}

impl NodeTypes<'_> {
    /// The inputs, when there are as many as there must be.
    pub fn inputs<const N: usize>(&self) -> Result<&[TensorType; N]> {
        self.inputs.try_into().map_err(|_| self.error(format!("takes {N} inputs, received {}", self.inputs.len())))
    }

    /// Refuses options that the op does not have.
    pub fn options(&self, known: &[&str]) -> Result<()> {
        match self.attributes.keys().find(|n| !known.contains(&&n[..])) {
            Some(name) => {
                Err(Error::option(format!("{}: there is no option {name} ({})", self.name, known.join(", "))))
            }
            None => Ok(()),
        }
    }

    /// An error about shapes at this node.
    pub fn error(&self, message: impl AsRef<str>) -> Error {
        Error::shape(format!("{}: {}", self.name, message.as_ref()))
    }
}

/// A numeric option of a node.
pub fn number(attributes: &Attributes, node: &str, name: &str, default: Option<f64>) -> Result<f64> {
    match attributes.get(name).map(Json::as_f64) {
        Some(Some(x)) if (x as f32).is_finite() => Ok(x),
        Some(_) => {
            Err(Error::option(format!("{node}: {name} must be a finite 32-bit number, received {}", attributes[name])))
        }
        None => default.ok_or_else(|| Error::option(format!("{node}: {name} is missing"))),
    }
}

/// Looks an op up by name.
pub fn find(name: &str) -> Result<OpRef> {
    (OPS.iter().copied().find(|op| op.name() == name))
        .or_else(|| elementwise::find(name))
        .or_else(|| loss::find(name))
        .or_else(|| binary::find(name))
        .ok_or_else(|| Error::option(format!("there is no op named {name}; known are {}", names().join(", "))))
}

/// Names of all ops.
pub fn names() -> Vec<&'static str> {
    let all = OPS.iter().map(|op| op.name()).chain(elementwise::names()).chain(binary::names());
    let mut all: Vec<_> = all.chain(loss::names()).collect();
    all.sort_unstable();
    all
}
