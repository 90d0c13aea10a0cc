//! Numbers that the graph itself holds.

use serde_json::Value as Json;

use super::{NodeTypes, Op};
use crate::graph::spec::Attributes;
use crate::graph::{Node, Shape, TensorType};
use crate::program::Builder;
use crate::{Error, Result};

/// `shape` (fixed) and `values`: row-major, or one number for all.
#[derive(Debug)]
pub struct Constant;

fn shape(name: &str, attributes: &Attributes) -> Result<Shape> {
    let shape = attributes.get("shape").cloned().unwrap_or_else(|| Json::Array(vec![]));
    let shape: Shape = serde_json::from_value(shape).map_err(|e| Error::option(format!("{name}: shape: {e}")))?;
    if shape.rows || shape.is_huge() {
        return Err(Error::shape(format!("{name}: a constant has a fixed shape, received {shape}")));
    }
    Ok(shape)
}

/// The numbers of a constant in row-major order.
pub fn values(name: &str, attributes: &Attributes) -> Result<Vec<f32>> {
    let n = shape(name, attributes)?.width();
    let number = |x: &Json| {
        x.as_f64().map(|x| x as f32).filter(|x| x.is_finite()).ok_or_else(|| {
            Error::option(format!("{name}: the values of a constant must be finite 32-bit numbers, received {x}"))
        })
    };
    match attributes.get("values") {
        Some(Json::Array(list)) if list.len() == n => list.iter().map(number).collect(),
        Some(Json::Array(list)) => Err(Error::shape(format!(
            "{name}: a constant of {n} elements takes as many values, received {}",
            list.len()
        ))),
        Some(x) => Ok(vec![number(x)?; n]),
        None => Err(Error::option(format!("{name}: values is missing"))),
    }
}

impl Op for Constant {
    fn name(&self) -> &'static str {
        "constant"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [] = node.inputs()?;
        node.options(&["shape", "values"])?;
        values(node.name, node.attributes)?;
        shape(node.name, node.attributes).map(TensorType::f32)
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let place = b.constant(values(&node.name, &node.attributes)?, b.width(node.output));
        b.set_value(node.output, place);
        Ok(())
    }

    fn backward(&self, _b: &mut Builder<'_>, _node: &Node) -> Result<()> {
        Ok(())
    }
}
