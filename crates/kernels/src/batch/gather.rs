//! Rows by number.

use super::Gather;
use crate::simd::{LANES, Lanes};

/// What data are stored as.
pub(super) trait Stored: Copy {
    unsafe fn load<V: Lanes>(p: *const Self) -> V;
    unsafe fn load_first<V: Lanes>(p: *const Self, n: usize) -> V;
}

impl Stored for f32 {
    #[inline(always)]
    unsafe fn load<V: Lanes>(p: *const f32) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::load(p) }
    }
    #[inline(always)]
    unsafe fn load_first<V: Lanes>(p: *const f32, n: usize) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::load_first(p, n) }
    }
}

impl Stored for u8 {
    #[inline(always)]
    unsafe fn load<V: Lanes>(p: *const u8) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::load_u8(p) }
    }
    #[inline(always)]
    unsafe fn load_first<V: Lanes>(p: *const u8, n: usize) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::load_u8_first(p, n) }
    }
}

#[inline(always)]
pub(super) unsafe fn gather<V: Lanes, T: Stored>(
    width: usize,
    indices: *const u32,
    count: usize,
    src: *const T,
    dst: *mut f32,
    transform: &Gather,
) {
    // SAFETY: the rules of `BatchKernels`.
    unsafe {
        for r in 0..count {
            let x = src.add(indices.add(r).read_unaligned() as usize * width);
            let y = dst.add(r * width);
            let mut i = 0;
            match *transform {
                Gather::Plain => {
                    while i + LANES <= width {
                        T::load::<V>(x.add(i)).store(y.add(i));
                        i += LANES;
                    }
                    if i < width {
                        T::load_first::<V>(x.add(i), width - i).store_first(y.add(i), width - i);
                    }
                }
                Gather::Scalar { sub, mul, add } => {
                    let (sub, mul, add) = (V::splat(sub), V::splat(mul), V::splat(add));
                    while i + LANES <= width {
                        T::load::<V>(x.add(i)).sub(sub).mul(mul).add(add).store(y.add(i));
                        i += LANES;
                    }
                    if i < width {
                        let v = T::load_first::<V>(x.add(i), width - i).sub(sub).mul(mul).add(add);
                        v.store_first(y.add(i), width - i);
                    }
                }
                Gather::PerFeature { sub, mul } => {
                    while i + LANES <= width {
                        let v = T::load::<V>(x.add(i)).sub(V::load(sub.add(i)));
                        v.mul(V::load(mul.add(i))).store(y.add(i));
                        i += LANES;
                    }
                    if i < width {
                        let n = width - i;
                        let v = T::load_first::<V>(x.add(i), n).sub(V::load_first(sub.add(i), n));
                        v.mul(V::load_first(mul.add(i), n)).store_first(y.add(i), n);
                    }
                }
            }
        }
    }
}

#[inline(always)]
pub(super) unsafe fn gather_u32(indices: *const u32, count: usize, src: *const u32, dst: *mut u32) {
    for i in 0..count {
        // SAFETY: the rules of `BatchKernels`.
        unsafe {
            let x = src.add(indices.add(i).read_unaligned() as usize).read_unaligned();
            dst.add(i).write_unaligned(x);
        }
    }
}
