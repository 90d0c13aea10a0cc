//! Data sets in memory: columns checked once, views that share them, splits and folds.

mod batch;
mod builder;
mod check;
mod concat;
mod fingerprint;
mod folds;
mod memory;
mod partition;
mod view;

use std::sync::Arc;

pub use batch::BatchOrder;
pub use builder::{Builder, Kind, Piece};
pub use folds::{FoldRows, FoldRule};
pub use memory::reserve;
use view::View;

use crate::{Error, Result};

/// The values of one column, rows first.
#[derive(Clone, Debug)]
pub enum Values {
    /// 32-bit floats.
    F32(Vec<f32>),
    /// Bytes, widened when a batch is gathered.
    U8(Vec<u8>),
    /// Class or token ids.
    U32(Vec<u32>),
}

impl Values {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::U8(values) => values.len(),
            Self::U32(values) => values.len(),
        }
    }

    /// Borrowed, as programs are fed.
    #[must_use]
    pub fn view(&self) -> crate::InputColumn<'_> {
        crate::network::column(self)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory of the values in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::F32(_) | Self::U32(_) => self.len() * 4,
        }
    }

    /// The type in words, for error messages.
    fn kind(&self) -> &'static str {
        match self {
            Self::F32(_) => "32-bit floats",
            Self::U8(_) => "bytes",
            Self::U32(_) => "ids",
        }
    }
}

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Feeds an input of the graph.
    Input,
    /// Numbers to predict.
    Target,
    /// Class ids to predict, below `classes`.
    Label,
    /// One weight per row.
    Weight,
}

/// One column of a data set.
#[derive(Clone, Debug)]
pub struct Column {
    /// Name of the graph input, target or label it feeds.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Shape of one row; `[]` is one value per row.
    pub shape: Vec<usize>,
    /// The values, `rows × product(shape)`.
    pub values: Values,
    /// For labels: how many classes there are.
    pub classes: usize,
}

impl Column {
    /// Number of values in a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.shape.iter().product()
    }
}

/// Rows of named columns; cheap to clone, views share the memory.
#[derive(Clone, Debug)]
pub struct Dataset {
    columns: Arc<Vec<Column>>,
    view: Option<Arc<View>>,
    rows: usize,
}

impl Dataset {
    /// Checks lengths, finiteness, class ids and weights.
    ///
    /// Names are unique; every column has the same number of rows, at least one and at most 2³² − 1; floats are finite;
    /// labels are ids below `classes`, one per row; weights are floats of at least 0 with a positive sum, one per row.
    ///
    /// # Errors
    /// `ERR_DATA`, naming the column and, where it is one value, its row and place in the row.
    pub fn new(columns: Vec<Column>) -> Result<Self> {
        let rows = check::columns("dataset", &columns)?;
        Ok(Self { columns: Arc::new(columns), view: None, rows })
    }

    /// As [`Dataset::new`], for columns whose single values were checked when they were copied.
    fn checked(place: &str, columns: Vec<Column>) -> Result<Self> {
        let rows = check::layout(place, &columns)?;
        Ok(Self { columns: Arc::new(columns), view: None, rows })
    }

    /// One row of nothing, for what needs no data.
    #[must_use]
    pub(crate) fn without_columns() -> Self {
        Self { columns: Arc::new(vec![]), view: None, rows: 1 }
    }

    /// Number of rows of this view.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns, of the whole base.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column called `name`, of the whole base.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The first column with this role, of the whole base.
    #[must_use]
    pub fn column_of(&self, role: Role) -> Option<&Column> {
        self.columns.iter().find(|column| column.role == role)
    }

    /// Row numbers in the base, `None` for all of them in order. Decides them where they are not decided yet, which takes
    /// time for millions of rows.
    #[must_use]
    pub fn view(&self) -> Option<&[u32]> {
        self.view.as_deref().map(View::rows)
    }

    /// Where row `row` of this view lies in the base.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn locate(&self, row: usize) -> usize {
        assert!(row < self.rows, "locate: row {row} of {} rows", self.rows);
        match &self.view {
            Some(view) => view.rows()[row] as usize,
            None => row,
        }
    }

    /// Native memory of the shared base plus this view, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.columns.iter().map(|column| column.values.bytes()).sum::<usize>() + self.view_bytes()
    }

    /// Native memory of this view alone, in bytes: 0 for a whole base.
    #[must_use]
    pub fn view_bytes(&self) -> usize {
        self.view.as_ref().map_or(0, |view| view.len() * 4)
    }

    /// A view of the given rows of this view, in that order; repeats allowed.
    ///
    /// # Errors
    /// `ERR_DATA` for no indices or one that is not a row of this view.
    pub fn subset(&self, indices: &[u32]) -> Result<Self> {
        let mut rows = reserve("subset", indices.len())?;
        rows.extend_from_slice(indices);
        self.subset_of(rows)
    }

    /// [`Dataset::subset`] of indices that need not be copied.
    ///
    /// # Errors
    /// As [`Dataset::subset`].
    pub fn subset_of(&self, indices: Vec<u32>) -> Result<Self> {
        if indices.is_empty() {
            return Err(Error::data("subset: at least one index is needed, received none"));
        }
        if let Some((place, index)) = indices.iter().enumerate().find(|(_, index)| **index as usize >= self.rows) {
            let rows = self.rows;
            return Err(Error::data(format!(
                "subset: indices must be below {rows}, the number of rows; received {index} at place {place}"
            )));
        }
        match self.view.clone() {
            None => Ok(self.pick(View::of(indices))),
            Some(base) => self.pick_later("subset", indices.len(), move |picked| {
                let base = base.rows();
                picked.extend(indices.iter().map(|row| base[*row as usize]));
            }),
        }
    }

    /// The first `n` rows of this view, or all of them when there are fewer.
    ///
    /// # Errors
    /// `ERR_OPTION` when `n` is 0.
    pub fn take(&self, n: usize) -> Result<Self> {
        if n == 0 {
            return Err(Error::option("take: the number of rows must be at least 1, received 0"));
        }
        if n >= self.rows {
            return Ok(self.clone());
        }
        let base = self.view.clone();
        self.pick_later("take", n, move |picked| match base {
            Some(view) => picked.extend_from_slice(&view.rows()[..n]),
            None => picked.extend(0..n as u32),
        })
    }

    /// A view of rows of the base that are known.
    fn pick(&self, view: Arc<View>) -> Self {
        Self { columns: Arc::clone(&self.columns), rows: view.len(), view: Some(view) }
    }

    /// A view of rows that `work` pushes when they are needed.
    fn pick_later(&self, place: &str, len: usize, work: impl FnOnce(&mut Vec<u32>) + Send + 'static) -> Result<Self> {
        let mut views = View::later(place, self.view.as_deref(), &[len], |parts| work(&mut parts[0]))?;
        Ok(self.pick(views.remove(0)))
    }
}

#[cfg(test)]
mod tests;
