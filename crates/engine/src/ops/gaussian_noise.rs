//! Gaussian noise while training, the identity otherwise.

use super::{NodeTypes, Op, number};
use crate::graph::spec::{Attributes, TypeName};
use crate::graph::{Node, TensorType};
use crate::program::{Builder, Instruction};
use crate::{Error, Result};

/// x + `deviation` · z with a new standard normal z for each element and step.
#[derive(Debug)]
pub struct GaussianNoise;

fn deviation(node: &str, attributes: &Attributes) -> Result<f64> {
    let deviation = number(attributes, node, "deviation", None)?;
    if deviation >= 0.0 {
        Ok(deviation)
    } else {
        Err(Error::option(format!("{node}: deviation must be at least 0, received {deviation}")))
    }
}

impl Op for GaussianNoise {
    fn name(&self) -> &'static str {
        "gaussianNoise"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        if x.kind != TypeName::F32 || !x.shape.rows {
            return Err(node.error("takes rows of numbers"));
        }
        deviation(node.name, node.attributes)?;
        Ok(x.clone())
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let (input, deviation) = (node.inputs[0], deviation(&node.name, &node.attributes)?);
        let x = b.value(input)?;
        if !b.training() || deviation == 0.0 {
            b.set_value(node.output, x);
            return Ok(());
        }
        let y = if b.may_overwrite(input) { x } else { b.buffer_for(node.output, "") };
        let stream = downslope_kernels::random::Stream::new(0, &node.name).id();
        b.emit(Instruction::Noise { stream, deviation: deviation as f32, x, y });
        b.set_value(node.output, y);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        if let Some(dy) = b.gradient(node.output).filter(|_| b.needs_gradient(input)) {
            b.add_gradient(input, dy);
        }
        Ok(())
    }
}
