//! Values one after another along an axis.

use super::axes::{axis, not_rows};
use super::{NodeTypes, Op};
use crate::Result;
use crate::graph::spec::TypeName;
use crate::graph::{Node, Shape, TensorType};
use crate::program::{Block, Builder};

/// All inputs along `axis`, which is not that of the rows.
#[derive(Debug)]
pub struct Concatenate;

/// Blocks before an axis, and elements of one step along it.
pub fn around(shape: &Shape, axis: usize) -> (Shape, usize) {
    let at = axis - usize::from(shape.rows);
    (Shape { rows: shape.rows, dims: shape.dims[..at].to_vec() }, shape.dims[at + 1..].iter().product())
}

/// Where inputs lie in a block of the result.
struct Parts {
    outer: Shape,
    /// Elements before each input, and its own.
    list: Vec<(usize, usize)>,
    /// Elements of a block.
    width: usize,
}

fn parts(b: &Builder<'_>, node: &Node) -> Result<Parts> {
    let shape = b.ty(node.output).shape.clone();
    let axis = axis(&node.name, &node.attributes, &shape)?;
    let (outer, inner) = around(&shape, axis);
    let mut at = 0;
    let mut list = vec![];
    for input in &node.inputs {
        let len = b.ty(*input).shape.dims[axis - usize::from(shape.rows)] * inner;
        list.push((at, len));
        at += len;
    }
    Ok(Parts { outer, list, width: at })
}

impl Op for Concatenate {
    fn name(&self) -> &'static str {
        "concatenate"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        node.options(&["axis"])?;
        let Some(first) = node.inputs.first() else { return Err(node.error("concatenate takes at least one input")) };
        let axis = axis(node.name, node.attributes, &first.shape)?;
        not_rows(node, axis, &first.shape)?;
        let at = axis - usize::from(first.shape.rows);
        let mut shape = first.shape.clone();
        shape.dims[at] = 0;
        for input in node.inputs {
            let mut other = input.shape.clone();
            let same = other.rank() == shape.rank() && other.rows == shape.rows && input.kind == TypeName::F32;
            let size = if same { std::mem::replace(&mut other.dims[at], shape.dims[at]) } else { 0 };
            if !same || other != shape {
                return Err(node.error(format!(
                    "concatenate takes numbers of one shape except along axis {axis}, received {} and {}",
                    first.shape, input.shape
                )));
            }
            shape.dims[at] += size;
        }
        Ok(TensorType::f32(shape))
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let Parts { outer, list, width } = parts(b, node)?;
        let shape = b.ty(node.output).shape.clone();
        let y = b.room(&node.name, &shape);
        for (input, (at, len)) in node.inputs.iter().zip(list) {
            let x = b.value(*input)?;
            b.block(Block { x, from: (0, len), y: y.place, to: (at, width), len }, &outer);
        }
        b.set_value(node.output, y.place);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let Some(dy) = b.seen_gradient(node.output) else { return Ok(()) };
        let Parts { outer, list, width } = parts(b, node)?;
        for (input, (at, len)) in node.inputs.iter().zip(list) {
            if b.needs_gradient(*input) {
                let shape = b.ty(*input).shape.clone();
                let dx = b.room(&format!("{} gradient", b.graph.values[*input].name), &shape);
                b.block(Block { x: dy.place, from: (at, width), y: dx.place, to: (0, len), len }, &outer);
                b.add_gradient(*input, dx.place);
            }
        }
        Ok(())
    }
}
