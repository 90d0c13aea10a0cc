//! A value that gradients do not pass.

use super::{NodeTypes, Op};
use crate::Result;
use crate::graph::{Node, TensorType};
use crate::program::Builder;

/// The identity whose derivative is taken for 0.
#[derive(Debug)]
pub struct StopGradient;

impl Op for StopGradient {
    fn name(&self) -> &'static str {
        "stopGradient"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        node.options(&[])?;
        Ok(x.clone())
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let x = b.value(node.inputs[0])?;
        b.set_value(node.output, x);
        Ok(())
    }

    fn backward(&self, _b: &mut Builder<'_>, _node: &Node) -> Result<()> {
        Ok(())
    }

    fn passes_gradients(&self) -> bool {
        false
    }
}
