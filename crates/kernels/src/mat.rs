//! A matrix in memory, row-major or in panels.

/// A view of a matrix of `f32`: element (i, j) is at `ptr + (j / 16) * panel + i * row + j % 16`.
///
/// Row-major with `ld` values from row to row: `row = ld, panel = 16`. Panels of 16 columns, each panel with its rows one
/// after another: `row = 16, panel = 16 * rows`; the last panel is padded to 16 columns.
/// The view does not know its size; kernels are told.
#[derive(Clone, Copy, Debug)]
pub struct Mat {
    /// Element (0, 0).
    pub ptr: *mut f32,
    /// Values from row i to row i + 1 inside a panel.
    pub row: usize,
    /// Values from panel to panel.
    pub panel: usize,
}

// SAFETY: a view is an address; who uses it keeps the rules of the kernel it is handed to (disjoint writes).
unsafe impl Send for Mat {}
// SAFETY: as above.
unsafe impl Sync for Mat {}

impl Mat {
    /// A row-major matrix with `ld` values from row to row.
    pub const fn row_major(ptr: *mut f32, ld: usize) -> Mat {
        Mat { ptr, row: ld, panel: 16 }
    }

    /// A matrix of `rows` rows in panels of 16 columns.
    pub const fn panels(ptr: *mut f32, rows: usize) -> Mat {
        Mat { ptr, row: 16, panel: 16 * rows }
    }

    /// True for the panel layout, where kernels that promise it write the pad lanes of the last panel as 0.
    ///
    /// A row-major matrix with `ld = 16` is the same to the eye: its rows of 16 then belong to the matrix as a whole.
    pub const fn is_panels(&self) -> bool {
        self.row == 16
    }

    /// The address of element (i, j).
    ///
    /// # Safety
    /// The element lies in (or one past) the allocation behind `ptr`.
    #[inline(always)]
    pub const unsafe fn at(&self, i: usize, j: usize) -> *mut f32 {
        // SAFETY: the rule above.
        unsafe { self.ptr.add((j / 16) * self.panel + i * self.row + j % 16) }
    }
}
