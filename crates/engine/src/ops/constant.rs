//! Numbers that the graph itself holds.

use serde_json::Value as Json;

use super::{NodeTypes, Op};
use crate::graph::spec::Attributes;
use crate::graph::{Node, Shape, TensorType};
use crate::program::Builder;
use crate::{Error, Result, machine};

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

fn number(name: &str, x: &Json) -> Result<f32> {
    x.as_f64().map(|x| x as f32).filter(|x| x.is_finite()).ok_or_else(|| {
        Error::option(format!("{name}: the values of a constant must be finite 32-bit numbers, received {x}"))
    })
}

/// The numbers of a constant in row-major order.
pub fn values(name: &str, attributes: &Attributes) -> Result<Vec<f32>> {
    let n = shape(name, attributes)?.width();
    match attributes.get("values") {
        Some(Json::Array(list)) if list.len() == n => list.iter().map(|x| number(name, x)).collect(),
        Some(Json::Array(list)) => Err(Error::shape(format!(
            "{name}: a constant of {n} elements takes as many values, received {}",
            list.len()
        ))),
        Some(x) => {
            let (x, mut all) = (number(name, x)?, vec![]);
            all.try_reserve_exact(n).map_err(|_| machine::no_memory(name, n))?;
            all.resize(n, x);
            Ok(all)
        }
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
        let shape = shape(node.name, node.attributes)?;
        match node.attributes.get("values") {
            // the rest of the check takes as much memory as the constant
            Some(one @ Json::Number(_)) => number(node.name, one).map(drop)?,
            _ => values(node.name, node.attributes).map(drop)?,
        }
        Ok(TensorType::f32(shape))
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
