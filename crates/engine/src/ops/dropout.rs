//! Dropout: random zeros while training, the identity otherwise (Srivastava et al. 2014, scaled at training time).

use super::{NodeTypes, Op, number};
use crate::graph::spec::TypeName;
use crate::graph::{Node, TensorType};
use crate::program::{Builder, Instruction};
use crate::{Error, Result};

/// `rate` of the elements become 0, the others are divided by `1 - rate`.
#[derive(Debug)]
pub struct Dropout;

fn rate(node: &str, attributes: &crate::graph::spec::Attributes) -> Result<f64> {
    let rate = number(attributes, node, "rate", None)?;
    if (0.0..1.0).contains(&rate) {
        Ok(rate)
    } else {
        Err(Error::option(format!("{node}: rate must be in [0, 1), received {rate}")))
    }
}

impl Op for Dropout {
    fn name(&self) -> &'static str {
        "dropout"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        if x.kind != TypeName::F32 {
            return Err(node.error("takes numbers, received ids"));
        }
        rate(node.name, node.attributes)?;
        Ok(x.clone())
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let (input, rate) = (node.inputs[0], rate(&node.name, &node.attributes)?);
        let x = b.value(input)?;
        if !b.training() || rate == 0.0 {
            b.set_value(node.output, x);
            return Ok(());
        }
        let y = if b.may_overwrite(input) { x } else { b.buffer_for(node.output, "") };
        let mask = b.buffer_for(node.output, " mask");
        let stream = downslope_kernels::random::Stream::new(0, &node.name).id();
        b.emit(Instruction::Dropout { stream, keep: (1.0 - rate) as f32, x, mask, y });
        b.save(node.output, mask);
        b.set_value(node.output, y);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let Some(dy) = b.gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        let Some(mask) = b.saved(node.output) else {
            b.add_gradient(input, dy);
            return Ok(());
        };
        let dy = b.in_rows(dy);
        b.emit(Instruction::Multiply { a: dy, b: mask, y: dy });
        b.add_gradient(input, dy);
        Ok(())
    }
}
