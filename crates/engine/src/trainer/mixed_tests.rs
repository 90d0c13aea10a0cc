//! The bit contract of general ops: chains of elementwise instructions, instruction sets and threads never change a bit.

use std::sync::atomic::AtomicBool;

use downslope_kernels::simd::Isa;

use super::*;
use crate::common::mixed::{self, Mixed};
use crate::common::{Numbers, all_bits, dataset};
use crate::program::{Ways, assemble};

/// Weights after some steps.
fn bits(m: &Mixed, seed: u64, isa: Isa, threads: usize, chained: bool) -> Vec<(String, Vec<u32>)> {
    let graph = m.net.json();
    let network = Network::initialize(&graph, seed).expect("a network");
    let options = r#"{"optimizer":{"kind":"adam"},"batchSize":0,"threads":1}"#;
    let mut t = Trainer::new(&network, &graph, dataset(&m.columns), None, options).expect("a trainer");
    let mode = Mode::Train { fuse_from: 0 };
    t.program = assemble(&t.graph, &t.layout, mode, t.graph.piece(t.batch), Ways { chains: chained, flips: true })
        .expect("a program");
    (t.program.norm, t.program.norm_len) = (vec![], 0);
    t.arenas = Arenas::new(&t.program, threads).expect("memory");
    t.kernels = Kernels::get(isa);
    t.team = (threads > 1).then(|| Team::new(threads));
    t.threads = Choice::new(threads, false);
    let row: Vec<f64> = (t.hyperparameters().iter())
        .map(|name| match *name {
            "learningRate" => 0.01,
            "epsilon" => 1e-8,
            "weightDecay" => 0.0,
            _ => 0.9,
        })
        .collect();
    let done = t.advance(&row, 3, 1e6, &AtomicBool::new(false)).expect("steps");
    assert!(done.steps == 3 && !done.diverged, "{graph}: {done:?}");
    all_bits(&t.network().expect("a network"))
}

#[test]
fn chains_instruction_sets_and_threads_never_change_a_bit() {
    for seed in 0..60 {
        let r = &mut Numbers(seed + 5000);
        let rows = [3, 40, 300][r.range(0, 3)];
        let m = mixed::random(r, rows, seed % 2 == 0);
        let want = bits(&m, seed, Isa::Scalar, 1, false);
        for isa in Isa::available() {
            for (threads, chained) in [(1, true), (2, true), (1, false)] {
                let got = bits(&m, seed, isa, threads, chained);
                assert!(got == want, "seed {seed}: {isa:?}, {threads} threads, chained {chained}: {}", m.net.json());
            }
        }
    }
}

#[test]
fn a_loss_of_ops_becomes_few_chains() {
    let mut m = Mixed::new(8);
    let r = &mut Numbers(3);
    let x = m.operand(r, true, &[4]);
    let y = m.operand(r, true, &[4]);
    let d = m.node("subtract", &[&x, &y], serde_json::json!({})).expect("a difference");
    let s = m.node("multiply", &[&d, &d], serde_json::json!({})).expect("a square");
    let clipped = m.node("clip", &[&s], serde_json::json!({ "max": 9 })).expect("a number");
    m.loss(r, &clipped, 1.0);
    let count = |chained: bool| {
        let graph = Graph::parse(&m.net.json()).expect("a graph");
        let layout = ParameterLayout::of(&graph);
        let mode = Mode::Train { fuse_from: 0 };
        let program = assemble(&graph, &layout, mode, 8, Ways { chains: chained, flips: true }).expect("a program");
        program.body.len()
    };
    let (few, many) = (count(true), count(false));
    assert!(few + 8 <= many, "{few} instructions of {many}");
}
