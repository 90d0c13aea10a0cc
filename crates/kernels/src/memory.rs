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
    /// When there is not so much memory.
    pub fn zeroed(len: usize) -> Self {
        match Self::try_zeroed(len) {
            Some(floats) => floats,
            None => panic!("there is no memory for {len} floats"),
        }
    }

    /// `len` zeros, or nothing where there is not so much memory.
    pub fn try_zeroed(len: usize) -> Option<Self> {
        let layout = Self::layout(len)?;
        // SAFETY: the layout is never empty.
        let ptr = unsafe { alloc_zeroed(layout) }.cast::<f32>();
        (!ptr.is_null()).then_some(Self { ptr, len })
    }

    /// Nothing where so many floats do not fit an address space.
    fn layout(len: usize) -> Option<Layout> {
        Layout::array::<f32>(len.max(16)).and_then(|l| l.align_to(64)).ok()
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
        if let Some(layout) = Self::layout(self.len) {
            // SAFETY: allocated with this layout.
            unsafe { dealloc(self.ptr.cast(), layout) }
        }
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

#[cfg(test)]
mod tests {
    use super::Floats;

    #[test]
    fn memory_is_zero_and_aligned() {
        for len in [0, 1, 15, 16, 17, 1000] {
            let mut floats = Floats::zeroed(len);
            assert!(floats.len() == len && floats.iter().all(|x| *x == 0.0));
            assert_eq!(floats.as_ptr() as usize % 64, 0);
            floats.fill(1.0);
            assert_eq!(&floats.clone()[..], &floats[..]);
        }
    }

    #[test]
    fn what_there_is_no_memory_for_is_no_abort() {
        assert!(Floats::try_zeroed(usize::MAX).is_none());
        assert!(Floats::try_zeroed(1 << 55).is_none());
        assert!(std::panic::catch_unwind(|| Floats::zeroed(1 << 55)).is_err());
    }
}
