//! Every loss of the kernels' registry is an op.
//!
//! `(prediction, target)` of one shape become one value per row: axis 0 is the rows, of the batch or of a fixed shape `[n, …]`; a fixed
//! `[k]` is one row. A mean over outputs takes rows of any shape, a loss over classes takes rows of one axis.

use std::sync::LazyLock;

use downslope_kernels::loss::{self, About, Labels, Outputs, Targets};

use super::{NodeTypes, Op, OpRef, number};
use crate::graph::spec::{Attributes, TypeName};
use crate::graph::{Node, Shape, TensorType};
use crate::metric::Prediction;
use crate::program::{Builder, Instruction};
use crate::{Error, Result};

/// A loss with its gradient.
#[derive(Debug)]
struct Loss {
    loss: usize,
}

static LOSSES: LazyLock<Vec<Loss>> = LazyLock::new(|| (0..loss::LOSSES.len()).map(|loss| Loss { loss }).collect());

/// Looks a loss up by name.
pub fn find(name: &str) -> Option<OpRef> {
    loss::find(name).map(|i| &LOSSES[i] as OpRef)
}

/// Names of all losses.
pub fn names() -> impl Iterator<Item = &'static str> {
    loss::LOSSES.iter().map(|l| l.name)
}

impl Loss {
    fn about(&self) -> &'static About {
        &loss::LOSSES[self.loss]
    }

    fn parameters(&self, attributes: &Attributes, node: &str) -> Result<[f32; 4]> {
        let mut values = [0.0; 4];
        for (slot, (name, default)) in values.iter_mut().zip(self.about().parameters) {
            *slot = number(attributes, node, name, Some(f64::from(*default)))? as f32;
            if *slot <= 0.0 {
                return Err(Error::option(format!("{node}: {name} must be above 0, received {slot}")));
            }
        }
        Ok(values)
    }

    fn instruction(&self, b: &mut Builder<'_>, node: &Node) -> Result<Instruction> {
        let (z, target) = (b.value(node.inputs[0])?, b.value(node.inputs[1])?);
        let ids = b.ty(node.inputs[1]).kind == TypeName::U32;
        let parameters = self.parameters(&node.attributes, &node.name)?;
        Ok(Instruction::Loss { function: self.loss, parameters, ids, z, target, loss: None, gradient: None })
    }

    /// Checks ids against what they choose from.
    fn labels(&self, node: &NodeTypes<'_>, z: &Shape, rows: &Shape, target: &Shape) -> Result<()> {
        let name = self.name();
        let row = z.width() / rows.width();
        match self.about().labels {
            Labels::None => Err(node.error(format!("{name} takes numbers as targets, received ids"))),
            Labels::Classes if target != rows || z.dims.is_empty() => {
                Err(node
                    .error(format!("{name} takes logits [rows, classes] and ids [rows], received {z} and {target}")))
            }
            Labels::Binary(_) if target != rows || row != 1 => {
                Err(node.error(format!("{name} with labels takes one output [rows, 1], received {z}")))
            }
            _ => Ok(()),
        }
    }
}

/// One value per row of a shape.
fn rows_of(shape: &Shape) -> Shape {
    if shape.rows {
        return Shape::per_row([]);
    }
    Shape::fixed(if shape.dims.len() > 1 { vec![shape.dims[0]] } else { vec![] })
}

impl Op for Loss {
    fn name(&self) -> &'static str {
        self.about().name
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [z, target] = node.inputs()?;
        let known = self.about().parameters;
        if let Some(name) = node.attributes.keys().find(|n| !known.iter().any(|(k, _)| k == n)) {
            return Err(Error::option(format!("{}: {} has no option {name}", node.name, self.name())));
        }
        self.parameters(node.attributes, node.name)?;
        if z.kind != TypeName::F32 {
            return Err(node.error(format!("{} takes numbers as predictions, received ids", self.name())));
        }
        let rows = rows_of(&z.shape);
        let axes = z.shape.dims.len() - rows.dims.len();
        if self.about().outputs == Outputs::Logits && axes != 1 {
            return Err(node.error(format!(
                "{} takes logits [rows, classes], received {} as predictions",
                self.name(),
                z.shape
            )));
        }
        if target.kind == TypeName::U32 {
            self.labels(node, &z.shape, &rows, &target.shape)?;
        } else if z.shape != target.shape {
            return Err(node.error(format!(
                "{} takes predictions and targets of one shape [rows, k], received {} and {}",
                self.name(),
                z.shape,
                target.shape
            )));
        }
        Ok(TensorType::f32(rows))
    }

    /// The row losses and, where the derivative of the total is known, the gradient in the same pass.
    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        if b.needs_gradient(node.inputs[1]) {
            return Err(Error::shape(format!(
                "{}: the target of a loss must not depend on what is trained",
                node.name
            )));
        }
        let mut instruction = self.instruction(b, node)?;
        let Instruction::Loss { loss, gradient, .. } = &mut instruction else { return Ok(()) };
        let value = b.buffer_for(node.output, "");
        *loss = Some(value);
        if b.needs_gradient(node.inputs[0])
            && let Some(dl) = b.loss_seed(node.output)
        {
            let dz = b.buffer_for(node.inputs[0], " gradient");
            b.save(node.output, dz);
            *gradient = Some((dl, dz));
        }
        b.emit(instruction);
        b.set_value(node.output, value);
        Ok(())
    }

    /// Hands the gradient over that the forward pass made, or computes it.
    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let Some(dl) = b.gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        if let Some(dz) = b.saved(node.output) {
            b.add_gradient(input, dz);
            return Ok(());
        }
        let mut instruction = self.instruction(b, node)?;
        let dz = b.buffer_for(input, " gradient");
        if let Instruction::Loss { gradient, .. } = &mut instruction {
            *gradient = Some((dl, dz));
        }
        b.emit(instruction);
        b.add_gradient(input, dz);
        Ok(())
    }

    fn classes(&self, inputs: &[TensorType]) -> Option<(usize, usize)> {
        if inputs[1].kind != TypeName::U32 {
            return None;
        }
        match self.about().labels {
            Labels::None => None,
            Labels::Classes => inputs[0].shape.dims.last().map(|n| (1, *n)),
            Labels::Binary(_) => Some((1, 2)),
        }
    }

    fn targets(&self) -> Targets {
        self.about().targets
    }

    fn prediction(&self) -> Prediction {
        match self.about().outputs {
            Outputs::Numbers => Prediction::Values,
            Outputs::Logits => Prediction::Logits,
            Outputs::Decisions => Prediction::BinaryLogits,
            Outputs::Scores => Prediction::Scores,
        }
    }
}
