//! Softmax with cross entropy, from logits.

use super::{NodeTypes, Op};
use crate::graph::spec::TypeName;
use crate::graph::{Node, Shape, TensorType, ValueId};
use crate::metric::Prediction;
use crate::program::{Builder, Instruction, LossKind};
use crate::{Error, Result};

/// −log softmax(logits)[id], or −Σ p log softmax(logits).
#[derive(Debug)]
pub struct CrossEntropy;

/// The row losses of a node and, where the derivative of the total is known, the gradient in the same pass.
pub fn loss_forward(b: &mut Builder<'_>, node: &Node, kind: LossKind) -> Result<()> {
    if b.needs_gradient(node.inputs[1]) {
        return Err(Error::shape(format!("{}: the target of a loss must not depend on what is trained", node.name)));
    }
    let (z, target) = (b.value(node.inputs[0])?, b.value(node.inputs[1])?);
    let loss = b.buffer_for(node.output, "");
    let mut gradient = None;
    if b.needs_gradient(node.inputs[0])
        && let Some(dl) = b.loss_seed(node.output)
    {
        let dz = b.buffer_for(node.inputs[0], " gradient");
        b.save(node.output, dz);
        gradient = Some((dl, dz));
    }
    b.emit(Instruction::Loss { kind, z, target, loss: Some(loss), gradient });
    b.set_value(node.output, loss);
    Ok(())
}

/// Hands the gradient over that the forward pass made, or computes it.
pub fn loss_backward(b: &mut Builder<'_>, node: &Node, kind: LossKind) -> Result<()> {
    let (input, target) = (node.inputs[0], node.inputs[1]);
    let Some(dl) = b.gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
    let dz = match b.saved(node.output) {
        Some(dz) => dz,
        None => {
            let (z, target) = (b.value(input)?, b.value(target)?);
            let dz = b.buffer_for(input, " gradient");
            b.emit(Instruction::Loss { kind, z, target, loss: None, gradient: Some((dl, dz)) });
            dz
        }
    };
    b.add_gradient(input, dz);
    Ok(())
}

/// Checks that predictions and targets are `[rows, k]` of the same width.
pub fn same_width(node: &NodeTypes<'_>, what: &str) -> Result<TensorType> {
    let [z, target] = node.inputs()?;
    if z.kind != TypeName::F32
        || target.kind != TypeName::F32
        || !z.shape.rows
        || !target.shape.rows
        || z.shape.dims != target.shape.dims
        || z.shape.dims.len() != 1
    {
        return Err(node.error(format!(
            "{what} takes predictions and targets of one shape [rows, k], received {} and {}",
            z.shape, target.shape
        )));
    }
    Ok(TensorType::f32(Shape::per_row([])))
}

fn kind(b: &Builder<'_>, target: ValueId) -> LossKind {
    if b.ty(target).kind == TypeName::U32 { LossKind::CrossEntropyIds } else { LossKind::CrossEntropy }
}

impl Op for CrossEntropy {
    fn name(&self) -> &'static str {
        "crossEntropy"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [z, target] = node.inputs()?;
        if target.kind == TypeName::F32 {
            return same_width(node, self.name());
        }
        if z.kind != TypeName::F32 || !z.shape.rows || z.shape.dims.len() != 1 || target.shape != Shape::per_row([]) {
            return Err(node.error(format!(
                "crossEntropy takes logits [rows, classes] and ids [rows], received {} and {}",
                z.shape, target.shape
            )));
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
        (inputs[1].kind == TypeName::U32).then(|| (1, inputs[0].shape.width()))
    }

    fn takes_probabilities(&self) -> bool {
        true
    }

    fn prediction(&self) -> Prediction {
        Prediction::Logits
    }
}
