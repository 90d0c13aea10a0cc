//! Gathered rows.

mod common;

use common::{Numbers, same};
use downslope_kernels::Kernels;
use downslope_kernels::batch::{Gather, prefetch_line};
use downslope_kernels::simd::Isa;

#[test]
fn rows_are_gathered_and_transformed() {
    let mut numbers = Numbers(12);
    let rows = 40;
    for width in (0..35).chain([63, 64, 65, 784]) {
        let wide = numbers.vec(rows * width, 100.0);
        let bytes: Vec<u8> = (0..rows * width).map(|_| numbers.word() as u8).collect();
        let [sub, mul] = [0, 1].map(|_| numbers.vec(width, 2.0));
        let indices: Vec<u32> = (0..23).map(|_| (numbers.word() % rows as u64) as u32).collect();
        prefetch_line(bytes.as_ptr());
        let transforms = [
            Gather::Plain,
            Gather::Scalar { sub: 3.5, mul: 1.0 / 255.0, add: -0.25 },
            Gather::PerFeature { sub: sub.as_ptr(), mul: mul.as_ptr() },
        ];
        for transform in transforms {
            let f = |x: f32, j: usize| match transform {
                Gather::Plain => x,
                Gather::Scalar { sub, mul, add } => (x - sub) * mul + add,
                Gather::PerFeature { .. } => (x - sub[j]) * mul[j],
            };
            let places = || indices.iter().flat_map(|i| (0..width).map(move |j| (*i as usize * width + j, j)));
            let want: Vec<f32> = places().map(|(at, j)| f(wide[at], j)).collect();
            let want_bytes: Vec<f32> = places().map(|(at, j)| f(f32::from(bytes[at]), j)).collect();
            for isa in Isa::available() {
                let batch = Kernels::get(isa).batch;
                let (mut a, mut b) = (vec![6f32; want.len() + 1], vec![6f32; want.len() + 1]);
                let n = indices.len();
                // SAFETY: the rows lie in the data.
                unsafe {
                    (batch.gather_f32)(width, indices.as_ptr(), n, wide.as_ptr(), a.as_mut_ptr(), &transform);
                    (batch.gather_u8)(width, indices.as_ptr(), n, bytes.as_ptr(), b.as_mut_ptr(), &transform);
                }
                assert_eq!((a.pop(), b.pop()), (Some(6.0), Some(6.0)));
                same(&a, &want, isa.name());
                same(&b, &want_bytes, isa.name());
            }
        }
    }
}

#[test]
fn class_numbers_are_gathered() {
    let (data, indices) = ([7u32, 8, 9], [2u32, 0, 0, 1]);
    for isa in Isa::available() {
        let mut out = [0u32; 4];
        // SAFETY: four numbers.
        unsafe { (Kernels::get(isa).batch.gather_u32)(indices.as_ptr(), 4, data.as_ptr(), out.as_mut_ptr()) };
        assert_eq!(out, [9, 7, 7, 8]);
    }
}
