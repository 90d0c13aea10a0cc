//! Aligned memory for arenas.

use std::alloc::{Layout, alloc_zeroed, dealloc};
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

/// An empty vector for `n` values, in large pages where there are many; nothing when there is not so much memory.
#[must_use]
pub fn try_with_capacity<T: Copy>(n: usize) -> Option<Vec<T>> {
    let mut values: Vec<T> = Vec::new();
    values.try_reserve_exact(n).ok()?;
    let bytes = n * size_of::<T>();
    if bytes >= LARGE {
        advise(values.as_mut_ptr().cast(), bytes);
    }
    Some(values)
}

/// Floats in memory aligned to a cache line, zero at first. The length never changes, so that addresses stay valid. A cache line more is
/// readable behind the last one: products read whole vectors of a right operand whose rows end anywhere.
#[derive(Debug)]
pub struct Floats {
    /// What was allocated; `ptr` is the first address in it that is aligned.
    base: *mut u8,
    ptr: *mut f32,
    len: usize,
}

/// Bytes of a cache line.
const LINE: usize = 64;

// SAFETY: it owns its memory, like a boxed slice.
unsafe impl Send for Floats {}
// SAFETY: as above.
unsafe impl Sync for Floats {}

impl Floats {
    /// `len` zeros; nothing when there is not so much memory. Large ones take memory when they are first touched.
    pub fn try_zeroed(len: usize) -> Option<Self> {
        let layout = Self::layout(len)?;
        // SAFETY: the layout is never empty. It has no alignment of its own: the system then hands out zero pages untouched.
        let base = unsafe { alloc_zeroed(layout) };
        if base.is_null() {
            return None;
        }
        if layout.size() >= LARGE {
            advise(base, layout.size());
        }
        // SAFETY: the layout has two lines more than the floats, one for this and one behind them.
        let ptr = unsafe { base.add((base as usize).next_multiple_of(LINE) - base as usize) }.cast::<f32>();
        Some(Self { base, ptr, len })
    }

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

    /// Nothing where so many floats do not fit an address space.
    fn layout(len: usize) -> Option<Layout> {
        let bytes = len.max(16).checked_mul(size_of::<f32>())?.checked_add(2 * LINE)?;
        Layout::from_size_align(bytes, align_of::<f32>()).ok()
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
            unsafe { dealloc(self.base, layout) }
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
    use super::{Floats, try_with_capacity};

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
        assert!(try_with_capacity::<f32>(usize::MAX).is_none());
        assert!(try_with_capacity::<f32>(1 << 55).is_none());
        assert!(try_with_capacity::<u8>(5 << 20).is_some_and(|values| values.capacity() >= 5 << 20));
    }
}
