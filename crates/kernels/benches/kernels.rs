//! Kernels one by one: `cargo bench -p downslope-kernels [-- product | update | math | gather]`, on the instruction set that
//! `DOWNSLOPE_SIMD` names. Medians of samples by the clock of the processor. The crate `gemm` multiplies the same shapes beside ours.
#![expect(clippy::print_stdout, reason = "a report")]

use std::hint::black_box;
use std::time::Instant;

use downslope_kernels::batch::Gather;
use downslope_kernels::gemm::{Epilogue, Gemm, Left, SCRATCH};
use downslope_kernels::memory::Floats;
use downslope_kernels::simd::Isa;
use downslope_kernels::update::{RULES, UpdateScalars};
use downslope_kernels::{Kernels, Mat, elementwise};

/// Seconds that this thread has run: it counts nothing while a neighbour has the core. Elsewhere than on Linux, time.
///
/// Not `/proc/…/schedstat`, which advances by whole ticks of the scheduler: milliseconds, as long as a sample.
#[cfg(target_os = "linux")]
fn clock(_: Instant) -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes to `now` alone.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut now) };
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

#[cfg(not(target_os = "linux"))]
fn clock(origin: Instant) -> f64 {
    origin.elapsed().as_secs_f64()
}

/// Seconds of one call: the median of nine samples of at least 4 ms.
fn seconds(mut f: impl FnMut()) -> f64 {
    let origin = Instant::now();
    let mut repetitions = 1;
    let mut samples = vec![];
    while samples.len() < 9 {
        let start = clock(origin);
        (0..repetitions).for_each(|_| f());
        let elapsed = clock(origin) - start;
        if elapsed < 0.004 {
            repetitions *= 2;
        } else {
            samples.push(elapsed / f64::from(repetitions));
        }
    }
    samples.sort_by(f64::total_cmp);
    samples[4]
}

fn filled(n: usize) -> Floats {
    let mut floats = Floats::zeroed(n);
    for (i, x) in floats.iter_mut().enumerate() {
        *x = (i * 37 % 101) as f32 / 101.0 - 0.5;
    }
    floats
}

fn product(k: &Kernels) {
    println!("{:26} {:>10} {:>10}   GFLOP/s", "C[m × n] = A[m × k] · B", "ours", "gemm");
    let shapes: [(&str, usize, usize, usize); 9] = [
        ("forward", 32, 256, 784),
        ("forward", 128, 256, 784),
        ("forward", 1024, 256, 784),
        ("forward, 10 columns", 32, 10, 256),
        ("forward, small", 32, 64, 64),
        ("forward, odd", 7, 100, 784),
        ("of weights", 784, 256, 32),
        ("of weights", 784, 256, 256),
        ("of inputs, 10 terms", 32, 256, 10),
    ];
    for (name, m, n, terms) in shapes {
        let transposed = name == "of weights";
        let (a, b) = (filled(m * terms + 16), filled(n.next_multiple_of(16) * terms));
        let (c, scratch) = (Floats::zeroed(m * n.next_multiple_of(16)), Floats::zeroed(SCRATCH));
        let left = if transposed {
            Left { ptr: a.as_ptr(), row: 1, column: m, chunk: 16 * m }
        } else {
            Left { ptr: a.as_ptr(), row: terms, column: 1, chunk: 16 }
        };
        let (b_panels, c_panels) = (Mat::panels(b.as_ptr_mut(), terms), Mat::panels(c.as_ptr_mut(), m));
        let epilogue = Epilogue::Store;
        let g = Gemm { m, n, k: terms, a: left, b: b_panels, c: c_panels, epilogue, scratch: scratch.as_ptr_mut() };
        // SAFETY: the buffers have these shapes.
        let ours = seconds(|| unsafe { (k.gemm.gemm)(&g, 0, m, 0, n.div_ceil(16)) });
        let (row, column) = if transposed { (1, m as isize) } else { (terms as isize, 1) };
        let (ap, bp, cp) = (a.as_ptr(), b.as_ptr(), c.as_ptr_mut());
        let theirs = seconds(|| {
            // SAFETY: the buffers have these shapes; B and C are taken as row-major here.
            unsafe {
                let (n_, one) = (n as isize, gemm::Parallelism::None);
                gemm::gemm(
                    m, n, terms, cp, 1, n_, false, ap, column, row, bp, 1, n_, 0.0, 1.0, false, false, false, one,
                );
            }
        });
        let flops = (2 * m * n * terms) as f64 / 1e9;
        println!("{:26} {:10.1} {:10.1}", format!("{name}, {m}×{terms}×{n}"), flops / ours, flops / theirs);
    }
}

fn update(k: &Kernels) {
    println!("{:26} {:>10} {:>10}   G parameters/s", "update", "in cache", "beyond it");
    for (id, rule) in RULES.iter().enumerate() {
        for (variant, kernels) in k.rules[id].iter().enumerate() {
            let row = vec![0.01; rule.hyperparameters.len()];
            let scalars = UpdateScalars {
                l2: 1e-4,
                ..UpdateScalars::new((rule.prepare)(&row, 9, variant, &mut rule.carried.to_vec()))
            };
            let rates = [4096, 4 << 20].map(|n| {
                let (w, g, s) = (filled(n), filled(n), [filled(n), filled(n), filled(n)]);
                let states = s.each_ref().map(Floats::as_ptr_mut);
                // SAFETY: n values in each.
                n as f64 / 1e9 / seconds(|| unsafe { (kernels.plain)(n, w.as_ptr_mut(), g.as_ptr(), states, &scalars) })
            });
            println!("{:26} {:10.2} {:10.2}", format!("{} {variant}", rule.name), rates[0], rates[1]);
        }
    }
}

fn math(k: &Kernels) {
    const N: usize = 4096;
    println!("{:26} {:>10} {:>10}   G elements/s", "function", "forward", "backward");
    let (x, y, z) = (filled(N), Floats::zeroed(N), Floats::zeroed(N));
    let rows = |floats: &Floats| Mat::row_major(floats.as_ptr_mut(), 64);
    for (function, kernels) in elementwise::FUNCTIONS.iter().zip(k.functions) {
        let p = function.defaults();
        // SAFETY: N values in each, here and below.
        let forward = seconds(|| unsafe { (kernels.forward)(N, x.as_ptr(), y.as_ptr_mut(), &p) });
        // SAFETY: matrices of this shape.
        let backward = seconds(|| unsafe { (kernels.backward)(64, 64, rows(&x), rows(&y), rows(&z), &p) });
        let rate = |s: f64| N as f64 / 1e9 / s;
        println!("{:26} {:10.2} {:10.2}", function.name, rate(forward), rate(backward));
    }
    black_box(&z);
}

fn gather(k: &Kernels) {
    const ROWS: usize = 60_000;
    const WIDTH: usize = 784;
    println!("{:26} {:>10}", "gather of 32 × 784", "µs");
    let indices: Vec<u32> = (0..ROWS as u32).map(|i| (i * 7919) % ROWS as u32).collect();
    let (floats, bytes) = (Floats::zeroed(ROWS * WIDTH), vec![7u8; ROWS * WIDTH]);
    let batch = Floats::zeroed(32 * WIDTH);
    let out = batch.as_ptr_mut();
    let scale = Gather::Scalar { sub: 0.0, mul: 1.0 / 255.0, add: 0.0 };
    let mut at = 0;
    let mut next = move || {
        at = (at + 32) % (ROWS - 32);
        at
    };
    // SAFETY: the row numbers are within the data, and the batch has 32 rows.
    let plain = seconds(|| unsafe {
        (k.batch.gather_f32)(WIDTH, indices[next()..].as_ptr(), 32, floats.as_ptr(), out, &Gather::Plain);
    });
    // SAFETY: as above.
    let scaled = seconds(|| unsafe {
        (k.batch.gather_u8)(WIDTH, indices[next()..].as_ptr(), 32, bytes.as_ptr(), out, &scale);
    });
    println!("{:26} {:10.2}\n{:26} {:10.2}", "f32", plain * 1e6, "bytes, scaled", scaled * 1e6);
}

fn main() -> Result<(), String> {
    let isa = Isa::active()?;
    let k = Kernels::get(isa);
    println!("{}", isa.name());
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    type Part = (&'static str, fn(&Kernels));
    let parts: [Part; 4] = [("product", product), ("update", update), ("math", math), ("gather", gather)];
    for (name, part) in parts {
        if asked.is_empty() || asked.iter().any(|a| a == name) {
            println!();
            part(k);
        }
    }
    Ok(())
}
