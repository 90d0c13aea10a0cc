//! Attributes that name axes. Axis 0 is the rows where a value has rows.

use serde_json::Value as Json;

use super::NodeTypes;
use crate::graph::Shape;
use crate::graph::spec::Attributes;
use crate::{Error, Result};

/// A whole number.
pub fn whole(node: &str, name: &str, value: &Json) -> Result<usize> {
    let n = value.as_u64().or_else(|| value.as_f64().filter(|x| *x >= 0.0 && x.fract() == 0.0).map(|x| x as u64));
    n.map(|n| n as usize)
        .ok_or_else(|| Error::option(format!("{node}: {name} must be a whole number of at least 0, received {value}")))
}

/// One axis of a value.
pub fn axis(node: &str, attributes: &Attributes, shape: &Shape) -> Result<usize> {
    let axis = whole(node, "axis", attributes.get("axis").unwrap_or(&Json::Null))?;
    if axis >= shape.rank() {
        return Err(Error::shape(format!(
            "{node}: axis must be below {}, the axes of {shape}, received {axis}",
            shape.rank()
        )));
    }
    Ok(axis)
}

/// Some axes of a value, in order; all of them where the attribute is absent.
pub fn axes(node: &str, attributes: &Attributes, shape: &Shape) -> Result<Vec<usize>> {
    let all = match attributes.get("axes") {
        None | Some(Json::Null) => (0..shape.rank()).collect(),
        Some(Json::Array(list)) => list.iter().map(|a| whole(node, "axes", a)).collect::<Result<Vec<_>>>()?,
        Some(other) => return Err(Error::option(format!("{node}: axes must be a list of axes, received {other}"))),
    };
    let mut sorted = all.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() != all.len() || sorted.last().is_some_and(|a| *a >= shape.rank()) {
        return Err(Error::shape(format!(
            "{node}: axes must be different and below {}, the axes of {shape}, received {all:?}",
            shape.rank()
        )));
    }
    Ok(sorted)
}

/// A switch, off by default.
pub fn switch(node: &str, attributes: &Attributes, name: &str) -> Result<bool> {
    match attributes.get(name) {
        None => Ok(false),
        Some(Json::Bool(on)) => Ok(*on),
        Some(other) => Err(Error::option(format!("{node}: {name} must be true or false, received {other}"))),
    }
}

/// What is left of a shape when axes are reduced. Rows that are reduced and kept become an axis of 1.
pub fn reduced(shape: &Shape, axes: &[usize], keep: bool) -> Shape {
    let rows = shape.rows && !axes.contains(&0);
    let mut dims = vec![];
    if shape.rows && !rows && keep {
        dims.push(1);
    }
    for (i, d) in shape.dims.iter().enumerate() {
        match axes.contains(&(i + usize::from(shape.rows))) {
            true if keep => dims.push(1),
            true => {}
            false => dims.push(*d),
        }
    }
    Shape { rows, dims }
}

/// Refuses an axis that is the rows.
pub fn not_rows(node: &NodeTypes<'_>, axis: usize, shape: &Shape) -> Result<()> {
    if axis == 0 && shape.rows {
        return Err(node.error(format!("cannot work along the rows (axis 0) of {shape}, which are those of the batch")));
    }
    Ok(())
}
