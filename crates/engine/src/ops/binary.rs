//! Every function of two numbers of the kernels' registry is an op, with broadcasting.

use std::sync::LazyLock;

use downslope_kernels::binary;

use super::{NodeTypes, Op, OpRef};
use crate::Result;
use crate::graph::spec::TypeName;
use crate::graph::{Node, Shape, TensorType};
use crate::program::general::What;
use crate::program::{Argument, Builder};

/// A function of two arguments.
#[derive(Debug)]
struct Binary {
    function: usize,
}

static FUNCTIONS: LazyLock<Vec<Binary>> =
    LazyLock::new(|| (0..binary::FUNCTIONS.len()).map(|function| Binary { function }).collect());

/// Looks a function up by name.
pub fn find(name: &str) -> Option<OpRef> {
    binary::find(name).map(|i| &FUNCTIONS[i] as OpRef)
}

/// Names of all functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    binary::FUNCTIONS.iter().map(|f| f.name)
}

/// The shape of operands that are broadcast, all of them numbers.
pub fn broadcast(node: &NodeTypes<'_>, what: &str, operands: &[TensorType]) -> Result<Shape> {
    let mut shape = Shape::fixed([]);
    for operand in operands {
        if operand.kind != TypeName::F32 {
            return Err(node.error(format!("{what} takes numbers, received ids")));
        }
        shape = shape.broadcast(&operand.shape).ok_or_else(|| {
            let all: Vec<String> = operands.iter().map(|o| o.shape.to_string()).collect();
            node.error(format!(
                "{what} takes shapes that can be broadcast (axes from the last one equal, 1 or missing), received {}",
                all.join(" and ")
            ))
        })?;
    }
    Ok(shape)
}

impl Op for Binary {
    fn name(&self) -> &'static str {
        binary::FUNCTIONS[self.function].name
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        node.inputs::<2>()?;
        node.options(&[])?;
        broadcast(node, self.name(), node.inputs).map(TensorType::f32)
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let (x, z) = (b.seen(node.inputs[0])?, b.seen(node.inputs[1])?);
        let shape = b.ty(node.output).shape.clone();
        let y = b.step(&node.name, What::Binary(self.function), &[Argument::Value(&x), Argument::Value(&z)], &shape);
        b.set_value(node.output, y.place);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let Some(dy) = b.seen_gradient(node.output) else { return Ok(()) };
        let (x, z) = (b.seen(node.inputs[0])?, b.seen(node.inputs[1])?);
        // sums and differences hand on what they get, the last one the buffer itself
        let plain = matches!(self.name(), "add" | "subtract");
        let other = b.needs_gradient(node.inputs[1]) && node.inputs[1] != node.inputs[0];
        for (slot, input) in node.inputs.iter().enumerate() {
            if !b.needs_gradient(*input) {
                continue;
            }
            if plain && (slot == 0 || self.name() == "add") {
                b.broadcast_gradient(*input, &dy, slot == 1 || !other || self.name() == "subtract");
                continue;
            }
            let what = What::BinaryGradient { function: self.function, second: slot == 1 };
            let arguments = [Argument::Value(&dy), Argument::Value(&x), Argument::Value(&z)];
            let d = b.step(&format!("{} gradient", b.graph.values[*input].name), what, &arguments, &dy.shape);
            b.broadcast_gradient(*input, &d, true);
        }
        Ok(())
    }

    fn passes_gradients(&self) -> bool {
        binary::FUNCTIONS[self.function].smooth
    }
}
