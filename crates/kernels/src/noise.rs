//! Gaussian noise: normal numbers as pure functions of (seed, stream, step, element), added to a tensor.

#![expect(clippy::excessive_precision, reason = "coefficients as published")]

use crate::dropout::{GROUP, philox};
use crate::instances;
use crate::math::log;
use crate::simd::{Ints, LANES, Lanes};

/// The inverse error function of x in (-1, 1): Giles 2012, "Approximating the erfinv function", single precision.
#[inline(always)]
unsafe fn inverse_erf<V: Lanes>(x: V) -> V {
    const MIDDLE: [f32; 9] = [
        2.810_226_36e-8,
        3.432_739_39e-7,
        -3.523_387_7e-6,
        -4.391_506_54e-6,
        2.185_808_7e-4,
        -1.253_725_03e-3,
        -4.177_681_64e-3,
        0.246_640_727,
        1.501_409_41,
    ];
    const TAIL: [f32; 9] = [
        -2.002_142_57e-4,
        1.009_505_58e-4,
        1.349_343_22e-3,
        -3.673_428_44e-3,
        5.739_507_73e-3,
        -7.622_461_3e-3,
        9.438_870_47e-3,
        1.001_674_06,
        2.832_976_82,
    ];
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let one = V::splat(1.0);
        let w = log(one.sub(x).mul(one.add(x))).neg();
        let tail = w.ge(V::splat(5.0));
        let w = V::select(tail, w.sqrt().sub(V::splat(3.0)), w.sub(V::splat(2.5)));
        let mut p = V::select(tail, V::splat(TAIL[0]), V::splat(MIDDLE[0]));
        let mut i = 1;
        while i < MIDDLE.len() {
            p = p.fma(w, V::select(tail, V::splat(TAIL[i]), V::splat(MIDDLE[i])));
            i += 1;
        }
        p.mul(x)
    }
}

#[expect(clippy::too_many_arguments, reason = "a kernel on raw pointers")]
#[inline(always)]
unsafe fn add<V: Lanes>(
    key: [u32; 2],
    stream: u64,
    step: u64,
    first: usize,
    n: usize,
    deviation: f32,
    x: *const f32,
    y: *mut f32,
) {
    const INDEX: [u32; LANES] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    debug_assert!(first.is_multiple_of(GROUP));
    let key = [key[0], key[1] ^ (step >> 32) as u32];
    // SAFETY: the rules of `NoiseKernels::add`.
    unsafe {
        let scale = V::splat(deviation * std::f32::consts::SQRT_2);
        let lane = V::Int::load(INDEX.as_ptr());
        let c1 = V::Int::splat(step as u32);
        let (c2, c3) = (V::Int::splat(stream as u32), V::Int::splat((stream >> 32) as u32));
        // odd multiples of 2^-23 in (-1, 1), exact in f32
        let (unit, odd, shift) = (V::splat(1.0 / 8_388_608.0), V::Int::splat(1), V::Int::splat(1 << 23));
        let mut at = 0;
        while at < n {
            let call = ((first + at) / GROUP * LANES) as u32;
            let words = philox::<V>(key, [V::Int::splat(call).add(lane), c1, c2, c3]);
            let mut w = 0;
            while w < 4 && at < n {
                let u = V::from_i32(words[w].shr(9).shl(1).or(odd).sub(shift)).mul(unit);
                let z = inverse_erf(u);
                if at + LANES <= n {
                    z.fma(scale, V::load(x.add(at))).store(y.add(at));
                } else {
                    z.fma(scale, V::load_first(x.add(at), n - at)).store_first(y.add(at), n - at);
                }
                at += LANES;
                w += 1;
            }
        }
    }
}

instances! {
    /// Kernels for random noise.
    pub struct NoiseKernels {
        /// `y[i]` = `x[i]` + deviation · z, for the n elements from `first`, a multiple of 64, on; x and y may be the same.
        ///
        /// z is standard normal: the inverse of its distribution function at (2k + 1) · 2^-24, where k is the upper 23 bits of the
        /// word that [`crate::dropout::DropoutKernels::mask`] would take, so |z| < 5.3. A value does not depend on where its pieces start.
        ///
        /// # Safety
        /// `x` readable and `y` writable for n values.
        add: fn(
            key: [u32; 2],
            stream: u64,
            step: u64,
            first: usize,
            n: usize,
            deviation: f32,
            x: *const f32,
            y: *mut f32,
        ) = add::<V>;
    }
}
