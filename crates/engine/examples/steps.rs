//! Times whole training steps of 784-256-10, 20-64-64-1 or 1024-2048-1024 without Node: `steps mlp|clip|small|far-sgd|far-momentum|far-rmsprop|far-adagrad|far-adadelta|far-adamw batch threads seconds`. With a fifth and sixth
//! argument it makes that many steps over that many rows and nothing else, for a count of instructions (`scripts/instructions.mjs`).
#![expect(clippy::unwrap_used, reason = "a program to measure with: it may stop anywhere")]

use std::sync::atomic::AtomicBool;

use downslope_engine::data::{Column, Dataset, Role, Values};
use downslope_engine::network::Network;
use downslope_engine::trainer::Trainer;

/// CPU time of this thread in seconds: the machine may be busy with other work. Elsewhere than on Linux, time.
#[cfg(target_os = "linux")]
fn cpu(_: std::time::Instant) -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes to `now` alone.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut now) };
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

#[cfg(not(target_os = "linux"))]
fn cpu(origin: std::time::Instant) -> f64 {
    origin.elapsed().as_secs_f64()
}

fn main() {
    let a: Vec<String> = std::env::args().collect();
    let arg = |i: usize, d: &str| a.get(i).cloned().unwrap_or_else(|| d.to_owned());
    let (kind, batch, threads, seconds): (String, usize, usize, f64) =
        (arg(1, "mlp"), arg(2, "32").parse().unwrap(), arg(3, "1").parse().unwrap(), arg(4, "3").parse().unwrap());
    let steps: Option<usize> = a.get(5).map(|steps| steps.parse().unwrap());
    let rows = match (steps, kind.as_str()) {
        (Some(_), _) => a.get(6).map_or(1, |rows| rows.parse().unwrap()),
        (None, "mlp" | "clip") => 60_000,
        (None, "small") => 8192,
        _ => 2048,
    };
    let mut state = 1u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    let dense = |name: &str, from: usize, to: usize| {
        format!(
            r#"{{"name":"{name}/kernel","shape":[{from},{to}],"initializer":{{"kind":"heNormal"}}}},{{"name":"{name}/bias","shape":[{to}],"initializer":{{"kind":"zeros"}},"decay":false}}"#
        )
    };
    let (graph, columns, options, row, flop) = if kind == "mlp" || kind == "clip" {
        let protos: Vec<f32> = (0..7840).map(|_| random()).collect();
        let labels: Vec<u32> = (0..rows).map(|_| ((random() + 0.5) * 10.0) as u32).collect();
        let mut x = downslope_kernels::memory::try_with_capacity::<f32>(rows * 784).expect("memory");
        for l in &labels {
            x.extend((0..784).map(|i| 0.5 * protos[*l as usize * 784 + i] + random()));
        }
        let g = format!(
            r#"{{"inputs":[{{"name":"x","shape":["rows",784],"type":"f32"}},{{"name":"y","shape":["rows"],"type":"u32"}}],"parameters":[{},{}],
            "nodes":[{{"name":"h","op":"linear","inputs":["x","a/kernel","a/bias"]}},{{"name":"r","op":"relu","inputs":["h"]}},
            {{"name":"z","op":"linear","inputs":["r","b/kernel","b/bias"]}},{{"name":"l","op":"crossEntropy","inputs":["z","y"]}}],
            "outputs":[{{"name":"output","value":"z"}}],"losses":[{{"name":"output","value":"l","prediction":"z","target":"y"}}]}}"#,
            dense("a", 784, 256),
            dense("b", 256, 10)
        );
        let c = vec![
            Column { name: "x".into(), role: Role::Input, shape: vec![784], values: Values::F32(x), classes: 0 },
            Column { name: "y".into(), role: Role::Label, shape: vec![], values: Values::U32(labels), classes: 10 },
        ];
        (
            g,
            c,
            format!(
                r#"{{"optimizer":{{"kind":"sgd"}},"batchSize":{batch},"threads":{threads},"metrics":[]{}}}"#,
                if kind == "clip" { r#","clipNorm":1"# } else { "" }
            ),
            vec![0.05, 0.0, 0.0, 1e-4],
            (4 * 784 * 256 + 6 * 256 * 10) as f64,
        )
    } else if let Some(far) = kind.strip_prefix("far-") {
        let x: Vec<f32> = (0..rows * 1024).map(|_| random()).collect();
        let y: Vec<f32> = x.iter().map(|x| (x * 3.0).sin()).collect();
        let g = format!(
            r#"{{"inputs":[{{"name":"x","shape":["rows",1024],"type":"f32"}},{{"name":"y","shape":["rows",1024],"type":"f32"}}],"parameters":[{},{}],
            "nodes":[{{"name":"h","op":"linear","inputs":["x","a/kernel","a/bias"]}},{{"name":"r","op":"relu","inputs":["h"]}},
            {{"name":"z","op":"linear","inputs":["r","b/kernel","b/bias"]}},{{"name":"l","op":"squaredError","inputs":["z","y"]}}],
            "outputs":[{{"name":"output","value":"z"}}],"losses":[{{"name":"output","value":"l","prediction":"z","target":"y"}}]}}"#,
            dense("a", 1024, 2048),
            dense("b", 2048, 1024)
        );
        let column = |name: &str, role, x| Column {
            name: name.into(),
            role,
            shape: vec![1024],
            values: Values::F32(x),
            classes: 0,
        };
        let c = vec![column("x", Role::Input, x), column("y", Role::Target, y)];
        let (optimizer, row) = match far {
            "adamw" => (r#"{"kind":"adamw"}"#, vec![1e-3, 0.9, 0.999, 1e-8, 0.01]),
            "momentum" => (r#"{"kind":"sgd","momentum":true}"#, vec![0.01, 0.9, 0.0, 0.0]),
            "rmsprop" => (r#"{"kind":"rmsprop"}"#, vec![1e-3, 0.99, 1e-8, 0.0, 0.0]),
            "adagrad" => (r#"{"kind":"adagrad"}"#, vec![0.01, 0.0, 0.1, 1e-10, 0.0]),
            "adadelta" => (r#"{"kind":"adadelta"}"#, vec![1.0, 0.9, 1e-6, 0.0]),
            "sgd" => (r#"{"kind":"sgd"}"#, vec![0.01, 0.0, 0.0, 0.0]),
            other => panic!("no {other}"),
        };
        let options = format!(r#"{{"optimizer":{optimizer},"batchSize":{batch},"threads":{threads},"metrics":[]}}"#);
        (g, c, options, row, (10 * 1024 * 2048) as f64)
    } else {
        let x: Vec<f32> = (0..rows * 20).map(|_| random()).collect();
        let y: Vec<f32> = (0..rows).map(|r| (x[r * 20] * 3.0).sin() + x[r * 20 + 1]).collect();
        let g = format!(
            r#"{{"inputs":[{{"name":"x","shape":["rows",20],"type":"f32"}},{{"name":"y","shape":["rows",1],"type":"f32"}}],"parameters":[{},{},{}],
            "nodes":[{{"name":"h","op":"linear","inputs":["x","a/kernel","a/bias"]}},{{"name":"r","op":"relu","inputs":["h"]}},
            {{"name":"h2","op":"linear","inputs":["r","b/kernel","b/bias"]}},{{"name":"r2","op":"relu","inputs":["h2"]}},
            {{"name":"z","op":"linear","inputs":["r2","c/kernel","c/bias"]}},{{"name":"l","op":"squaredError","inputs":["z","y"]}}],
            "outputs":[{{"name":"output","value":"z"}}],"losses":[{{"name":"output","value":"l","prediction":"z","target":"y"}}]}}"#,
            dense("a", 20, 64),
            dense("b", 64, 64),
            dense("c", 64, 1)
        );
        let c = vec![
            Column { name: "x".into(), role: Role::Input, shape: vec![20], values: Values::F32(x), classes: 0 },
            Column { name: "y".into(), role: Role::Target, shape: vec![1], values: Values::F32(y), classes: 0 },
        ];
        (
            g,
            c,
            format!(r#"{{"optimizer":{{"kind":"adam"}},"batchSize":{batch},"threads":{threads},"metrics":[]}}"#),
            vec![1e-3, 0.9, 0.999, 1e-8, 0.0],
            (2 * (2 * (20 * 64 + 64 * 64 + 64) + 64 * 64 + 64)) as f64,
        )
    };
    let data = Dataset::new(columns).unwrap();
    let network = Network::initialize(&graph, 0).unwrap();
    let mut trainer = Trainer::new(&network, &graph, data, None, &options).unwrap();
    let cancel = AtomicBool::new(false);
    if let Some(steps) = steps {
        let r = trainer.advance(&row, steps, 3.6e6, &cancel).unwrap();
        assert_eq!(r.steps, steps);
        eprintln!("{kind} batch {batch}: {steps} steps, loss {:.4}", r.epochs.last().unwrap().loss);
        return;
    }
    let warm = trainer.advance(&row, usize::MAX / 64, 300.0, &cancel).unwrap();
    let origin = std::time::Instant::now();
    let mut rates = vec![];
    let mut loss = 0.0;
    for _ in 0..7 {
        let t = cpu(origin);
        let r = trainer.advance(&row, usize::MAX / 64, seconds / 7.0 * 1000.0, &cancel).unwrap();
        rates.push((r.steps * batch) as f64 / (cpu(origin) - t));
        loss = r.epochs.last().unwrap().loss;
    }
    rates.sort_by(f64::total_cmp);
    let r = rates[3];
    eprintln!(
        "{kind} batch {batch} threads {threads}: {r:.0} samples/s (best {:.0}), {:.1} GFLOP/s, {:.2} us/step, loss {:.4} -> {loss:.4}",
        rates[6],
        r * flop / 1e9,
        batch as f64 / r * 1e6,
        warm.epochs[0].loss
    );
}
