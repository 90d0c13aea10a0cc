//! Assembling a batch: rows of the data set, in the order of the batch, converted and scaled on the way.

mod gather;
mod prefetch;

pub use prefetch::prefetch_line;
pub(crate) use prefetch::prefetch_near;

use crate::instances;

/// What happens to each value on its way into the batch: nothing, or `(x - sub) · mul + add`, rounded after each operation.
#[derive(Clone, Copy, Debug)]
pub enum Gather {
    /// The value as it is (bytes become 0 to 255).
    Plain,
    /// The same numbers for all features.
    Scalar {
        /// Subtracted first.
        sub: f32,
        /// The factor.
        mul: f32,
        /// Added last.
        add: f32,
    },
    /// `(x - sub) · mul` with numbers of each feature; each array holds `width` values.
    PerFeature {
        /// Subtracted first.
        sub: *const f32,
        /// The factor.
        mul: *const f32,
    },
}

instances! {
    /// Kernels that assemble a batch.
    ///
    /// # Safety
    /// `indices` holds `count` row numbers within the data; `src` is readable for those rows of `width` values without gaps,
    /// `dst` writable for `count` rows of `width` values without gaps; the arrays of a transform hold `width` values. `dst`
    /// overlaps nothing.
    pub struct BatchKernels {
        /// Row i of `dst` becomes row `indices[i]` of `src`, transformed.
        gather_f32: fn(
            width: usize,
            indices: *const u32,
            count: usize,
            src: *const f32,
            dst: *mut f32,
            transform: &Gather,
        ) = gather::gather::<V, f32>;
        /// The same from bytes.
        gather_u8: fn(
            width: usize,
            indices: *const u32,
            count: usize,
            src: *const u8,
            dst: *mut f32,
            transform: &Gather,
        ) = gather::gather::<V, u8>;
        /// `dst[i] = src[indices[i]]`, for class numbers.
        gather_u32: fn(indices: *const u32, count: usize, src: *const u32, dst: *mut u32) = gather::gather_u32;
    }
}
