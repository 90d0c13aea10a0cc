//! Elements of a value along an axis, by their numbers.

use super::axes::{axis, not_rows};
use super::constant;
use super::{NodeTypes, Op};
use crate::graph::spec::TypeName;
use crate::graph::{Node, Shape, Source, TensorType};
use crate::program::{Builder, Picked};
use crate::{Error, Result};

/// `x` where the index along `axis` is each of `indices` (numpy's `take`): ids, or a constant of whole numbers. Ids with rows pick from a value
/// without rows, along its first axis.
#[derive(Debug)]
pub struct Gather;

fn picked(b: &Builder<'_>, node: &Node) -> Result<Picked> {
    let (x, ids) = (&b.ty(node.inputs[0]).shape, &b.ty(node.inputs[1]));
    let axis = axis(&node.name, &node.attributes, x)?;
    let at = axis - usize::from(x.rows);
    Ok(Picked {
        outer: Shape { rows: x.rows, dims: x.dims[..at].to_vec() },
        n: x.dims[at],
        inner: x.dims[at + 1..].iter().product(),
        ids: ids.shape.clone(),
        whole: ids.kind == TypeName::U32,
    })
}

impl Op for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x, ids] = node.inputs()?;
        node.options(&["axis"])?;
        let axis = axis(node.name, node.attributes, &x.shape)?;
        not_rows(node, axis, &x.shape)?;
        if x.kind != TypeName::F32 || (ids.shape.rows && (x.shape.rows || axis != 0)) {
            return Err(node.error(format!(
                "gather takes numbers, and ids with rows only along axis 0 of a value without rows, received {} and {}",
                x.shape, ids.shape
            )));
        }
        let at = axis - usize::from(x.shape.rows);
        let dims = [&x.shape.dims[..at], &ids.shape.dims, &x.shape.dims[at + 1..]].concat();
        Ok(TensorType::f32(Shape { rows: x.shape.rows || ids.shape.rows, dims }))
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let picked = picked(b, node)?;
        if !picked.whole {
            let maker = match b.graph.values[node.inputs[1]].source {
                Source::Node(i) => Some(&b.graph.nodes[i]).filter(|n| n.op.name() == "constant"),
                _ => None,
            };
            let Some(maker) = maker else {
                return Err(Error::shape(format!("{}: the indices of gather must be ids or a constant", node.name)));
            };
            let values = constant::values(&maker.name, &maker.attributes)?;
            if let Some(bad) = values.iter().find(|x| **x < 0.0 || x.fract() != 0.0 || **x as usize >= picked.n) {
                return Err(Error::option(format!(
                    "{}: indices must be whole numbers below {}, received {bad}",
                    node.name, picked.n
                )));
            }
        }
        let (x, ids) = (b.value(node.inputs[0])?, b.value(node.inputs[1])?);
        let shape = b.ty(node.output).shape.clone();
        let y = b.room(&node.name, &shape);
        b.pick(picked, x, ids, y.place, false);
        b.set_value(node.output, y.place);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let Some(dy) = b.seen_gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        let (picked, ids) = (picked(b, node)?, b.value(node.inputs[1])?);
        let shape = b.ty(input).shape.clone();
        let dx = b.zeros(&format!("{} gradient", b.graph.values[input].name), &shape);
        b.pick(picked, dy.place, ids, dx.place, true);
        b.add_gradient(input, dx.place);
        Ok(())
    }

    fn classes(&self, inputs: &[TensorType]) -> Option<(usize, usize)> {
        // ids with rows pick along the first axis
        let ids = inputs[1].kind == TypeName::U32;
        inputs[0].shape.dims.first().filter(|_| ids).map(|n| (1, *n))
    }
}
