//! Where the operands of an instruction lie.

use downslope_kernels::Mat;
use downslope_kernels::gemm::Left;

use super::Machine;
use crate::program::{DerivedKind, Kind, Layout, Place};

/// A matrix with its size.
#[derive(Clone, Copy)]
pub(super) struct View {
    pub mat: Mat,
    pub rows: usize,
    pub width: usize,
    pub layout: Layout,
}

impl View {
    /// All elements of a matrix in rows.
    pub(super) fn len(&self) -> usize {
        debug_assert_eq!(self.layout, Layout::Rows, "only a matrix in rows is one run of floats");
        self.rows * self.width
    }

    /// From a row on.
    pub(super) fn from(&self, row: usize) -> Mat {
        // SAFETY: inside the matrix.
        Mat { ptr: unsafe { self.mat.ptr.add(row * self.mat.row) }, ..self.mat }
    }

    pub(super) fn left(&self) -> Left {
        Left { ptr: self.mat.ptr, row: self.mat.row, column: 1, chunk: self.mat.panel }
    }

    /// As the left operand, transposed; only for matrices in rows.
    pub(super) fn left_transposed(&self) -> Left {
        debug_assert_eq!(self.layout, Layout::Rows, "activations lie in rows");
        Left { ptr: self.mat.ptr, row: 1, column: self.mat.row, chunk: 16 * self.mat.row }
    }
}

/// `len` floats without gaps, seen as rows of `width`.
fn plain(ptr: *mut f32, len: usize, width: usize) -> View {
    View { mat: Mat::row_major(ptr, width), rows: len / width, width, layout: Layout::Rows }
}

impl Machine<'_> {
    /// Inlined: a view that came back through memory was read as one vector right after it was written in parts, which waits until every store of the
    /// instruction before is done: 2 % of a small step.
    #[inline(always)]
    pub(super) fn view(&self, place: Place, rows: usize) -> View {
        match place {
            Place::Batch(id) => {
                let b = &self.program.buffers[id];
                // SAFETY: buffers lie inside the arena of the batch.
                let ptr = unsafe { self.arenas.batch.add(b.offset) };
                let mat = match b.layout {
                    Layout::Rows => Mat::row_major(ptr, b.width),
                    Layout::Panels => Mat::panels(ptr, b.rows.of(self.program.capacity)),
                };
                View { mat, rows: b.rows.of(rows), width: b.width, layout: b.layout }
            }
            Place::Parameter(i) => self.tensor(self.tensors.parameters, i),
            Place::Gradient(i) => self.tensor(self.tensors.gradients, i),
            Place::State(i) => {
                let e = &self.states.entries[i];
                // SAFETY: inside the arena of the states.
                let ptr = unsafe { self.tensors.states.add(e.offset) };
                match e.kind {
                    Kind::Plain { len } => plain(ptr, len, e.width),
                    Kind::Panels { .. } => unreachable!("states are plain"),
                }
            }
            Place::Derived(i) => {
                let d = &self.program.derived[i];
                // SAFETY: derived tensors lie inside their arena.
                let ptr = unsafe { self.arenas.derived.add(d.offset) };
                match (d.kind, self.layout_kind(d.kind)) {
                    (DerivedKind::Transposed(_), Some((rows, columns))) => {
                        View { mat: Mat::panels(ptr, columns), rows: columns, width: rows, layout: Layout::Panels }
                    }
                    (DerivedKind::Constant(c), _) => {
                        let constant = &self.program.constants[c];
                        plain(ptr, constant.values.len(), constant.width)
                    }
                    _ => plain(ptr, d.len, d.len),
                }
            }
        }
    }

    #[inline]
    fn layout_kind(&self, kind: DerivedKind) -> Option<(usize, usize)> {
        match kind {
            DerivedKind::Transposed(p) => match self.layout.entries[p].kind {
                Kind::Panels { rows, columns } => Some((rows, columns)),
                Kind::Plain { len } => Some((len, 1)),
            },
            DerivedKind::Inverse(_) | DerivedKind::Constant(_) => None,
        }
    }

    #[inline(always)]
    fn tensor(&self, base: *mut f32, i: usize) -> View {
        let e = &self.layout.entries[i];
        // SAFETY: inside the arena of the parameters.
        let ptr = unsafe { base.add(e.offset) };
        match e.kind {
            Kind::Panels { rows, columns } => {
                View { mat: Mat::panels(ptr, rows), rows, width: columns, layout: Layout::Panels }
            }
            Kind::Plain { len } => plain(ptr, len, e.width),
        }
    }
}
