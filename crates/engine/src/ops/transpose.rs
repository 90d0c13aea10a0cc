//! Axes in another order.

use serde_json::Value as Json;

use super::axes::whole;
use super::{NodeTypes, Op};
use crate::graph::spec::{Attributes, TypeName};
use crate::graph::{Node, Shape, TensorType};
use crate::program::Builder;
use crate::{Error, Result};

/// Axis i of the result is axis `permutation[i]`; rows stay first.
#[derive(Debug)]
pub struct Transpose;

/// The order of the fixed axes.
fn order(name: &str, attributes: &Attributes, shape: &Shape) -> Result<Vec<usize>> {
    let all = match attributes.get("permutation") {
        Some(Json::Array(list)) => list.iter().map(|a| whole(name, "permutation", a)).collect::<Result<Vec<_>>>()?,
        other => {
            let other = other.cloned().unwrap_or_default();
            return Err(Error::option(format!("{name}: permutation must be a list of axes, received {other}")));
        }
    };
    let mut sorted = all.clone();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..shape.rank()) {
        return Err(Error::shape(format!("{name}: permutation must name each axis of {shape} once, received {all:?}")));
    }
    if shape.rows && all[0] != 0 {
        return Err(Error::shape(format!("{name}: the rows of {shape} must stay the first axis, received {all:?}")));
    }
    let rows = usize::from(shape.rows);
    Ok(all[rows..].iter().map(|a| a - rows).collect())
}

impl Op for Transpose {
    fn name(&self) -> &'static str {
        "transpose"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        node.options(&["permutation"])?;
        if x.kind != TypeName::F32 {
            return Err(node.error("transpose takes numbers, received ids"));
        }
        let order = order(node.name, node.attributes, &x.shape)?;
        let dims = order.iter().map(|a| x.shape.dims[*a]).collect();
        Ok(TensorType::f32(Shape { rows: x.shape.rows, dims }))
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let x = b.seen(node.inputs[0])?;
        let order = order(&node.name, &node.attributes, &x.shape)?;
        let y = b.permuted(&node.name, &x, &order);
        b.set_value(node.output, y.place);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let Some(dy) = b.seen_gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        let order = order(&node.name, &node.attributes, &b.ty(input).shape)?;
        let mut back = vec![0; order.len()];
        order.iter().enumerate().for_each(|(i, a)| back[*a] = i);
        let dx = b.permuted(&format!("{} gradient", b.graph.values[input].name), &dy, &back);
        b.add_gradient(input, dx.place);
        Ok(())
    }
}
