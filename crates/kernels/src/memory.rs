//! Aligned memory for arenas.

use std::alloc::{Layout, alloc_zeroed, dealloc};
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
    /// `len` zeros.
    ///
    /// # Panics
    /// When there is no memory for `len` floats. The border makes an error of it; `handle_alloc_error` would end the
    /// process of the caller.
    pub fn zeroed(len: usize) -> Self {
        let layout = Self::layout(len);
        // SAFETY: the layout is never empty.
        let ptr = unsafe { alloc_zeroed(layout) }.cast::<f32>();
        if ptr.is_null() {
            panic!("not enough memory for {len} floats");
        }
        Self { ptr, len }
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
