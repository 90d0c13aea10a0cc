//! Every registered rule and variant: the same bits everywhere, padding stays 0, the formulas of the papers in f64.

mod common;

use common::{Numbers, close, lengths, same};
use downslope_kernels::Kernels;
use downslope_kernels::simd::Isa;
use downslope_kernels::update::{LEAST, RULES, Rule, UpdateScalars, find};

/// The flags under which a rule takes each of its variants.
fn settings(rule: &Rule) -> Vec<(usize, Vec<&'static str>)> {
    let mut found: Vec<(usize, Vec<&'static str>)> = Vec::new();
    for bits in 0..1usize << rule.flags.len() {
        let on: Vec<&str> = (0..rule.flags.len()).filter(|i| bits >> i & 1 == 1).map(|i| rule.flags[i]).collect();
        let variant = (rule.variant)(&|flag| on.contains(&flag));
        if found.iter().all(|(v, _)| *v != variant) {
            found.push((variant, on));
        }
    }
    found
}

fn value(name: &str) -> f64 {
    match name {
        "learningRate" => 0.02,
        "momentum" | "beta1" | "rho" => 0.9,
        // its average has 49 terms: the rectified form of radam begins after 5 steps
        "beta2" => 0.96,
        "dampening" => 0.25,
        "epsilon" => 1e-6,
        "weightDecay" => 0.1,
        _ => 0.01,
    }
}

fn row(rule: &Rule) -> Vec<f64> {
    rule.hyperparameters.iter().map(|name| value(name)).collect()
}

/// The numbers of a step after as many steps as its number says.
fn scalars(rule: &Rule, variant: usize, step: u64, full: bool) -> UpdateScalars {
    let mut carried = rule.carried.to_vec();
    let mut k = [0.0; 8];
    for step in 0..=step {
        k = (rule.prepare)(&row(rule), step, variant, &mut carried);
    }
    let mut c = UpdateScalars::new(k);
    if rule.decoupled {
        c.shrink = (1.0 - 0.02 * 0.1) as f32;
    } else {
        c.l2 = 0.1;
    }
    if full {
        c = UpdateScalars { l1: 0.01, l1_proximal: 0.002, clip_value: 0.7, gradient_scale: 0.9, decay: 0.05, ..c };
    }
    c
}

/// Some steps on n weights; returns weights and states.
fn train(isa: Isa, id: usize, variant: usize, full: bool, n: usize, steps: u64, pieces: usize) -> Vec<Vec<f32>> {
    let kernels = &Kernels::get(isa).rules[id][variant];
    let mut numbers = Numbers(6);
    let mut data: Vec<Vec<f32>> = vec![numbers.vec(n, 1.0)];
    data.resize(4, vec![0f32; n]);
    for step in 0..steps {
        let g = numbers.vec(n, 1.0);
        let c = scalars(&RULES[id], variant, step, full);
        let f = kernels.choose(&c);
        for at in (0..n).step_by(pieces) {
            let len = pieces.min(n - at);
            let [w, a, b, d] = [0, 1, 2, 3].map(|k| data[k][at..].as_mut_ptr());
            // SAFETY: len values in each buffer.
            unsafe { f(len, w, g[at..].as_ptr(), [a, b, d], &c) };
        }
    }
    data
}

#[test]
fn every_instance_equals_scalar() {
    for (id, rule) in RULES.iter().enumerate() {
        assert_eq!(find(rule.name), Some(id));
        assert_eq!(rule.hyperparameters[0], "learningRate");
        let found = settings(rule);
        assert_eq!(found.len(), rule.variants.len(), "{}: every variant is reached by flags", rule.name);
        for (variant, _) in found {
            let states = Kernels::get(Isa::Scalar).rules[id][variant].states;
            assert_eq!(states, rule.variants[variant].states.len(), "{}: each state has a name", rule.name);
            for full in [false, true] {
                for n in lengths() {
                    let want = train(Isa::Scalar, id, variant, full, n, 3, n.max(1));
                    for isa in Isa::available() {
                        // pieces of 21 also make the slices unaligned
                        for pieces in [n.max(1), 21] {
                            let got = train(isa, id, variant, full, n, 3, pieces);
                            for (a, b) in got.iter().zip(&want) {
                                same(a, b, &format!("{} {variant} full {full} on {}", rule.name, isa.name()));
                            }
                        }
                    }
                }
            }
        }
    }
    assert_eq!(find("no such rule"), None);
}

#[test]
fn padding_stays_zero_and_denormals_are_cut() {
    for isa in Isa::available() {
        for (id, rule) in RULES.iter().enumerate() {
            for variant in 0..rule.variants.len() {
                for full in [false, true] {
                    let (mut w, g) = ([0f32; 20], [0f32; 20]);
                    let mut s = [[0f32; 20]; 3];
                    (w[3], s[0][3], s[1][3]) = (LEAST / 2.0, LEAST / 2.0, LEAST / 2.0);
                    let c = scalars(rule, variant, 5, full);
                    let f = Kernels::get(isa).rules[id][variant];
                    let f = if full { f.full } else { f.plain };
                    let states = s.each_mut().map(|s| s.as_mut_ptr());
                    // SAFETY: 20 values in each buffer.
                    unsafe { f(20, w.as_mut_ptr(), g.as_ptr(), states, &c) };
                    for i in (0..20).filter(|i| *i != 3) {
                        assert!(w[i] == 0.0 && s.iter().all(|s| s[i] == 0.0), "{} {variant}: {w:?} {s:?}", rule.name);
                    }
                    let used = s.iter().take(rule.variants[variant].states.len()).map(|s| s[3]);
                    for x in used.chain([w[3]]) {
                        assert!(x == 0.0 || x.abs() >= LEAST, "{} {variant}: {x:e} was kept", rule.name);
                    }
                }
            }
        }
    }
}

#[test]
fn nan_is_not_hidden() {
    for isa in Isa::available() {
        for (id, rule) in RULES.iter().enumerate() {
            for variant in 0..rule.variants.len() {
                for full in [false, true] {
                    let (mut w, mut s) = ([1f32; 2], [[0f32; 2]; 3]);
                    let c = scalars(rule, variant, 0, full);
                    let f = Kernels::get(isa).rules[id][variant];
                    let f = if full { f.full } else { f.plain };
                    let states = s.each_mut().map(|s| s.as_mut_ptr());
                    // SAFETY: two values in each buffer.
                    unsafe { f(2, w.as_mut_ptr(), [f32::NAN, 1.0].as_ptr(), states, &c) };
                    assert!(w[0].is_nan() && w[1].is_finite(), "{} {variant} full {full}: {w:?}", rule.name);
                }
            }
        }
    }
}

/// Which instance runs is about speed alone; with infinite weights 0 · w would tell them apart.
#[test]
fn a_cheaper_instance_has_the_same_bits() {
    let n = 1000;
    let mut numbers = Numbers(11);
    let data = [0; 5]
        .map(|_| (0..n).map(|_| numbers.wild()).map(|x| if x.abs() < 1e15 { x } else { 1.0 }).collect::<Vec<f32>>());
    for (id, rule) in RULES.iter().enumerate() {
        for variant in 0..rule.variants.len() {
            for scaled in [false, true] {
                let mut c = scalars(rule, variant, 9, false);
                if scaled {
                    (c.gradient_scale, c.decay) = (0.3, 0.05);
                }
                for isa in Isa::available() {
                    let kernels = Kernels::get(isa).rules[id][variant];
                    let run = |f: downslope_kernels::update::Updating| {
                        let [mut w, g, mut s0, mut s1, mut s2] = data.clone();
                        let states = [s0.as_mut_ptr(), s1.as_mut_ptr(), s2.as_mut_ptr()];
                        // SAFETY: n values in each buffer.
                        unsafe { f(n, w.as_mut_ptr(), g.as_ptr(), states, &c) };
                        [w, s0, s1, s2]
                    };
                    assert!(if scaled {
                        std::ptr::fn_addr_eq(kernels.choose(&c), kernels.scaled)
                    } else {
                        std::ptr::fn_addr_eq(kernels.choose(&c), kernels.plain)
                    });
                    for (a, b) in run(kernels.choose(&c)).iter().zip(&run(kernels.full)) {
                        same(a, b, &format!("{} {variant} scaled {scaled} on {}", rule.name, isa.name()));
                    }
                }
            }
        }
    }
}

#[test]
fn extreme_numbers_have_the_same_bits_everywhere() {
    let n = 1000;
    let mut numbers = Numbers(7);
    let data = [0; 5].map(|_| (0..n).map(|_| numbers.wild()).collect::<Vec<f32>>());
    for (id, rule) in RULES.iter().enumerate() {
        for variant in 0..rule.variants.len() {
            for full in [false, true] {
                let c = scalars(rule, variant, 9, full);
                let run = |isa: Isa| {
                    let [mut w, g, mut s0, mut s1, mut s2] = data.clone();
                    let f = Kernels::get(isa).rules[id][variant];
                    let f = if full { f.full } else { f.plain };
                    let states = [s0.as_mut_ptr(), s1.as_mut_ptr(), s2.as_mut_ptr()];
                    // SAFETY: n values in each buffer.
                    unsafe { f(n, w.as_mut_ptr(), g.as_ptr(), states, &c) };
                    [w, s0, s1, s2]
                };
                let want = run(Isa::Scalar);
                for isa in Isa::available() {
                    for (a, b) in run(isa).iter().zip(&want) {
                        same(a, b, &format!("{} {variant} full {full} on {}", rule.name, isa.name()));
                    }
                }
            }
        }
    }
}

#[test]
fn without_a_gradient_nothing_moves_and_a_large_one_stays_finite() {
    for (id, rule) in RULES.iter().enumerate() {
        for variant in 0..rule.variants.len() {
            let f = Kernels::get(Isa::Scalar).rules[id][variant].plain;
            let (mut w, mut s) = ([3f32, 3.0], [[0f32; 2]; 3]);
            for step in 0..8 {
                let c = UpdateScalars { l2: 0.0, shrink: 1.0, ..scalars(rule, variant, step, false) };
                let states = s.each_mut().map(|s| s.as_mut_ptr());
                // SAFETY: two values in each buffer.
                unsafe { f(2, w.as_mut_ptr(), [0.0, 1e17].as_ptr(), states, &c) };
                assert!(w[0] == 3.0 && w[1] < 3.0 && w[1].is_finite(), "{} {variant}: {w:?}", rule.name);
            }
        }
    }
}

#[test]
fn a_product_that_is_carried_is_that_of_all_steps() {
    let (id, variant) = (find("nadam").expect("a rule"), 0);
    let prepare = |beta1: f64, step: u64, carried: &mut [f64]| {
        (RULES[id].prepare)(&[0.1, beta1, 0.9, 1e-8, 0.004, 0.0], step, variant, carried)
    };
    let mut carried = RULES[id].carried.to_vec();
    let betas = [0.9, 0.5, 0.7];
    for (step, beta1) in betas.into_iter().enumerate() {
        prepare(beta1, step as u64, &mut carried);
    }
    let mu = |beta: f64, t: f64| beta * (1.0 - 0.5 * 0.96f64.powf(t * 0.004));
    let want: f64 = betas.iter().zip(1..).map(|(beta, t)| mu(*beta, f64::from(t))).product();
    assert!((carried[0] - want).abs() < 1e-15, "{carried:?}, expected {want}");
}

#[test]
fn every_rule_goes_down_a_bowl() {
    for (id, rule) in RULES.iter().enumerate() {
        for (variant, _) in settings(rule) {
            let (mut w, mut s) = (vec![1.0f32, -2.0, 3.0], [[0f32; 3]; 3]);
            for step in 0..300 {
                let g = w.clone();
                let c = UpdateScalars { l2: 0.0, shrink: 1.0, ..scalars(rule, variant, step, false) };
                let states = s.each_mut().map(|s| s.as_mut_ptr());
                let f = Kernels::get(Isa::select(None).expect("always one")).rules[id][variant].choose(&c);
                // SAFETY: three values in each buffer.
                unsafe { f(3, w.as_mut_ptr(), g.as_ptr(), states, &c) };
            }
            let size: f32 = w.iter().map(|w| w * w).sum();
            assert!(size < 13.9, "{} {variant}: {w:?} after 300 steps from [1, -2, 3]", rule.name);
        }
    }
}

/// The formulas, straightforwardly.
fn reference(name: &str, on: &[&str], w: &mut f64, g: f64, s: &mut [f64; 3], t: i32) {
    let [rate, momentum, beta1, beta2, epsilon] = ["learningRate", "momentum", "beta1", "beta2", "epsilon"].map(value);
    match name {
        "sgd" => {
            let mut d = g;
            if on.contains(&"momentum") {
                s[0] = if t == 1 { g } else { momentum * s[0] + (1.0 - value("dampening")) * g };
                d = if on.contains(&"nesterov") { g + momentum * s[0] } else { s[0] };
            }
            *w -= rate * d;
        }
        "adam" | "adamw" => {
            s[0] = beta1 * s[0] + (1.0 - beta1) * g;
            s[1] = beta2 * s[1] + (1.0 - beta2) * g * g;
            s[2] = s[2].max(s[1]);
            let v = if on.contains(&"amsgrad") { s[2] } else { s[1] };
            let (m, v) = (s[0] / (1.0 - beta1.powi(t)), v / (1.0 - beta2.powi(t)));
            *w -= rate * m / (v.sqrt() + epsilon);
        }
        "rmsprop" => {
            let rho = value("rho");
            s[0] = rho * s[0] + (1.0 - rho) * g * g;
            s[1] = rho * s[1] + (1.0 - rho) * g;
            let v = if on.contains(&"centered") { s[0] - s[1] * s[1] } else { s[0] };
            let d = g / (v.max(0.0).sqrt() + epsilon);
            s[2] = momentum * s[2] + d;
            *w -= rate * if on.contains(&"momentum") { s[2] } else { d };
        }
        "nadam" => {
            let mu = |t: i32| beta1 * (1.0 - 0.5 * 0.96f64.powf(f64::from(t) * value("momentumDecay")));
            let product: f64 = (1..=t).map(mu).product();
            s[0] = beta1 * s[0] + (1.0 - beta1) * g;
            s[1] = beta2 * s[1] + (1.0 - beta2) * g * g;
            let size = (s[1] / (1.0 - beta2.powi(t))).sqrt() + epsilon;
            *w -= rate * (1.0 - mu(t)) / (1.0 - product) * g / size;
            *w -= rate * mu(t + 1) / (1.0 - product * mu(t + 1)) * s[0] / size;
        }
        "adamax" => {
            s[0] = beta1 * s[0] + (1.0 - beta1) * g;
            s[1] = (beta2 * s[1]).max(g.abs() + epsilon);
            *w -= rate / (1.0 - beta1.powi(t)) * s[0] / s[1];
        }
        "radam" => {
            s[0] = beta1 * s[0] + (1.0 - beta1) * g;
            s[1] = beta2 * s[1] + (1.0 - beta2) * g * g;
            let (m, past) = (s[0] / (1.0 - beta1.powi(t)), beta2.powi(t));
            let longest = 2.0 / (1.0 - beta2) - 1.0;
            let length = longest - 2.0 * f64::from(t) * past / (1.0 - past);
            if length > 5.0 {
                let r = (length - 4.0) * (length - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * length);
                *w -= rate * m * r.sqrt() * (1.0 - past).sqrt() / (s[1].sqrt() + epsilon);
            } else {
                *w -= rate * m;
            }
        }
        "adagrad" => {
            s[0] += g * g;
            let v = s[0] + value("initialAccumulator");
            *w -= rate / (1.0 + f64::from(t - 1) * value("learningRateDecay")) * g / (v.sqrt() + epsilon);
        }
        "adadelta" => {
            let rho = value("rho");
            s[0] = rho * s[0] + (1.0 - rho) * g * g;
            let d = (s[1] + epsilon).sqrt() / (s[0] + epsilon).sqrt() * g;
            s[1] = rho * s[1] + (1.0 - rho) * d * d;
            *w -= rate * d;
        }
        "lion" => {
            let c = beta1 * s[0] + (1.0 - beta1) * g;
            *w -= rate * if c == 0.0 { 0.0 } else { c.signum() };
            s[0] = beta2 * s[0] + (1.0 - beta2) * g;
        }
        _ => panic!("{name} has no formula here"),
    }
}

#[test]
fn rules_follow_their_formulas() {
    let (n, steps) = (50, 12);
    for (id, rule) in RULES.iter().enumerate() {
        for (variant, on) in settings(rule) {
            for full in [false, true] {
                let got = train(Isa::Scalar, id, variant, full, n, steps, n);
                let mut numbers = Numbers(6);
                let mut w: Vec<f64> = numbers.vec(n, 1.0).into_iter().map(f64::from).collect();
                let mut s = vec![[0f64; 3]; n];
                for t in 1..=steps {
                    let g = numbers.vec(n, 1.0);
                    for i in 0..n {
                        let mut d = f64::from(g[i]);
                        if !rule.decoupled {
                            d += 0.1 * w[i];
                        }
                        if full {
                            let sign = if w[i] == 0.0 { 0.0 } else { w[i].signum() };
                            d = ((d + 0.01 * sign) * 0.9).clamp(-0.7, 0.7) + 0.05 * w[i];
                        }
                        if rule.decoupled {
                            w[i] *= 1.0 - 0.02 * 0.1;
                        }
                        reference(rule.name, &on, &mut w[i], d, &mut s[i], t as i32);
                        if full {
                            w[i] = w[i].signum() * (w[i].abs() - 0.002).max(0.0);
                        }
                    }
                }
                close(&got[0], &w, 1e-4, &format!("{} {on:?} full {full}", rule.name));
            }
        }
    }
}
