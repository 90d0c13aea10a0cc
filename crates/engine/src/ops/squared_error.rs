//! Squared differences.

use super::cross_entropy::{loss_backward, loss_forward, same_width};
use super::{NodeTypes, Op};
use crate::Result;
use crate::graph::{Node, TensorType};
use crate::program::{Builder, LossKind};

/// Σ (p − t)² / k over the row.
#[derive(Debug)]
pub struct SquaredError;

impl Op for SquaredError {
    fn name(&self) -> &'static str {
        "squaredError"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        same_width(node, self.name())
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        loss_forward(b, node, LossKind::SquaredError)
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        loss_backward(b, node, LossKind::SquaredError)
    }
}
