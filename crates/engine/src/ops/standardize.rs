//! (x − mean) / deviation per feature, learned from the training rows; done while the batch is gathered where it follows an input.

use super::{NodeTypes, Op};
use crate::Result;
use crate::graph::spec::TypeName;
use crate::graph::{Node, Source, TensorType};
use crate::program::{Builder, DerivedKind, GatherTransform, Instruction, Place};

/// Takes x and the states mean, deviation (of the shape of a row) and count (`[1]`, rows it was learned from).
#[derive(Debug)]
pub struct Standardize;

fn inverse(b: &mut Builder<'_>, node: &Node) -> Result<Place> {
    match b.graph.values[node.inputs[2]].source {
        Source::State(i) => Ok(b.derived(DerivedKind::Inverse(i))),
        _ => Err(crate::Error::shape(format!("{}: mean and deviation must be states", node.name))),
    }
}

impl Op for Standardize {
    fn name(&self) -> &'static str {
        "standardize"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x, mean, deviation, count] = node.inputs()?;
        let fits = |s: &TensorType| !s.shape.rows && s.shape.dims == x.shape.dims;
        if x.kind != TypeName::F32 || !x.shape.rows || !fits(mean) || !fits(deviation) || count.shape.width() != 1 {
            return Err(
                node.error(format!("takes numbers [rows, …] and states of the shape of a row, received {}", x.shape))
            );
        }
        Ok(x.clone())
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        if node.inputs[1..].iter().any(|i| !matches!(b.graph.values[*i].source, Source::State(_))) {
            return Err(crate::Error::shape(format!("{}: mean, deviation and count must be states", node.name)));
        }
        let (mean, inverse) = (b.value(node.inputs[1])?, inverse(b, node)?);
        if b.foldable(input) {
            b.gather(input, node.output, GatherTransform::Standardize { mean, inverse })?;
            return Ok(());
        }
        let x = b.value(input)?;
        let y = if b.may_overwrite(input) { x } else { b.buffer_for(node.output, "") };
        b.emit(Instruction::Standardize { x, y, mean: Some(mean), inverse });
        b.set_value(node.output, y);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let Some(dy) = b.gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        let inverse = inverse(b, node)?;
        let dy = b.in_rows(dy);
        b.emit(Instruction::Standardize { x: dy, y: dy, mean: None, inverse });
        b.add_gradient(input, dy);
        Ok(())
    }
}
