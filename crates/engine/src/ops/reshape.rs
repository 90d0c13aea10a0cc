//! The same values in another shape; costs nothing.

use super::{NodeTypes, Op};
use crate::graph::{Node, Shape, TensorType};
use crate::program::Builder;
use crate::{Error, Result};

/// `shape` of one row, without the rows.
#[derive(Debug)]
pub struct Reshape;

impl Op for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        let shape = node.attributes.get("shape").cloned().unwrap_or_default();
        let to: Shape =
            serde_json::from_value(shape).map_err(|e| Error::option(format!("{}: shape: {e}", node.name)))?;
        if to.rows || to.width() != x.shape.width() {
            return Err(node.error(format!("cannot give {} elements ({}) the shape {to}", x.shape.width(), x.shape)));
        }
        Ok(TensorType { shape: Shape { rows: x.shape.rows, dims: to.dims }, kind: x.kind })
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let x = b.value(node.inputs[0])?;
        let y = b.view(x, node.output);
        b.set_value(node.output, y);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let Some(dy) = b.gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        let dy = b.in_rows(dy);
        let dx = b.view(dy, input);
        b.add_gradient(input, dx);
        Ok(())
    }
}
