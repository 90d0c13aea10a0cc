//! Dropout masks: each element's fate is a pure function of (seed, stream, step, element).

use crate::instances;
use crate::simd::{Ints, LANES, Lanes};

/// Elements that share the 16 calls of Philox which 16 lanes make at once (four words each).
pub const GROUP: usize = 4 * LANES;

/// Philox 4x32-10 (Salmon et al. 2011) with one counter per lane.
#[inline(always)]
pub(crate) unsafe fn philox<V: Lanes>(key: [u32; 2], counter: [V::Int; 4]) -> [V::Int; 4] {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let (m0, m1) = (V::Int::splat(0xd251_1f53), V::Int::splat(0xcd9e_8d57));
        let [mut c0, mut c1, mut c2, mut c3] = counter;
        let [mut k0, mut k1] = key;
        let mut round = 0;
        while round < 10 {
            let (high0, low0) = m0.mul_wide(c0);
            let (high1, low1) = m1.mul_wide(c2);
            c0 = high1.xor(c1).xor(V::Int::splat(k0));
            c1 = low1;
            c2 = high0.xor(c3).xor(V::Int::splat(k1));
            c3 = low0;
            k0 = k0.wrapping_add(0x9e37_79b9);
            k1 = k1.wrapping_add(0xbb67_ae85);
            round += 1;
        }
        [c0, c1, c2, c3]
    }
}

#[inline(always)]
unsafe fn mask<V: Lanes>(
    key: [u32; 2],
    stream: u64,
    step: u64,
    first: usize,
    n: usize,
    keep_probability: f32,
    out: *mut f32,
) {
    const INDEX: [u32; LANES] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    debug_assert!(first.is_multiple_of(GROUP));
    let limit = (f64::from(keep_probability) * 4_294_967_296.0).ceil() as u64;
    let key = [key[0], key[1] ^ (step >> 32) as u32];
    // SAFETY: the rules of `DropoutKernels::mask`.
    unsafe {
        let below = V::Int::splat(limit.min(u64::from(u32::MAX)) as u32);
        let everything = V::mask_first(if limit > u64::from(u32::MAX) { LANES } else { 0 });
        let (kept, dropped) = (V::splat(1.0 / keep_probability), V::zero());
        let lane = V::Int::load(INDEX.as_ptr());
        let c1 = V::Int::splat(step as u32);
        let (c2, c3) = (V::Int::splat(stream as u32), V::Int::splat((stream >> 32) as u32));
        let mut at = 0;
        while at < n {
            let call = ((first + at) / GROUP * LANES) as u32;
            let words = philox::<V>(key, [V::Int::splat(call).add(lane), c1, c2, c3]);
            let mut w = 0;
            while w < 4 && at < n {
                let keep = V::mask_or(V::int_lt(words[w], below), everything);
                let values = V::select(keep, kept, dropped);
                if at + LANES <= n {
                    values.store(out.add(at));
                } else {
                    values.store_first(out.add(at), n - at);
                }
                at += LANES;
                w += 1;
            }
        }
    }
}

instances! {
    /// Kernels for dropout.
    pub struct DropoutKernels {
        /// `out[i]` = 0 or 1 / keep_probability, for the n elements from `first`, a multiple of 64, on.
        ///
        /// Element e takes word (e mod 64) / 16 of the Philox call with counter ((e / 64) · 16 + e mod 16, low half of
        /// step, low half of stream, high half of stream) and key (seed low, seed high ^ high half of step), and is dropped
        /// when that word is at least keep_probability · 2^32. So a mask does not depend on where its pieces start. Tensors
        /// have fewer than 2^34 elements.
        ///
        /// # Safety
        /// `out` writable for n values.
        mask: fn(
            key: [u32; 2],
            stream: u64,
            step: u64,
            first: usize,
            n: usize,
            keep_probability: f32,
            out: *mut f32,
        ) = mask::<V>;
    }
}
