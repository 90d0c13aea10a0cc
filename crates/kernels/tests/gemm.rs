//! The product against its definition: chains of fused multiply-adds in blocks of 256, on every instruction set, bit for bit.

mod common;

use std::cell::Cell;

use common::Numbers;
use downslope_kernels::Mat;
use downslope_kernels::gemm::{BLOCK, Epilogue, Gemm, GemmKernels, Left, SCRATCH, TileUpdate};
use downslope_kernels::simd::Isa;
use downslope_kernels::table::Kernels;
use downslope_kernels::update::{InHalves, LEAST, RULES, UpdateScalars, Updating, VariantKernels};

fn kernels() -> Vec<(Isa, GemmKernels)> {
    Isa::available()
        .into_iter()
        .map(|isa| {
            let k = match isa {
                #[cfg(target_arch = "x86_64")]
                Isa::Avx2 => GemmKernels::AVX2,
                #[cfg(target_arch = "x86_64")]
                Isa::Avx512 => GemmKernels::AVX512,
                #[cfg(target_arch = "aarch64")]
                Isa::Neon => GemmKernels::NEON,
                _ => GemmKernels::SCALAR,
            };
            (isa, k)
        })
        .collect()
}

fn values(n: usize, seed: u32) -> Vec<f32> {
    let mut s = seed.wrapping_mul(2_654_435_761).wrapping_add(12345);
    (0..n)
        .map(|_| {
            s = s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (s >> 8) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}

/// Fused multiply-add by exact arithmetic in f64 and rounding to odd (the sum of a 48-bit product and a float).
fn fma(a: f32, b: f32, c: f32) -> f32 {
    let p = f64::from(a) * f64::from(b);
    let s = p + f64::from(c);
    let t = s - p;
    let e = (p - (s - t)) + (f64::from(c) - t);
    let mut bits = s.to_bits();
    if e != 0.0 && bits & 1 == 0 {
        bits = if (e > 0.0) == (s > 0.0) { bits + 1 } else { bits - 1 };
    }
    f64::from_bits(bits) as f32
}

/// The contract, naively.
fn reference(
    m: usize,
    n: usize,
    k: usize,
    a: &dyn Fn(usize, usize) -> f32,
    b: &dyn Fn(usize, usize) -> f32,
    old: Option<&[f32]>,
) -> Vec<f32> {
    let mut c = vec![0f32; m * n];
    for i in 0..m {
        for j in 0..n {
            let mut total = old.map(|o| o[i * n + j]);
            for start in (0..k).step_by(BLOCK) {
                let mut sum = 0f32;
                for p in start..(start + BLOCK).min(k) {
                    sum = fma(a(i, p), b(p, j), sum);
                }
                total = Some(total.map_or(sum, |t| t + sum));
            }
            c[i * n + j] = total.unwrap_or(0.0);
        }
    }
    c
}

fn panels(rows: usize, columns: usize, x: &[f32]) -> Vec<f32> {
    let mut out = vec![0f32; rows * columns.next_multiple_of(16)];
    for r in 0..rows {
        for c in 0..columns {
            out[c / 16 * 16 * rows + r * 16 + c % 16] = x[r * columns + c];
        }
    }
    out
}

fn unpanel(rows: usize, columns: usize, x: &[f32]) -> Vec<f32> {
    (0..rows * columns).map(|i| x[(i % columns) / 16 * 16 * rows + i / columns * 16 + i % columns % 16]).collect()
}

fn bits(x: &[f32]) -> Vec<u32> {
    x.iter().map(|v| v.to_bits()).collect()
}

/// (m, n, k) with odd sizes, block edges, narrow and wide results.
fn shapes() -> Vec<(usize, usize, usize)> {
    let mut all = vec![];
    for n in 1..=67 {
        all.push((1 + (n * 7) % 19, n, 1 + (n * 5) % 23));
    }
    for k in [1, 2, 15, 16, 17, 63, 64, 255, 256, 257, 511, 513, 1023, 1024, 1025] {
        all.push((5, 33, k));
        all.push((17, 70, k));
    }
    for m in 1..=67 {
        all.push((m, 40, 9));
    }
    // more rows than stay in cache at once, and every size across the edges of a block
    all.extend([(257, 65, 31), (1, 1, 1), (300, 10, 64), (61, 128, 300), (400, 17, 1024), (1025, 33, 257)]);
    all.extend([(255, 1023, 3), (256, 1024, 2), (1023, 255, 5)]);
    // one column, and few rows with many panels
    all.extend([1, 2, 15, 16, 17, 63, 64, 65, 130].map(|m| (m, 1, 300)));
    all.extend([(40, 1, 1024), (40, 1, 1025)]);
    all.extend([(1, 64, 20), (2, 150, 300), (3, 128, 17), (4, 130, 9)]);
    all
}

struct Case {
    m: usize,
    n: usize,
    k: usize,
}

impl Case {
    fn run(&self, kernels: &GemmKernels, a: Left, b: Mat, c: Mat, epilogue: Epilogue<'_>, threads: usize) {
        let panels = self.n.div_ceil(16);
        for t in 0..threads {
            let mut scratch = vec![f32::NAN; SCRATCH];
            let g = Gemm { m: self.m, n: self.n, k: self.k, a, b, c, epilogue, scratch: scratch.as_mut_ptr() };
            let (lo, hi) = (panels * t / threads, panels * (t + 1) / threads);
            // SAFETY: the buffers of this test fit the shapes.
            unsafe { (kernels.gemm)(&g, 0, self.m, lo, hi) };
        }
    }
}

#[test]
fn layouts_and_epilogues_give_the_bits_of_the_contract() {
    for (isa, kernels) in kernels() {
        for (m, n, k) in shapes() {
            let case = Case { m, n, k };
            let (a, b, old, bias) = (values(m * k, 1), values(k * n, 2), values(m * n, 3), values(n, 4));
            let want = reference(m, n, k, &|i, p| a[i * k + p], &|p, j| b[p * n + j], None);
            let added = reference(m, n, k, &|i, p| a[i * k + p], &|p, j| b[p * n + j], Some(&old));
            let mut bp = panels(k, n, &b);
            let rowmajor_a = Left { ptr: a.as_ptr(), row: k, column: 1, chunk: 16 };
            let b_panels = Mat::panels(bp.as_mut_ptr(), k);
            let name = format!("{} {m}x{n}x{k}", isa.name());

            for threads in [1, 2] {
                let mut c = vec![7f32; m * n];
                case.run(&kernels, rowmajor_a, b_panels, Mat::row_major(c.as_mut_ptr(), n), Epilogue::Store, threads);
                assert_eq!(bits(&c), bits(&want), "store {name}");
            }

            let mut c = old.clone();
            case.run(&kernels, rowmajor_a, b_panels, Mat::row_major(c.as_mut_ptr(), n), Epilogue::Add, 1);
            assert_eq!(bits(&c), bits(&added), "add {name}");

            for relu in [false, true] {
                let mut c = vec![7f32; m * n];
                let epilogue = if relu { Epilogue::BiasRelu(bias.as_ptr()) } else { Epilogue::Bias(bias.as_ptr()) };
                case.run(&kernels, rowmajor_a, b_panels, Mat::row_major(c.as_mut_ptr(), n), epilogue, 1);
                let biased: Vec<f32> =
                    (0..m * n).map(|i| want[i] + bias[i % n]).map(|x| if relu && 0.0 > x { 0.0 } else { x }).collect();
                assert_eq!(bits(&c), bits(&biased), "bias {name}");
            }

            // the gradient of relu: NaN and both zeros are not above 0
            let mut output: Vec<f32> = values(m * n, 5);
            output
                .iter_mut()
                .step_by(5)
                .zip([0.0, -0.0, f32::NAN].iter().cycle())
                .for_each(|(x, special)| *x = *special);
            let masked: Vec<f32> = want.iter().zip(&output).map(|(x, y)| if *y > 0.0 { *x } else { 0.0 }).collect();
            let mut output_panels = panels(m, n, &output);
            for mask in [Mat::row_major(output.as_mut_ptr(), n), Mat::panels(output_panels.as_mut_ptr(), m)] {
                let mut c = vec![7f32; m * n];
                let to = Mat::row_major(c.as_mut_ptr(), n);
                case.run(&kernels, rowmajor_a, b_panels, to, Epilogue::Mask(mask), 2);
                assert_eq!(bits(&c), bits(&masked), "mask {name}");
                let mut c = vec![7f32; m * n.next_multiple_of(16)];
                case.run(&kernels, rowmajor_a, b_panels, Mat::panels(c.as_mut_ptr(), m), Epilogue::Mask(mask), 1);
                assert_eq!(bits(&c), bits(&panels(m, n, &masked)), "mask into panels {name}");
            }

            // A in panels, C in panels with zeros in the pads
            let ap = panels(m, k, &a);
            let left = Left { ptr: ap.as_ptr(), row: 16, column: 1, chunk: 16 * m };
            let mut c = vec![7f32; m * n];
            case.run(&kernels, left, b_panels, Mat::row_major(c.as_mut_ptr(), n), Epilogue::Store, 1);
            assert_eq!(bits(&c), bits(&want), "from panels {name}");
            let mut c = vec![7f32; m * n.next_multiple_of(16)];
            case.run(&kernels, left, b_panels, Mat::panels(c.as_mut_ptr(), m), Epilogue::Store, 2);
            assert_eq!(bits(&c), bits(&panels(m, n, &want)), "panels {name}");

            // Aᵀ in place, B row-major (with slack behind for whole vectors)
            let mut at = vec![0f32; m * k];
            for i in 0..m {
                for p in 0..k {
                    at[p * m + i] = a[i * k + p];
                }
            }
            let left = Left { ptr: at.as_ptr(), row: 1, column: m, chunk: 16 * m };
            let mut b_rows = b.clone();
            b_rows.extend([f32::NAN; 16]);
            let mut c = vec![7f32; m * n];
            case.run(
                &kernels,
                left,
                Mat::row_major(b_rows.as_mut_ptr(), n),
                Mat::row_major(c.as_mut_ptr(), n),
                Epilogue::Store,
                1,
            );
            assert_eq!(bits(&c), bits(&want), "transposed {name}");
            let mut c = panels(m, n, &old);
            case.run(
                &kernels,
                left,
                Mat::row_major(b_rows.as_mut_ptr(), n),
                Mat::panels(c.as_mut_ptr(), m),
                Epilogue::Add,
                1,
            );
            assert_eq!(bits(&unpanel(m, n, &c)), bits(&added), "transposed add {name}");
        }
    }
}

struct Descent {
    weights: *mut f32,
}
// SAFETY: the test runs it on one thread.
unsafe impl Sync for Descent {}
impl TileUpdate for Descent {
    unsafe fn update(&self, offset: usize, n: usize, gradient: *const f32) {
        for i in 0..n {
            // SAFETY: inside the weights and the tile.
            unsafe { *self.weights.add(offset + i) -= 0.5 * *gradient.add(i) };
        }
    }
}

#[test]
fn rows_of_one_column_may_be_taken_in_parts() {
    for (isa, kernels) in kernels() {
        let (m, k) = (100, 70);
        let (a, mut b) = (values(m * k, 1), values(k + 16, 2));
        let want = reference(m, 1, k, &|i, p| a[i * k + p], &|p, _| b[p], None);
        let mut c = vec![7f32; m];
        let left = Left { ptr: a.as_ptr(), row: k, column: 1, chunk: 16 };
        let (right, to) = (Mat::row_major(b.as_mut_ptr(), 1), Mat::row_major(c.as_mut_ptr(), 1));
        for (from, until) in [(0, 17), (17, 40), (40, 100)] {
            let mut scratch = vec![f32::NAN; SCRATCH];
            let scratch = scratch.as_mut_ptr();
            let g = Gemm { m, n: 1, k, a: left, b: right, c: to, epilogue: Epilogue::Store, scratch };
            // SAFETY: the buffers of this test fit the shapes.
            unsafe { (kernels.gemm)(&g, from, until, 0, 1) };
        }
        assert_eq!(bits(&c), bits(&want), "{}", isa.name());
    }
}

#[test]
fn an_update_in_the_epilogue_equals_one_behind() {
    for (isa, kernels) in kernels() {
        for (m, n, k) in shapes() {
            if k > 1024 {
                continue;
            }
            let (x, dy, w) = (values(k * m, 1), values(k * n, 2), values(m * n, 3));
            let gradient = reference(m, n, k, &|i, p| x[p * m + i], &|p, j| dy[p * n + j], None);
            let want: Vec<f32> = w.iter().zip(&gradient).map(|(w, g)| w - 0.5 * g).collect();
            let mut weights = panels(m, n, &w);
            let mut dyp = panels(k, n, &dy);
            let rule = Descent { weights: weights.as_mut_ptr() };
            let left = Left { ptr: x.as_ptr(), row: 1, column: m, chunk: 16 * m };
            let c = Mat::panels(rule.weights, m);
            Case { m, n, k }.run(&kernels, left, Mat::panels(dyp.as_mut_ptr(), k), c, Epilogue::Update(&rule), 2);
            assert_eq!(bits(&weights), bits(&panels(m, n, &want)), "{} {m}x{n}x{k}", isa.name());
            if n == 1 {
                let mut weights = w.clone();
                weights.resize(m.next_multiple_of(16), 0.0);
                let rule = Descent { weights: weights.as_mut_ptr() };
                let (b, c) = (Mat::row_major(dyp.as_mut_ptr(), 16), Mat::row_major(rule.weights, 1));
                Case { m, n, k }.run(&kernels, left, b, c, Epilogue::Update(&rule), 1);
                assert_eq!(bits(&weights[..m]), bits(&want), "side by side, {} {m}x{n}x{k}", isa.name());
            }
        }
    }
}

/// Plain descent by the kernel of the rule, tile by tile or in the registers of the product.
struct Plain {
    weights: *mut f32,
    kernel: Updating,
    scalars: UpdateScalars,
    in_registers: bool,
}
// SAFETY: the test runs it on one thread.
unsafe impl Sync for Plain {}
impl TileUpdate for Plain {
    unsafe fn update(&self, offset: usize, n: usize, gradient: *const f32) {
        // SAFETY: inside the weights and the tile.
        unsafe { (self.kernel)(n, self.weights.add(offset), gradient, [std::ptr::null_mut(); 3], &self.scalars) }
    }
    fn descent(&self) -> Option<&UpdateScalars> {
        self.in_registers.then_some(&self.scalars)
    }
}

#[test]
fn descent_in_registers_has_the_bits_of_the_rule() {
    let rule = downslope_kernels::update::find("sgd").unwrap();
    for isa in Isa::available() {
        let table = Kernels::get(isa);
        for (m, n, k) in [(64, 64, 32), (56, 32, 300), (17, 40, 5), (33, 10, 9), (28, 32, 1)] {
            for tiny in [false, true] {
                let (mut x, dy, mut w) = (values(k * m, 1), values(k * n, 2), values(m * n, 3));
                if tiny {
                    // results on both sides of the cut, zeros of both signs, and one weight that is lost
                    x.iter_mut().enumerate().for_each(|(i, x)| *x *= if i % 3 == 0 { LEAST } else { 0.0 });
                    w.iter_mut().enumerate().for_each(|(i, w)| *w *= [1.0, LEAST, 3.0 * LEAST, 0.0, -0.0][i % 5]);
                    w[m * n / 2] = f32::NAN;
                }
                let mut scalars = UpdateScalars::new([0.05, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
                scalars.l2 = 1e-3;
                let mut results = vec![];
                for in_registers in [false, true] {
                    let mut weights = panels(m, n, &w);
                    let mut dyp = panels(k, n, &dy);
                    let kernel = table.rules[rule][0].plain;
                    let rule = Plain { weights: weights.as_mut_ptr(), kernel, scalars, in_registers };
                    let left = Left { ptr: x.as_ptr(), row: 1, column: m, chunk: 16 * m };
                    let (b, c) = (Mat::panels(dyp.as_mut_ptr(), k), Mat::panels(rule.weights, m));
                    Case { m, n, k }.run(&table.gemm, left, b, c, Epilogue::Update(&rule), 1);
                    results.push(bits(&weights));
                }
                assert_eq!(results[0], results[1], "{} {m}x{n}x{k} {tiny}", isa.name());
                let cut = results[0].iter().filter(|b| **b & 0x7fff_ffff < LEAST.to_bits()).count();
                assert!(!tiny || cut > m * n / 8, "{cut} weights were cut");
            }
        }
    }
}

/// Any rule by its plain instance: tile by tile, or as the product likes to do it.
struct Any<'a> {
    kernels: VariantKernels,
    weights: *mut f32,
    states: [*mut f32; 3],
    scalars: &'a UpdateScalars,
    in_halves: bool,
    asks: bool,
    /// Weights that were updated as a whole.
    whole: Cell<usize>,
}
// SAFETY: the test runs it on one thread.
unsafe impl Sync for Any<'_> {}
impl TileUpdate for Any<'_> {
    unsafe fn update(&self, offset: usize, n: usize, gradient: *const f32) {
        self.whole.set(self.whole.get() + n);
        // SAFETY: inside the weights and states.
        unsafe {
            let states = self.states.map(|s| s.add(offset));
            (self.kernels.plain)(n, self.weights.add(offset), gradient, states, self.scalars);
        }
    }
    fn in_halves(&self) -> Option<InHalves<'_>> {
        let Any { states, scalars, .. } = *self;
        self.kernels.halves.filter(|_| self.in_halves).map(|halves| InHalves { halves, states, scalars })
    }
    fn reads(&self, offset: usize) -> [*const f32; 4] {
        let [a, b, c] = self.states;
        [self.weights, a, b, c].map(|p| if self.asks { p.wrapping_add(offset).cast_const() } else { std::ptr::null() })
    }
}

/// Every way that a product has to update by one variant of a rule gives these weights and states; `wild` ones are infinite, denormal and so on.
fn updates_agree(isa: Isa, (id, variant): (usize, usize), (m, n, k): (usize, usize, usize), wild: bool) {
    let (table, rule) = (Kernels::get(isa), &RULES[id]);
    let kernels = table.rules[id][variant];
    let mut numbers = Numbers(7);
    let mut values =
        |count: usize| -> Vec<f32> { (0..count).map(|_| if wild { numbers.wild() } else { numbers.unit() }).collect() };
    let (x, dy, w) = (values(k * m), values(k * n), panels(m, n, &values(m * n)));
    let first = [(); 3].map(|()| panels(m, n, &values(m * n).into_iter().map(f32::abs).collect::<Vec<_>>()));
    // radam rectifies with the one and does not with the other
    let beta = if k < 100 { 0.9 } else { 0.3 };
    let number = |name: &&str| if name.starts_with("epsilon") { 1e-6 } else { beta };
    let row: Vec<f64> = rule.hyperparameters.iter().map(number).collect();
    let mut scalars = UpdateScalars::new((rule.prepare)(&row, 9, variant, &mut rule.carried.to_vec()));
    (scalars.l2, scalars.shrink) = (1e-3, 0.99);
    let left = Left { ptr: x.as_ptr(), row: 1, column: m, chunk: 16 * m };
    let mut want = None;
    for (in_halves, asks) in [(false, false), (true, false), (true, true), (false, true)] {
        // all at once; panels apart; rows apart
        for parts in [vec![(0, m, 0, n.div_ceil(16))], vec![(0, m, 0, 1), (0, m, 1, n.div_ceil(16))]]
            .into_iter()
            .chain((m > 16).then(|| vec![(0, 16, 0, n.div_ceil(16)), (16, m, 0, n.div_ceil(16))]))
        {
            let (mut weights, mut states, mut dyp) = (w.clone(), first.clone(), panels(k, n, &dy));
            let update = Any {
                kernels,
                weights: weights.as_mut_ptr(),
                states: states.each_mut().map(|s| s.as_mut_ptr()),
                scalars: &scalars,
                in_halves,
                asks,
                whole: Cell::new(0),
            };
            let (b, c) = (Mat::panels(dyp.as_mut_ptr(), k), Mat::panels(update.weights, m));
            let mut odd = 0;
            for &(r0, r1, p0, p1) in &parts {
                let mut scratch = vec![f32::NAN; SCRATCH];
                let (epilogue, scratch) = (Epilogue::Update(&update), scratch.as_mut_ptr());
                let g = Gemm { m, n, k, a: left, b, c, epilogue, scratch };
                // SAFETY: the buffers fit the shapes.
                unsafe { (table.gemm.gemm)(&g, r0, r1, p0, p1) };
                odd += 16 * (r1 - r0) * ((p1 - p0) % 2);
            }
            let what = format!("{} {} {variant} {m}x{n}x{k} {parts:?} {in_halves} {asks}", isa.name(), rule.name);
            let have: Vec<u32> = weights.iter().chain(states.iter().flatten()).map(|x| common::bits(*x)).collect();
            assert!(have == *want.get_or_insert_with(|| have.clone()), "{what}");
            let whole = if in_halves && kernels.halves.is_some() && k >= 16 { odd } else { w.len() };
            assert_eq!(update.whole.get(), whole, "{what}: weights that were not updated in halves");
            if !wild {
                let pads = panels(m, n, &vec![1.0; m * n]);
                assert!(weights.iter().zip(&pads).all(|(w, pad)| *pad == 1.0 || *w == 0.0), "{what}: pads");
            }
        }
    }
}

#[test]
fn divisions_beneath_the_next_tile_change_no_bit() {
    for isa in Isa::available() {
        for (id, rule) in RULES.iter().enumerate() {
            for variant in 0..rule.variants.len() {
                let divides = rule.name != "sgd" && rule.name != "lion" && rule.name != "adamax";
                let halves = Kernels::get(isa).rules[id][variant].halves.is_some();
                assert_eq!(halves, divides && isa.name() == "avx512", "{} {}", isa.name(), rule.name);
                // terms fewer and more than vectors, and than there must be; several chunks and blocks, the last one short; A copied; odd panels, columns
                // beyond; rows of one tile and of less than a busy one
                for shape in [
                    (64, 64, 32),
                    (14, 32, 16),
                    (30, 33, 17),
                    (30, 64, 15),
                    (300, 80, 40),
                    (130, 128, 64),
                    (40, 100, 300),
                    (20, 64, 257),
                    (9, 64, 16),
                    (5, 40, 33),
                ] {
                    updates_agree(isa, (id, variant), shape, false);
                }
                updates_agree(isa, (id, variant), (45, 64, 20), true);
            }
        }
    }
}

#[test]
fn transposing_between_layouts() {
    /// What lies behind what may be written.
    const GUARD: f32 = -77.0;
    for (isa, kernels) in kernels() {
        for (rows, columns) in [(1, 1), (3, 17), (16, 16), (17, 3), (33, 70), (64, 1), (256, 10)] {
            let x = values(rows * columns, 5);
            let t: Vec<f32> = (0..columns * rows).map(|i| x[(i % rows) * columns + i / rows]).collect();
            for (from_panels, to_panels) in [(true, true), (true, false), (false, true), (false, false)] {
                let what = format!("{} {rows}x{columns}, panels {from_panels} to {to_panels}", isa.name());
                let mut from = if from_panels { panels(rows, columns, &x) } else { x.clone() };
                // rows of the result that are not panels lie three floats further apart than they are long
                let wide = rows + 3;
                let mut to =
                    vec![GUARD; if to_panels { columns * rows.next_multiple_of(16) } else { columns * wide } + 16];
                let (from_ptr, to_ptr) = (from.as_mut_ptr(), to.as_mut_ptr());
                // SAFETY: buffers of these shapes.
                unsafe {
                    (kernels.transpose)(
                        rows,
                        columns,
                        if from_panels { Mat::panels(from_ptr, rows) } else { Mat::row_major(from_ptr, columns) },
                        if to_panels { Mat::panels(to_ptr, columns) } else { Mat::row_major(to_ptr, wide) },
                        0,
                        rows.div_ceil(16),
                    )
                };
                let expected: Vec<f32> = if to_panels {
                    panels(columns, rows, &t)
                } else {
                    t.chunks(rows).flat_map(|row| row.iter().copied().chain([GUARD; 3])).collect()
                };
                let (written, behind) = to.split_at(expected.len());
                assert_eq!(bits(written), bits(&expected), "{what}");
                assert_eq!(behind, [GUARD; 16], "{what}");
            }
        }
    }
}
