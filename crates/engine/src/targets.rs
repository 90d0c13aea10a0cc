//! What targets must be for the transform that a graph applies to them.

use crate::data::{Dataset, Values};
use crate::graph::{Graph, Source};
use crate::{Error, Result};

/// Name of the node that makes of targets what the loss compares with (`src/model/targetTransform.ts`).
const TRANSFORMED: &str = "loss/transformed";

/// Targets whose logarithm is taken must be above −1.
///
/// # Errors
/// `ERR_DATA`, naming row and column.
pub fn check(graph: &Graph, data: &Dataset) -> Result<()> {
    let logarithm = graph.nodes.iter().find(|n| n.name == TRANSFORMED && n.op.name() == "log1p");
    let Some(Source::Input(input)) = logarithm.map(|n| graph.values[n.inputs[0]].source) else { return Ok(()) };
    let Some(column) = data.column(&graph.spec.inputs[input].name) else { return Ok(()) };
    let Values::F32(values) = &column.values else { return Ok(()) };
    let width = column.width();
    for row in 0..data.rows() {
        let numbers = &values[data.locate(row) * width..][..width];
        if let Some(at) = numbers.iter().position(|x| *x <= -1.0) {
            return Err(Error::data(format!(
                "{}: targetTransform log1p takes targets above -1, received {} in row {row}, column {at}",
                column.name, numbers[at]
            )));
        }
    }
    Ok(())
}
