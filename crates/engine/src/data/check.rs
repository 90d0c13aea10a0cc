//! What must hold for the columns of a data set.

use super::{Column, Role, Values};
use crate::{Error, Result};

/// Checks all columns and gives the number of rows.
pub(super) fn columns(columns: &[Column]) -> Result<usize> {
    let Some(first) = columns.first() else {
        return Err(Error::data("dataset: at least one column is needed, received none"));
    };
    let rows = rows(first)?;
    for (place, column) in columns.iter().enumerate() {
        let name = &column.name;
        if columns[..place].iter().any(|other| other.name == *name) {
            return Err(Error::data(format!("dataset: names of columns must be unique, received '{name}' twice")));
        }
        let received = self::rows(column)?;
        if received != rows {
            let expected = &first.name;
            return Err(Error::data(format!(
                "dataset: all columns need the same number of rows, but '{expected}' has {rows} and '{name}' has {received}"
            )));
        }
        match column.role {
            Role::Input | Role::Target => finite(column)?,
            Role::Label => labels(column)?,
            Role::Weight => weights(column)?,
        }
    }
    Ok(rows)
}

fn rows(column: &Column) -> Result<usize> {
    let Column { name, shape, values, .. } = column;
    let width = shape.iter().try_fold(1usize, |product, length| product.checked_mul(*length));
    let width = match width {
        Some(width) if width > 0 => width,
        _ => {
            return Err(Error::data(format!(
                "dataset: column '{name}': the lengths in the shape of a row must be at least 1 and their product \
                 countable, received {shape:?}"
            )));
        }
    };
    let length = values.len();
    if length == 0 {
        return Err(Error::data(format!("dataset: column '{name}' has no rows; at least one is needed")));
    }
    if length % width != 0 {
        return Err(Error::data(format!(
            "dataset: column '{name}': the number of values must be a multiple of {width} (rows of shape {shape:?}), \
             received {length}"
        )));
    }
    let rows = length / width;
    if rows > u32::MAX as usize {
        return Err(Error::data(format!("dataset: at most {} rows are possible, received {rows}", u32::MAX)));
    }
    Ok(rows)
}

fn finite(column: &Column) -> Result<()> {
    let Values::F32(values) = &column.values else { return Ok(()) };
    // whole blocks without a branch, which vectorises; the culprit is looked for only when there is one
    const BLOCK: usize = 4096;
    let infinite = |value: &f32| value.to_bits() & 0x7f80_0000 == 0x7f80_0000;
    for (block, chunk) in values.chunks(BLOCK).enumerate() {
        if chunk.iter().fold(false, |any, value| any | infinite(value)) {
            let place = block * BLOCK + chunk.iter().position(infinite).unwrap_or(0);
            return Err(refuse(column, place, "must be finite", values[place]));
        }
    }
    Ok(())
}

fn labels(column: &Column) -> Result<()> {
    let Column { name, classes, .. } = column;
    one_per_row(column)?;
    let Values::U32(ids) = &column.values else {
        let kind = column.values.kind();
        return Err(Error::data(format!("dataset: column '{name}': labels must be class ids, received {kind}")));
    };
    match ids.iter().position(|id| *id as usize >= *classes) {
        Some(place) => Err(refuse(
            column,
            place,
            &format!("must be a class id below {classes}, the number of classes"),
            ids[place],
        )),
        None => Ok(()),
    }
}

fn weights(column: &Column) -> Result<()> {
    let name = &column.name;
    one_per_row(column)?;
    let Values::F32(weights) = &column.values else {
        let kind = column.values.kind();
        return Err(Error::data(format!("dataset: column '{name}': weights must be 32-bit floats, received {kind}")));
    };
    finite(column)?;
    if let Some(place) = weights.iter().position(|weight| *weight < 0.0) {
        return Err(refuse(column, place, "must not be negative", weights[place]));
    }
    if weights.iter().all(|weight| *weight == 0.0) {
        return Err(Error::data(format!("dataset: column '{name}': at least one weight must be positive, all are 0")));
    }
    Ok(())
}

fn one_per_row(column: &Column) -> Result<()> {
    let Column { name, shape, .. } = column;
    if column.width() == 1 {
        return Ok(());
    }
    Err(Error::data(format!("dataset: column '{name}' must have one value per row, received rows of shape {shape:?}")))
}

/// The error for one value, with its place.
fn refuse(column: &Column, place: usize, what: &str, value: impl std::fmt::Display) -> Error {
    let Column { name, shape, .. } = column;
    let width = column.width();
    let (row, mut rest) = (place / width, place % width);
    let inside = match shape.len() {
        0 => String::new(),
        1 => format!(", column {rest}"),
        _ => {
            let mut index = vec![0; shape.len()];
            for (place, length) in index.iter_mut().zip(shape).rev() {
                *place = rest % length;
                rest /= length;
            }
            format!(", column {index:?}")
        }
    };
    Error::data(format!("dataset: column '{name}': the value at row {row}{inside} {what}, received {value}"))
}
