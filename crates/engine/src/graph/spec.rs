//! The JSON that TypeScript hands over, as it is written (see `docs/design/graph.md`).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::shape::{Shape, TensorType};

/// Attributes of a node.
pub type Attributes = Map<String, Json>;

/// The whole graph.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// What data feeds.
    #[serde(default)]
    pub inputs: Vec<InputSpec>,
    /// What training changes.
    #[serde(default)]
    pub parameters: Vec<ParameterSpec>,
    /// What is kept with the model and not trained by gradients.
    #[serde(default)]
    pub states: Vec<StateSpec>,
    /// Operations in an order in which each input is made before it is used.
    #[serde(default)]
    pub nodes: Vec<NodeSpec>,
    /// What `predict` returns.
    #[serde(default)]
    pub outputs: Vec<OutputSpec>,
    /// What training minimises; appended by `fit` and `evaluate`.
    #[serde(default)]
    pub losses: Vec<LossSpec>,
}

/// One input.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSpec {
    /// Name, also of the data set's column that feeds it.
    pub name: String,
    /// Shape, rows first.
    pub shape: Shape,
    /// Element type.
    #[serde(rename = "type", default)]
    pub kind: TypeName,
}

/// Element type of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TypeName {
    /// 32-bit float (also fed from bytes).
    #[default]
    F32,
    /// Class or token ids.
    U32,
}

/// One parameter.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterSpec {
    /// For example `dense_1/kernel`.
    pub name: String,
    /// Plain shape.
    pub shape: Shape,
    /// How it starts; needed where no values are given.
    #[serde(default)]
    pub initializer: Json,
    /// Penalty on its size.
    #[serde(default)]
    pub regularizer: Option<RegularizerSpec>,
    /// What is done to it after each update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constraint: Option<ConstraintSpec>,
    /// Whether the optimizer's weight decay applies.
    #[serde(default = "yes")]
    pub decay: bool,
    /// Whether training changes it.
    #[serde(default = "yes")]
    pub trainable: bool,
}

fn yes() -> bool {
    true
}

/// `l1 Σ|w| + l2/2 Σ w²`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegularizerSpec {
    /// Weight of the sum of absolute values.
    #[serde(default)]
    pub l1: f64,
    /// Weight of half the sum of squares.
    #[serde(default)]
    pub l2: f64,
    /// L1 as a soft threshold after the step rather than a subgradient.
    #[serde(default)]
    pub proximal: bool,
}

/// A limit of what an update may leave.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ConstraintSpec {
    /// Columns with a larger Euclidean norm are scaled down to it.
    pub max_norm: f64,
}

/// A tensor that is saved with the model but not trained.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateSpec {
    /// For example `standardize_1/mean`.
    pub name: String,
    /// Plain shape.
    pub shape: Shape,
    /// Every element's first value.
    #[serde(default)]
    pub initial: f32,
}

/// One operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeSpec {
    /// Name of the node and of the value it makes.
    pub name: String,
    /// Name of the op.
    pub op: String,
    /// Names of the values it takes.
    pub inputs: Vec<String>,
    /// Its options.
    #[serde(default)]
    pub attributes: Attributes,
}

/// One output.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputSpec {
    /// Name under which it is returned.
    pub name: String,
    /// The value.
    pub value: String,
}

/// One loss.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossSpec {
    /// Name of the output it belongs to.
    pub name: String,
    /// A value of shape `["rows"]` or `[]`.
    pub value: String,
    /// Its weight in the total.
    #[serde(default = "one")]
    pub weight: f64,
    /// What metrics look at.
    #[serde(default)]
    pub prediction: Option<String>,
    /// The input they compare it with.
    #[serde(default)]
    pub target: Option<String>,
}

fn one() -> f64 {
    1.0
}

/// What [`super::infer`] takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InferSpec {
    /// Name of the node, for messages.
    pub name: String,
    /// Name of the op.
    pub op: String,
    /// Types of its inputs.
    pub inputs: Vec<TensorType>,
    /// Its options.
    #[serde(default)]
    pub attributes: Attributes,
}
