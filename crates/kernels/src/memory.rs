//! Aligned memory for arenas.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, handle_alloc_error};
use std::ops::{Deref, DerefMut};

/// From this many bytes on, memory is asked for in large pages.
const LARGE: usize = 4 << 20;
/// A large page.
const PAGE: usize = 2 << 20;

/// Asks for large pages before memory is first touched. Rows of a data set are read in random order; with small pages each row costs a walk
/// through the page tables, which took 7 % of a training step.
#[cfg(target_os = "linux")]
fn advise(start: *mut u8, bytes: usize) {
    let from = (start as usize).next_multiple_of(PAGE);
    let to = (start as usize + bytes) / PAGE * PAGE;
    if from < to {
        // SAFETY: whole pages inside memory that is ours; it is advice, and what it returns does not matter.
        unsafe { libc::madvise(from as *mut libc::c_void, to - from, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn advise(_start: *mut u8, _bytes: usize) {}

/// An empty vector for `n` values, in large pages where there are many.
#[must_use]
pub fn with_capacity<T: Copy>(n: usize) -> Vec<T> {
    let mut values: Vec<T> = Vec::with_capacity(n);
    let bytes = n * size_of::<T>();
    if bytes >= LARGE {
        advise(values.as_mut_ptr().cast(), bytes);
    }
    values
}

/// Floats in memory aligned to a cache line, zero at first. The length never changes, so that addresses stay valid.
#[derive(Debug)]
pub struct Floats {
    ptr: *mut f32,
    len: usize,
}

// SAFETY: it owns its memory, like a boxed slice.
unsafe impl Send for Floats {}
// SAFETY: as above.
unsafe impl Sync for Floats {}

impl Floats {
    /// `len` zeros; nothing when there is not so much memory.
    pub fn try_zeroed(len: usize) -> Option<Self> {
        let bytes = len.max(16).checked_mul(size_of::<f32>())?;
        let layout = Layout::from_size_align(bytes, Self::alignment(bytes)).ok()?;
        // SAFETY: the layout is never empty; what was allocated is written in full.
        let ptr = unsafe {
            if bytes >= LARGE {
                let ptr = alloc(layout);
                if !ptr.is_null() {
                    advise(ptr, bytes);
                    ptr.write_bytes(0, bytes);
                }
                ptr
            } else {
                alloc_zeroed(layout)
            }
        };
        (!ptr.is_null()).then_some(Self { ptr: ptr.cast::<f32>(), len })
    }

    /// `len` zeros.
    ///
    /// # Panics
    /// When `len` floats do not fit an address space. Ends the process when there is not so much memory.
    pub fn zeroed(len: usize) -> Self {
        Self::try_zeroed(len).unwrap_or_else(|| handle_alloc_error(Self::layout(len)))
    }

    fn alignment(bytes: usize) -> usize {
        if bytes >= LARGE { PAGE } else { 64 }
    }

    fn layout(len: usize) -> Layout {
        let bytes = len.max(16).saturating_mul(size_of::<f32>());
        match Layout::from_size_align(bytes, Self::alignment(bytes)) {
            Ok(layout) => layout,
            Err(_) => panic!("an arena of {len} floats is too large"),
        }
    }

    /// The first float, for kernels.
    pub fn as_ptr_mut(&self) -> *mut f32 {
        self.ptr
    }
}

impl Clone for Floats {
    fn clone(&self) -> Self {
        let mut copy = Self::zeroed(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl Drop for Floats {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.ptr.cast(), Self::layout(self.len)) }
    }
}

impl Deref for Floats {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        // SAFETY: `len` floats are allocated and initialised.
        unsafe { std::slice::from_raw_parts(self.ptr, self.len) }
    }
}

impl DerefMut for Floats {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as above, and self is borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.ptr, self.len) }
    }
}
