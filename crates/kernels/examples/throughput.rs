//! Throughput of the vector kernels on every instruction set here: `cargo run --release -p downslope-kernels --example
//! throughput`. An instance whose helpers were not inlined shows as ten times slower than its neighbours.
#![expect(clippy::print_stdout, reason = "a report")]

use std::time::Instant;

use downslope_kernels::batch::Gather;
use downslope_kernels::loss::{LossJob, Target, find};
use downslope_kernels::simd::Isa;
use downslope_kernels::update::{self, RULES, UpdateScalars};
use downslope_kernels::{Kernels, Mat, elementwise};

/// Elements in cache.
const N: usize = 4096;

/// G elements/s, the best of some rounds.
fn rate(elements: usize, mut f: impl FnMut()) -> f64 {
    (0..15)
        .map(|_| {
            let start = Instant::now();
            (0..40).for_each(|_| f());
            40.0 * elements as f64 / start.elapsed().as_secs_f64() / 1e9
        })
        .fold(0.0, f64::max)
}

fn main() {
    let x: Vec<f32> = (0..N).map(|i| (i * 37 % 1001) as f32 / 100.0 - 5.0).collect();
    let bytes: Vec<u8> = (0..N).map(|i| i as u8).collect();
    let ids = [0u32; N / 10];
    let indices: Vec<u32> = (0..32u32).map(|i| i * 37 % 32).collect();
    for isa in Isa::available() {
        let k = Kernels::get(isa);
        let mut y = vec![0f32; N];
        let mut line = format!("{}:", isa.name());
        let mut report = |name: &str, rate: f64| line += &format!(" {name} {rate:.2},");
        for (id, f) in elementwise::FUNCTIONS.iter().enumerate() {
            let p = f.defaults();
            // SAFETY: N values in all buffers, here and below.
            report(f.name, rate(N, || unsafe { (k.functions[id].forward)(N, x.as_ptr(), y.as_mut_ptr(), &p) }));
        }
        let mut dy = x.clone();
        let (dy, v) = (Mat::row_major(dy.as_mut_ptr(), 64), Mat::row_major(x.as_ptr().cast_mut(), 64));
        let (relu, p) = (elementwise::find("relu").unwrap_or(0), [0.0; 4]);
        let dx = Mat::panels(y.as_mut_ptr(), 64);
        // SAFETY: 64 × 64 values.
        report("relu backward", rate(N, || unsafe { (k.functions[relu].backward)(64, 64, dy, v, dx, &p) }));
        for (id, rule) in RULES.iter().enumerate() {
            for variant in 0..rule.variants.len() {
                let mut s = [vec![1f32; N], vec![1f32; N], vec![1f32; N]];
                let row = vec![0.01; rule.hyperparameters.len()];
                let c = UpdateScalars {
                    l2: 1e-4,
                    ..UpdateScalars::new((rule.prepare)(&row, 9, variant, &mut rule.carried.to_vec()))
                };
                let states = s.each_mut().map(|s| s.as_mut_ptr());
                let f = k.rules[id][variant].plain;
                // SAFETY: N values.
                let r = rate(N, || unsafe { f(N, y.as_mut_ptr(), x.as_ptr(), states, &c) });
                report(&format!("{}/{variant}", rule.name), r);
            }
        }
        let c = UpdateScalars { clip_value: 1.0, ..UpdateScalars::new([0.01; 8]) };
        let sgd = k.rules[update::find("sgd").unwrap_or(0)][0].full;
        let states = [std::ptr::null_mut(); 3];
        // SAFETY: N values.
        report("sgd full", rate(N, || unsafe { sgd(N, y.as_mut_ptr(), x.as_ptr(), states, &c) }));
        let mut sum = 0.0;
        // SAFETY: N values; rows × width within N.
        unsafe {
            report("sum", rate(N, || sum += (k.reduce.sum)(N, x.as_ptr())));
            report("column_sum", rate(N, || (k.reduce.column_sum)(64, 64, v, y.as_mut_ptr(), false)));
            report("softmax 16×256", rate(N, || (k.reduce.softmax)(16, 256, x.as_ptr(), 256, y.as_mut_ptr(), 256)));
            let (none, out) = (std::ptr::null_mut(), y.as_mut_ptr());
            let mut loss = [0f32; N / 10];
            let target = Target::Ids(ids.as_ptr());
            let f = k.loss[find("crossEntropy").expect("registered")];
            for n in [10, 100] {
                let (z, dl, loss, p) = (x.as_ptr(), none, loss.as_mut_ptr(), [0.0; 4]);
                let job = LossJob { rows: N / n, n, z, ldz: n, target, dl, loss, dz: out, lddz: n, p };
                let r = rate(N / n * n, || f(job));
                report(&format!("cross entropy n = {n}"), r);
            }
            let g = Gather::Scalar { sub: 0.0, mul: 1.0 / 255.0, add: 0.0 };
            let gather = k.batch.gather_u8;
            report("gather_u8", rate(N, || gather(128, indices.as_ptr(), 32, bytes.as_ptr(), out, &g)));
            report("dropout", rate(N, || (k.dropout.mask)([1, 2], 3, 4, 0, N, 0.5, out)));
        }
        println!("{line} G elements/s (checksum {sum})");
    }
}
