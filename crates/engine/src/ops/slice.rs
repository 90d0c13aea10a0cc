//! A part of a value along an axis.

use serde_json::Value as Json;

use super::axes::{axis, not_rows, whole};
use super::concatenate::around;
use super::{NodeTypes, Op};
use crate::Result;
use crate::graph::spec::{Attributes, TypeName};
use crate::graph::{Node, Shape, TensorType};
use crate::program::{Block, Builder};

/// From `begin` up to `end` (not included) along `axis`, which is not that of the rows.
#[derive(Debug)]
pub struct Slice;

fn range(name: &str, attributes: &Attributes) -> Result<(usize, usize)> {
    let of = |which: &str| whole(name, which, attributes.get(which).unwrap_or(&Json::Null));
    Ok((of("begin")?, of("end")?))
}

/// Blocks, and where the part begins in one, its length and that of the block.
fn part(node: &Node, shape: &Shape) -> Result<(Shape, usize, usize, usize)> {
    let (axis, (begin, end)) = (axis(&node.name, &node.attributes, shape)?, range(&node.name, &node.attributes)?);
    let (outer, inner) = around(shape, axis);
    let size = shape.dims[axis - usize::from(shape.rows)];
    Ok((outer, begin * inner, (end - begin) * inner, size * inner))
}

impl Op for Slice {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        node.options(&["axis", "begin", "end"])?;
        let axis = axis(node.name, node.attributes, &x.shape)?;
        not_rows(node, axis, &x.shape)?;
        let (begin, end) = range(node.name, node.attributes)?;
        let mut shape = x.shape.clone();
        let size = &mut shape.dims[axis - usize::from(x.shape.rows)];
        if x.kind != TypeName::F32 || begin >= end || end > *size {
            return Err(node.error(format!(
                "slice takes numbers and a range begin < end ≤ {size} of axis {axis}, received {begin} to {end} of {}",
                x.shape
            )));
        }
        *size = end - begin;
        Ok(TensorType::f32(shape))
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let x = b.seen(node.inputs[0])?;
        let (outer, at, len, width) = part(node, &x.shape)?;
        let shape = b.ty(node.output).shape.clone();
        let y = b.room(&node.name, &shape);
        b.block(Block { x: x.place, from: (at, width), y: y.place, to: (0, len), len }, &outer);
        b.set_value(node.output, y.place);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let Some(dy) = b.seen_gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        let shape = b.ty(input).shape.clone();
        let (outer, at, len, width) = part(node, &shape)?;
        let dx = b.zeros(&format!("{} gradient", b.graph.values[input].name), &shape);
        b.block(Block { x: dy.place, from: (0, len), y: dx.place, to: (at, width), len }, &outer);
        b.add_gradient(input, dx.place);
        Ok(())
    }
}
