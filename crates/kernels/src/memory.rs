//! Aligned memory for arenas.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ops::{Deref, DerefMut};

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
        let layout = Layout::array::<f32>(len.max(16)).and_then(|l| l.align_to(64)).ok()?;
        // SAFETY: the layout is never empty.
        let ptr = unsafe { alloc_zeroed(layout) }.cast::<f32>();
        (!ptr.is_null()).then_some(Self { ptr, len })
    }

    /// `len` zeros.
    ///
    /// # Panics
    /// When `len` floats do not fit an address space. Ends the process when there is not so much memory.
    pub fn zeroed(len: usize) -> Self {
        Self::try_zeroed(len).unwrap_or_else(|| handle_alloc_error(Self::layout(len)))
    }

    fn layout(len: usize) -> Layout {
        match Layout::array::<f32>(len.max(16)).and_then(|l| l.align_to(64)) {
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
