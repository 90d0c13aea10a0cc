//! Sigmoid with binary cross entropy, from logits.

use super::cross_entropy::{loss_backward, loss_forward, same_width};
use super::{NodeTypes, Op};
use crate::Result;
use crate::graph::spec::TypeName;
use crate::graph::{Node, Shape, TensorType, ValueId};
use crate::metric::Prediction;
use crate::program::{Builder, LossKind};

/// max(z, 0) − z t + log(1 + exp(−|z|)), the mean over the row.
#[derive(Debug)]
pub struct BinaryCrossEntropy;

fn kind(b: &Builder<'_>, target: ValueId) -> LossKind {
    if b.ty(target).kind == TypeName::U32 { LossKind::BinaryCrossEntropyIds } else { LossKind::BinaryCrossEntropy }
}

impl Op for BinaryCrossEntropy {
    fn name(&self) -> &'static str {
        "binaryCrossEntropy"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [z, target] = node.inputs()?;
        if target.kind == TypeName::F32 {
            return same_width(node, self.name());
        }
        if z.kind != TypeName::F32 || z.shape != Shape::per_row([1]) || target.shape != Shape::per_row([]) {
            return Err(
                node.error(format!("binaryCrossEntropy with labels takes one logit [rows, 1], received {}", z.shape))
            );
        }
        Ok(TensorType::f32(Shape::per_row([])))
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        loss_forward(b, node, kind(b, node.inputs[1]))
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        loss_backward(b, node, kind(b, node.inputs[1]))
    }

    fn classes(&self, inputs: &[TensorType]) -> Option<(usize, usize)> {
        (inputs[1].kind == TypeName::U32).then_some((1, 2))
    }

    fn takes_probabilities(&self) -> bool {
        true
    }

    fn prediction(&self) -> Prediction {
        Prediction::BinaryLogits
    }
}
