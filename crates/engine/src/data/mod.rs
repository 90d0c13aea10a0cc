//! Data sets in memory: columns checked once, views that share them, splits and folds.

use std::sync::Arc;

use crate::Result;

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

/// Rows of named columns; cheap to clone, views share the memory.
#[derive(Clone, Debug)]
pub struct Dataset {
    columns: Arc<Vec<Column>>,
    view: Option<Arc<[u32]>>,
    rows: usize,
}

impl Dataset {
    /// Checks lengths, finiteness and class ids.
    pub fn new(_columns: Vec<Column>) -> Result<Self> { todo!() }
    /// Number of rows of this view.
    pub fn rows(&self) -> usize { self.rows }
    /// Columns, of the whole base.
    pub fn columns(&self) -> &[Column] { &self.columns }
    /// Row numbers in the base, `None` for all of them in order.
    pub fn view(&self) -> Option<&[u32]> { self.view.as_deref() }
    /// Native memory of the shared base plus this view, in bytes.
    pub fn bytes(&self) -> usize { todo!() }
    /// A view of the given rows of this view, in that order; repeats allowed.
    pub fn subset(&self, _indices: &[u32]) -> Result<Self> { todo!() }
    /// Random parts by fractions that add up to at most one; stratified by the label column when asked.
    pub fn split(&self, _fractions: &[f64], _seed: u64, _stratify: bool, _shuffle: bool) -> Result<Vec<Self>> { todo!() }
    /// `k` pairs of training and validation views.
    pub fn folds(&self, _k: usize, _seed: u64, _stratify: bool, _shuffle: bool) -> Result<Vec<(Self, Self)>> { todo!() }
}
