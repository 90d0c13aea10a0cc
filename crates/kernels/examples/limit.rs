//! What this machine can do, for the benches to compare with: `cargo run --release -p downslope-kernels --example limit`.
//!
//! Prints one line of JSON for each line read from stdin, so that a script can ask for it between its own rounds; with a
//! question as argument it answers that one. Single thread, on the instruction set that `DOWNSLOPE_SIMD` names.
//!
//! - `fma`: multiply-adds with all operands in registers, in floating-point operations a second
//! - `root`: square root and division of the same number, as Adam needs them once a parameter, in numbers a second
//! - `bytes N`: memory traffic of `a ← s·a + t·b` and of `a ← b + s·c` over N bytes in all, the faster one, in bytes a second
#![expect(clippy::print_stdout, reason = "a report")]

use std::hint::black_box;
use std::io::BufRead;
use std::time::Instant;

use downslope_kernels::instance;
use downslope_kernels::memory::Floats;
use downslope_kernels::simd::{Isa, LANES, Lanes};

/// Chains that are under way at once: enough to hide the latency of two units, few enough for the registers.
const WIDE: usize = 12;
const NARROW: usize = 6;

#[inline(always)]
unsafe fn fma<V: Lanes, const CHAINS: usize>(rounds: usize, a: f32, b: f32) -> f32 {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let (a, b) = (V::splat(a), V::splat(b));
        let mut sums = [V::splat(1.0); CHAINS];
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = sum.fma(a, b);
            }
        }
        sums.iter().fold(0.0, |total, sum| total + sum.sum())
    }
}

#[inline(always)]
unsafe fn root<V: Lanes>(rounds: usize, a: f32) -> f32 {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let a = V::splat(a);
        let mut values = [V::splat(1.5); 4];
        for _ in 0..rounds {
            for value in &mut values {
                *value = a.div(value.sqrt());
            }
        }
        values.iter().fold(0.0, |total, value| total + value.sum())
    }
}

/// `a ← s·a + t·b`: two arrays are read, one is written.
#[inline(always)]
unsafe fn update<V: Lanes>(n: usize, a: *mut f32, b: *const f32, s: f32) {
    // SAFETY: the contract of `Lanes`; n values at a and b.
    unsafe {
        let s = V::splat(s);
        let mut i = 0;
        while i < n {
            V::load(a.add(i)).fma(s, V::load(b.add(i))).store(a.add(i));
            i += LANES;
        }
    }
}

/// `a ← b + s·c`: two arrays are read, a third is written.
#[inline(always)]
unsafe fn triad<V: Lanes>(n: usize, a: *mut f32, b: *const f32, c: *const f32, s: f32) {
    // SAFETY: the contract of `Lanes`; n values at a, b and c.
    unsafe {
        let s = V::splat(s);
        let mut i = 0;
        while i < n {
            V::load(c.add(i)).fma(s, V::load(b.add(i))).store(a.add(i));
            i += LANES;
        }
    }
}

/// The loops for one instruction set.
struct Loops {
    fma: unsafe fn(usize, f32, f32) -> f32,
    chains: usize,
    root: unsafe fn(usize, f32) -> f32,
    update: unsafe fn(usize, *mut f32, *const f32, f32),
    triad: unsafe fn(usize, *mut f32, *const f32, *const f32, f32),
}

macro_rules! loops {
    ($isa:ident, $chains:ident) => {
        Loops {
            fma: instance!($isa, (rounds: usize, a: f32, b: f32) -> f32, fma::<V, $chains>),
            chains: $chains,
            root: instance!($isa, (rounds: usize, a: f32) -> f32, root::<V>),
            update: instance!($isa, (n: usize, a: *mut f32, b: *const f32, s: f32), update::<V>),
            triad: instance!($isa, (n: usize, a: *mut f32, b: *const f32, c: *const f32, s: f32), triad::<V>),
        }
    };
}

impl Loops {
    fn get(isa: Isa) -> Loops {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => loops!(Avx512, WIDE),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => loops!(Avx2, NARROW),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => loops!(Neon, NARROW),
            _ => loops!(Scalar, NARROW),
        }
    }
}

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

/// Work a second: the median of five samples of at least 8 ms each.
fn rate(work: f64, mut f: impl FnMut()) -> f64 {
    let origin = Instant::now();
    let mut repetitions = 1;
    let mut samples = vec![];
    while samples.len() < 5 {
        let start = clock(origin);
        (0..repetitions).for_each(|_| f());
        let seconds = clock(origin) - start;
        if seconds < 0.008 {
            repetitions *= 2;
        } else {
            samples.push(work * f64::from(repetitions) / seconds);
        }
    }
    samples.sort_by(f64::total_cmp);
    samples[2]
}

fn answer(loops: &Loops, question: &str) -> Option<f64> {
    let mut words = question.split_whitespace();
    const ROUNDS: usize = 20_000;
    // SAFETY, here and below: the loops are those of an instruction set that this machine has.
    match (words.next()?, words.next()) {
        ("fma", None) => Some(rate((ROUNDS * loops.chains * LANES * 2) as f64, || {
            // SAFETY: above.
            black_box(unsafe { (loops.fma)(ROUNDS, black_box(0.999_999), black_box(1e-7)) });
        })),
        ("root", None) => Some(rate((ROUNDS * 4 * LANES) as f64, || {
            // SAFETY: above.
            black_box(unsafe { (loops.root)(ROUNDS, black_box(1.000_001)) });
        })),
        ("bytes", Some(bytes)) => {
            let bytes: usize = bytes.parse().ok()?;
            let floats = |arrays: usize| (bytes / 4 / arrays).next_multiple_of(LANES);
            let arrays = [Floats::zeroed(floats(2)), Floats::zeroed(floats(2)), Floats::zeroed(floats(3))];
            let [a, b, c] = arrays.each_ref().map(Floats::as_ptr_mut);
            let n = floats(2);
            // SAFETY: n values each.
            let two = rate((n * 12) as f64, || unsafe { (loops.update)(n, a, b, black_box(0.999)) });
            let n = floats(3);
            // SAFETY: n values each.
            let three = rate((n * 12) as f64, || unsafe { (loops.triad)(n, a, b, c, black_box(0.999)) });
            Some(two.max(three))
        }
        _ => None,
    }
}

fn main() -> Result<(), String> {
    let isa = Isa::active()?;
    let loops = Loops::get(isa);
    let reply = |question: &str| match answer(&loops, question) {
        Some(rate) => println!(r#"{{"question":"{}","isa":"{}","rate":{rate}}}"#, question.trim(), isa.name()),
        None => println!(r#"{{"error":"what is asked: fma, root or bytes N"}}"#),
    };
    let question = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    if question.is_empty() {
        std::io::stdin().lock().lines().map_while(Result::ok).for_each(|line| reply(&line));
    } else {
        reply(&question);
    }
    Ok(())
}
