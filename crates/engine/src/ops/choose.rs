//! One of two values, element by element.

use super::binary::broadcast;
use super::{NodeTypes, Op};
use crate::Result;
use crate::graph::{Node, TensorType};
use crate::program::general::What;
use crate::program::{Argument, Builder};

/// condition ≠ 0 ? a : b, with broadcasting. The condition gets no gradient.
#[derive(Debug)]
pub struct Where;

impl Op for Where {
    fn name(&self) -> &'static str {
        "where"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        node.inputs::<3>()?;
        node.options(&[])?;
        broadcast(node, self.name(), node.inputs).map(TensorType::f32)
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let [c, x, z] = [b.seen(node.inputs[0])?, b.seen(node.inputs[1])?, b.seen(node.inputs[2])?];
        let shape = b.ty(node.output).shape.clone();
        let y = b.step(&node.name, What::Select, &[&c, &x, &z].map(Argument::Value), &shape);
        b.set_value(node.output, y.place);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let Some(dy) = b.seen_gradient(node.output) else { return Ok(()) };
        let c = b.seen(node.inputs[0])?;
        for (slot, input) in node.inputs.iter().enumerate().skip(1) {
            if !b.needs_gradient(*input) {
                continue;
            }
            let (dy, c, zero) = (Argument::Value(&dy), Argument::Value(&c), Argument::Number(0.0));
            let arguments = if slot == 1 { [c, dy, zero] } else { [c, zero, dy] };
            let shape = b.ty(node.output).shape.clone();
            let d = b.step(&format!("{} gradient", b.graph.values[*input].name), What::Select, &arguments, &shape);
            b.broadcast_gradient(*input, &d, true);
        }
        Ok(())
    }
}
