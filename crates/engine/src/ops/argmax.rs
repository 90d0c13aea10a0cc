//! Where the largest number is.

use super::axes::{axis, reduced, switch};
use super::{NodeTypes, Op};
use crate::Result;
use crate::graph::spec::{Attributes, TypeName};
use crate::graph::{Node, TensorType};
use crate::program::Builder;

/// The index of the first of the largest numbers along `axis`, as a number. It has no gradient.
#[derive(Debug)]
pub struct Argmax;

impl Op for Argmax {
    fn name(&self) -> &'static str {
        "argmax"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        node.options(&["axis", "keepDims"])?;
        if x.kind != TypeName::F32 {
            return Err(node.error("argmax takes numbers, received ids"));
        }
        let keep = switch(node.name, node.attributes, "keepDims")?;
        Ok(TensorType::f32(reduced(&x.shape, &[axis(node.name, node.attributes, &x.shape)?], keep)))
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let x = b.seen(node.inputs[0])?;
        let axis = axis(&node.name, &node.attributes, &x.shape)?;
        let shape = b.ty(node.output).shape.clone();
        let y = b.argmax(&node.name, &x, axis, &shape);
        b.set_value(node.output, y.place);
        Ok(())
    }

    fn backward(&self, _b: &mut Builder<'_>, _node: &Node) -> Result<()> {
        Ok(())
    }

    fn passes_gradients(&self) -> bool {
        false
    }

    fn mixes_rows(&self, inputs: &[TensorType], attributes: &Attributes) -> bool {
        inputs[0].shape.rows && axis("", attributes, &inputs[0].shape).is_ok_and(|a| a == 0)
    }
}
