//! Softmax and its logarithm along the last axis.

use super::{NodeTypes, Op};
use crate::Result;
use crate::graph::spec::TypeName;
use crate::graph::{Node, TensorType};
use crate::program::{Builder, Instruction};

/// exp(x − max) / Σ exp(x − max), or its logarithm.
#[derive(Debug)]
pub struct Softmax {
    /// The logarithm.
    pub log: bool,
}

impl Op for Softmax {
    fn name(&self) -> &'static str {
        if self.log { "logSoftmax" } else { "softmax" }
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        if x.kind != TypeName::F32 || x.shape.dims.is_empty() {
            return Err(node.error(format!(
                "{} takes numbers with at least one axis, received {}",
                self.name(),
                x.shape
            )));
        }
        Ok(x.clone())
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let x = b.value(input)?;
        let y = if b.may_overwrite(input) { x } else { b.buffer_for(node.output, "") };
        b.emit(Instruction::Softmax { log: self.log, x, y });
        b.set_value(node.output, y);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let Some(dy) = b.gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        let (dy, y) = (b.in_rows(dy), b.value(node.output)?);
        b.emit(Instruction::SoftmaxGradient { log: self.log, dy, y, dx: dy });
        b.add_gradient(input, dy);
        Ok(())
    }

    fn backward_reads_output(&self) -> bool {
        true
    }
}
