//! Numbers kept within bounds.

use super::{NodeTypes, Op, number};
use crate::graph::spec::{Attributes, TypeName};
use crate::graph::{Node, TensorType};
use crate::program::general::What;
use crate::program::{Argument, Builder};
use crate::{Error, Result};

/// At least `min` and at most `max`; either may be absent. The gradient is 0 outside.
#[derive(Debug)]
pub struct Clip;

fn bounds(name: &str, attributes: &Attributes) -> Result<(f32, f32)> {
    let bound = |which: &str, none: f32| match attributes.contains_key(which) {
        true => number(attributes, name, which, None).map(|x| x as f32),
        false => Ok(none),
    };
    let (least, most) = (bound("min", f32::NEG_INFINITY)?, bound("max", f32::INFINITY)?);
    if least > most {
        return Err(Error::option(format!("{name}: min must be at most max, received {least} and {most}")));
    }
    Ok((least, most))
}

impl Op for Clip {
    fn name(&self) -> &'static str {
        "clip"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        node.options(&["min", "max"])?;
        bounds(node.name, node.attributes)?;
        if x.kind != TypeName::F32 {
            return Err(node.error("clip takes numbers, received ids"));
        }
        Ok(x.clone())
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let (least, most) = bounds(&node.name, &node.attributes)?;
        let x = b.seen(node.inputs[0])?;
        let y = b.step(&node.name, What::Clip { least, most }, &[Argument::Value(&x)], &x.shape);
        b.set_value(node.output, y.place);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let Some(dy) = b.seen_gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        let (least, most) = bounds(&node.name, &node.attributes)?;
        let x = b.seen(input)?;
        b.step_into(What::ClipGradient { least, most }, &[Argument::Value(&dy), Argument::Value(&x)], &dy);
        b.add_gradient(input, dy.place);
        Ok(())
    }
}
