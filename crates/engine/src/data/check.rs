//! What must hold for the columns of a data set.

use super::{Column, Role, Values};
use crate::{Error, Result};

/// Checks all columns and gives the number of rows.
pub(super) fn columns(place: &str, columns: &[Column]) -> Result<usize> {
    let rows = layout(place, columns)?;
    columns.iter().try_for_each(|column| values(place, column))?;
    Ok(rows)
}

/// Checks all but the single values, and gives the number of rows.
pub(super) fn layout(place: &str, columns: &[Column]) -> Result<usize> {
    let Some(first) = columns.first() else {
        return Err(Error::data(format!("{place}: at least one column is needed, received none")));
    };
    let rows = rows(place, first)?;
    for (number, column) in columns.iter().enumerate() {
        let name = &column.name;
        if columns[..number].iter().any(|other| other.name == *name) {
            return Err(Error::data(format!("{place}: names of columns must be unique, received '{name}' twice")));
        }
        let received = self::rows(place, column)?;
        if received != rows {
            let expected = &first.name;
            return Err(Error::data(format!(
                "{place}: all columns need the same number of rows, but '{expected}' has {rows} and '{name}' has {received}"
            )));
        }
        match column.role {
            Role::Input | Role::Target => {}
            Role::Label => labels(place, column)?,
            Role::Weight => weights(place, column)?,
        }
    }
    Ok(rows)
}

fn rows(place: &str, column: &Column) -> Result<usize> {
    let Column { name, shape, values, .. } = column;
    let width = shape.iter().try_fold(1usize, |product, length| product.checked_mul(*length));
    let width = match width {
        Some(width) if width > 0 => width,
        _ => {
            return Err(Error::data(format!(
                "{place}: column '{name}': the lengths in the shape of a row must be at least 1 and their product \
                 countable, received {shape:?}"
            )));
        }
    };
    let length = values.len();
    if length == 0 {
        return Err(Error::data(format!("{place}: column '{name}' has no rows; at least one is needed")));
    }
    if length % width != 0 {
        return Err(Error::data(format!(
            "{place}: column '{name}': the number of values must be a multiple of {width} (rows of shape {shape:?}), \
             received {length}"
        )));
    }
    let rows = length / width;
    if rows > u32::MAX as usize {
        return Err(Error::data(format!("{place}: at most {} rows are possible, received {rows}", u32::MAX)));
    }
    Ok(rows)
}

/// Whether a number is not finite. Without a branch, which vectorises.
pub(super) fn infinite(values: &[f32]) -> bool {
    values.iter().fold(false, |any, value| any | (value.to_bits() & 0x7f80_0000 == 0x7f80_0000))
}

/// Whether a number is below zero.
pub(super) fn negative(values: &[f32]) -> bool {
    values.iter().fold(false, |any, value| any | (*value < 0.0))
}

/// Checks the single values; the culprit is looked for only when there is one.
fn values(place: &str, column: &Column) -> Result<()> {
    const BLOCK: usize = 4096;
    let Column { name, shape, role, classes, .. } = column;
    let culprit = |at: usize| Culprit { place, name, shape, at };
    match &column.values {
        Values::F32(values) => {
            for (block, chunk) in values.chunks(BLOCK).enumerate() {
                let find = |bad: &dyn Fn(&f32) -> bool| block * BLOCK + chunk.iter().position(bad).unwrap_or(0);
                if infinite(chunk) {
                    let at = find(&|value| !value.is_finite());
                    return Err(culprit(at).refuse("must be finite", values[at]));
                }
                if *role == Role::Weight && negative(chunk) {
                    let at = find(&|value| *value < 0.0);
                    return Err(culprit(at).refuse("must not be negative", values[at]));
                }
            }
        }
        Values::U32(ids) if *role == Role::Label => {
            if let Some(at) = ids.iter().position(|id| *id as usize >= *classes) {
                return Err(culprit(at).refuse(&class_text(*classes), ids[at]));
            }
        }
        Values::U32(_) | Values::U8(_) => {}
    }
    Ok(())
}

/// What must hold for a class id.
pub(super) fn class_text(classes: usize) -> String {
    format!("must be a class id below {classes}, the number of classes")
}

fn labels(place: &str, column: &Column) -> Result<()> {
    one_per_row(place, column)?;
    if matches!(column.values, Values::U32(_)) {
        return Ok(());
    }
    let (name, kind) = (&column.name, column.values.kind());
    Err(Error::data(format!("{place}: column '{name}': labels must be class ids, received {kind}")))
}

fn weights(place: &str, column: &Column) -> Result<()> {
    let name = &column.name;
    one_per_row(place, column)?;
    let Values::F32(weights) = &column.values else {
        let kind = column.values.kind();
        return Err(Error::data(format!("{place}: column '{name}': weights must be 32-bit floats, received {kind}")));
    };
    // a first weight that is no zero ends the search at once
    if weights.iter().all(|weight| *weight == 0.0) {
        return Err(Error::data(format!("{place}: column '{name}': at least one weight must be positive, all are 0")));
    }
    Ok(())
}

fn one_per_row(place: &str, column: &Column) -> Result<()> {
    let Column { name, shape, .. } = column;
    if column.width() == 1 {
        return Ok(());
    }
    Err(Error::data(format!("{place}: column '{name}' must have one value per row, received rows of shape {shape:?}")))
}

/// One value that is wrong, by its number in the column.
pub(super) struct Culprit<'a> {
    pub place: &'a str,
    pub name: &'a str,
    pub shape: &'a [usize],
    pub at: usize,
}

impl Culprit<'_> {
    /// The error, with row and place in the row.
    pub fn refuse(&self, what: &str, value: impl std::fmt::Display) -> Error {
        let Self { place, name, shape, at } = self;
        let width = shape.iter().product::<usize>().max(1);
        let (row, mut rest) = (at / width, at % width);
        let inside = match shape.len() {
            0 => String::new(),
            1 => format!(", column {rest}"),
            _ => {
                let mut index = vec![0; shape.len()];
                for (place, length) in index.iter_mut().zip(*shape).rev() {
                    *place = rest % length;
                    rest /= length;
                }
                format!(", column {index:?}")
            }
        };
        Error::data(format!("{place}: column '{name}': the value at row {row}{inside} {what}, received {value}"))
    }
}
