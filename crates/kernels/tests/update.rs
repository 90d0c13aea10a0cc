//! Every registered rule and variant: the same bits everywhere, padding stays 0, the formulas of the papers in f64.

mod common;

use common::{Numbers, close, lengths, same};
use downslope_kernels::Kernels;
use downslope_kernels::simd::Isa;
use downslope_kernels::update::{RULES, Rule, UpdateScalars, find};

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
        "beta2" => 0.99,
        "dampening" => 0.25,
        "epsilon" => 1e-6,
        "weightDecay" => 0.1,
        _ => 0.01,
    }
}

fn row(rule: &Rule) -> Vec<f64> {
    rule.hyperparameters.iter().map(|name| value(name)).collect()
}

fn scalars(rule: &Rule, variant: usize, step: u64, full: bool) -> UpdateScalars {
    let mut c = UpdateScalars::new((rule.prepare)(&row(rule), step, variant));
    if rule.decoupled {
        c.shrink = (1.0 - 0.02 * 0.1) as f32;
    } else {
        c.l2 = 0.1;
    }
    if full {
        c = UpdateScalars { l1: 0.01, l1_proximal: 0.002, clip_value: 0.7, gradient_scale: 0.9, ..c };
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
                    (w[3], s[0][3], s[1][3]) = (1e-31, 1e-31, 1e-31);
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
                        assert!(x == 0.0 || x.abs() >= 1e-30, "{} {variant}: {x:e} was kept", rule.name);
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

#[test]
fn every_rule_goes_down_a_bowl() {
    for (id, rule) in RULES.iter().enumerate() {
        for (variant, _) in settings(rule) {
            let (mut w, mut s) = (vec![1.0f32, -2.0, 3.0], [[0f32; 3]; 3]);
            for step in 0..300 {
                let g = w.clone();
                let c = UpdateScalars::new((rule.prepare)(&row(rule), step, variant));
                let states = s.each_mut().map(|s| s.as_mut_ptr());
                let f = Kernels::get(Isa::select(None).expect("always one")).rules[id][variant].choose(&c);
                // SAFETY: three values in each buffer.
                unsafe { f(3, w.as_mut_ptr(), g.as_ptr(), states, &c) };
            }
            let size: f32 = w.iter().map(|w| w * w).sum();
            assert!(size < 13.0, "{} {variant}: {w:?} after 300 steps from [1, -2, 3]", rule.name);
        }
    }
}

/// The formulas, straightforwardly; `None` for a rule that has no reference here.
fn reference(name: &str, on: &[&str], w: &mut f64, g: f64, s: &mut [f64; 3], t: i32) -> Option<()> {
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
        "adagrad" => {
            s[0] += g * g;
            *w -= rate / (1.0 + f64::from(t - 1) * value("learningRateDecay")) * g / (s[0].sqrt() + epsilon);
        }
        "lion" => {
            let c = beta1 * s[0] + (1.0 - beta1) * g;
            *w -= rate * if c == 0.0 { 0.0 } else { c.signum() };
            s[0] = beta2 * s[0] + (1.0 - beta2) * g;
        }
        _ => return None,
    }
    Some(())
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
                let mut known = true;
                for t in 1..=steps {
                    let g = numbers.vec(n, 1.0);
                    for i in 0..n {
                        let mut d = f64::from(g[i]);
                        if full {
                            d = (d * 0.9).clamp(-0.7, 0.7);
                        }
                        if !rule.decoupled {
                            d += 0.1 * w[i];
                        }
                        if full && w[i] != 0.0 {
                            d += 0.01 * w[i].signum();
                        }
                        if rule.decoupled {
                            w[i] *= 1.0 - 0.02 * 0.1;
                        }
                        known = reference(rule.name, &on, &mut w[i], d, &mut s[i], t as i32).is_some();
                        if full {
                            w[i] = w[i].signum() * (w[i].abs() - 0.002).max(0.0);
                        }
                    }
                }
                if known {
                    close(&got[0], &w, 1e-4, &format!("{} {on:?} full {full}", rule.name));
                }
            }
        }
    }
}
