//! The graph spec from TypeScript, parsed once; shape inference with errors that name the node.

use crate::Result;

/// Shape of one node: takes `{"name", "op", "inputs": [{"shape": ["rows", 784], "type": "f32"}], "attributes": {}}` and
/// returns `{"shape": ["rows", 256], "type": "f32"}`.
pub fn infer(_node: &str) -> Result<String> { todo!() }

/// What `describe` prints, as JSON: nodes with shapes and parameters, and the program of a training step with `batch_size`
/// rows (`None`: of a prediction).
pub fn describe(_graph: &str, _batch_size: Option<usize>, _optimizer: Option<&str>) -> Result<String> { todo!() }
