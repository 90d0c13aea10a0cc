//! Two data sets one after the other, as a new base.

use super::memory::reserve;
use super::{Column, Dataset, Values};
use crate::{Error, Result};

impl Dataset {
    /// The rows of this view, then those of `other`, copied into a new base. Columns are matched by name.
    ///
    /// # Errors
    /// `ERR_DATA` when the columns differ in names, roles, shapes, types or number of classes, or there is no memory.
    pub fn concat(&self, other: &Self) -> Result<Self> {
        if let Some(extra) = other.columns().iter().find(|column| self.column(&column.name).is_none()) {
            return Err(Error::data(format!("concat: only the second data set has a column '{}'", extra.name)));
        }
        let columns = self.columns().iter().map(|column| join(self, column, other)).collect::<Result<Vec<_>>>()?;
        Self::checked("concat", columns)
    }
}

fn join(base: &Dataset, column: &Column, other: &Dataset) -> Result<Column> {
    let name = &column.name;
    let Some(second) = other.column(name) else {
        return Err(Error::data(format!("concat: only the first data set has a column '{name}'")));
    };
    let differ = |what: &str, left: String, right: String| {
        Error::data(format!("concat: column '{name}' must have the same {what} in both, received {left} and {right}"))
    };
    if column.role != second.role {
        return Err(differ("role", format!("{:?}", column.role), format!("{:?}", second.role)));
    }
    if column.shape != second.shape {
        return Err(differ("shape of a row", format!("{:?}", column.shape), format!("{:?}", second.shape)));
    }
    if column.classes != second.classes {
        return Err(differ("number of classes", column.classes.to_string(), second.classes.to_string()));
    }
    let width = column.width();
    let values = match (&column.values, &second.values) {
        (Values::F32(left), Values::F32(right)) => Values::F32(gather(base, left, other, right, width)?),
        (Values::U8(left), Values::U8(right)) => Values::U8(gather(base, left, other, right, width)?),
        (Values::U32(left), Values::U32(right)) => Values::U32(gather(base, left, other, right, width)?),
        (left, right) => return Err(differ("type", left.kind().into(), right.kind().into())),
    };
    Ok(Column { name: name.clone(), role: column.role, shape: column.shape.clone(), values, classes: column.classes })
}

fn gather<T: Copy>(first: &Dataset, left: &[T], second: &Dataset, right: &[T], width: usize) -> Result<Vec<T>> {
    let mut joined = reserve("concat", (first.rows() + second.rows()).saturating_mul(width))?;
    for (data, values) in [(first, left), (second, right)] {
        match data.view() {
            None => joined.extend_from_slice(values),
            Some(view) => {
                for row in view {
                    joined.extend_from_slice(&values[*row as usize * width..][..width]);
                }
            }
        }
    }
    Ok(joined)
}
