//! Every elementwise function of the kernels' registry is an op.

use std::sync::LazyLock;

use downslope_kernels::elementwise;

use super::{NodeTypes, Op, OpRef, number};
use crate::Result;
use crate::graph::spec::TypeName;
use crate::graph::{Node, TensorType};
use crate::program::{Builder, Instruction, Layout};

/// A function of one argument.
#[derive(Debug)]
struct Elementwise {
    function: usize,
}

static FUNCTIONS: LazyLock<Vec<Elementwise>> =
    LazyLock::new(|| (0..elementwise::FUNCTIONS.len()).map(|function| Elementwise { function }).collect());

/// Looks a function up by name.
pub fn find(name: &str) -> Option<OpRef> {
    elementwise::find(name).map(|i| &FUNCTIONS[i] as OpRef)
}

/// Names of all functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    elementwise::FUNCTIONS.iter().map(|f| f.name)
}

impl Elementwise {
    fn parameters(&self, node: &Node) -> Result<[f32; 4]> {
        let mut values = [0.0; 4];
        for (slot, (name, default)) in values.iter_mut().zip(elementwise::FUNCTIONS[self.function].parameters) {
            *slot = number(&node.attributes, &node.name, name, Some(f64::from(*default)))? as f32;
        }
        Ok(values)
    }
}

impl Op for Elementwise {
    fn name(&self) -> &'static str {
        elementwise::FUNCTIONS[self.function].name
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        if x.kind != TypeName::F32 {
            return Err(node.error(format!("{} takes numbers, received ids", self.name())));
        }
        let known = elementwise::FUNCTIONS[self.function].parameters;
        if let Some(name) = node.attributes.keys().find(|n| !known.iter().any(|(k, _)| k == n)) {
            return Err(crate::Error::option(format!("{}: {} has no option {name}", node.name, self.name())));
        }
        for (name, default) in known {
            let value = number(node.attributes, node.name, name, Some(f64::from(*default)))?;
            if value < 0.0 {
                // gradients are found from the sign of the result
                let what = format!("{}: {name} must be at least 0, received {value}", node.name);
                return Err(crate::Error::option(what));
            }
        }
        Ok(x.clone())
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let parameters = self.parameters(node)?;
        let x = b.value(node.inputs[0])?;
        let in_place = b.may_overwrite(node.inputs[0])
            && (elementwise::FUNCTIONS[self.function].from_output || !b.needs_gradient(node.inputs[0]));
        let y = if in_place { x } else { b.buffer_for(node.output, "") };
        b.emit(Instruction::Map { function: self.function, parameters, x, y });
        b.set_value(node.output, y);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let (input, parameters) = (node.inputs[0], self.parameters(node)?);
        let Some(dy) = b.gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        let v = if elementwise::FUNCTIONS[self.function].from_output { node.output } else { input };
        let v = b.value(v)?;
        b.emit(Instruction::MapGradient { function: self.function, parameters, dy, v, dx: dy });
        b.add_gradient(input, dy);
        Ok(())
    }

    fn backward_reads_output(&self) -> bool {
        elementwise::FUNCTIONS[self.function].from_output
    }

    fn gradient_layout(&self, b: &Builder<'_>, node: &Node) -> Layout {
        b.gradient_layout(node.inputs[0])
    }
}
