//! x · scale + offset with two fixed numbers; done while the batch is gathered where it follows an input.

use super::{NodeTypes, Op, number};
use crate::Result;
use crate::graph::spec::TypeName;
use crate::graph::{Node, TensorType};
use crate::program::{Builder, GatherTransform, Instruction};

/// `x · scale + offset`, a product and a sum.
#[derive(Debug)]
pub struct Affine;

fn numbers(node: &Node) -> Result<(f32, f32)> {
    let scale = number(&node.attributes, &node.name, "scale", Some(1.0))?;
    let offset = number(&node.attributes, &node.name, "offset", Some(0.0))?;
    Ok((scale as f32, offset as f32))
}

impl Op for Affine {
    fn name(&self) -> &'static str {
        "affine"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        if x.kind != TypeName::F32 {
            return Err(node.error("takes numbers, received ids"));
        }
        number(node.attributes, node.name, "scale", Some(1.0))?;
        number(node.attributes, node.name, "offset", Some(0.0))?;
        Ok(x.clone())
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let (scale, offset) = numbers(node)?;
        let input = node.inputs[0];
        if b.foldable(input) {
            b.gather(input, node.output, GatherTransform::Affine(scale, offset))?;
            return Ok(());
        }
        let x = b.value(input)?;
        let y = if b.may_overwrite(input) { x } else { b.buffer_for(node.output, "") };
        b.emit(Instruction::Affine { x, y, scale, offset });
        b.set_value(node.output, y);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let Some(dy) = b.gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        let (scale, _) = numbers(node)?;
        let dy = b.in_rows(dy);
        b.emit(Instruction::Affine { x: dy, y: dy, scale, offset: 0.0 });
        b.add_gradient(input, dy);
        Ok(())
    }
}
