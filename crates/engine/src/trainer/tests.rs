//! The bit contract of whole runs: the same weights on every instruction set, for any number of threads, however a batch is cut.

use std::sync::atomic::AtomicBool;

use downslope_kernels::simd::Isa;
use serde_json::json;

use super::*;
use crate::common::random::{Kind, network};
use crate::common::{self, Numbers, all_bits, dataset};
use crate::graph::Source;

/// How a run is executed; none of it may change a bit.
#[derive(Clone, Copy, Debug)]
struct Setup {
    isa: Isa,
    threads: usize,
    fused: bool,
    /// Most rows of a piece.
    piece: usize,
}

/// A trainer whose program, kernels and team are replaced before its first step.
fn trainer(network: &Network, graph: &str, data: &Dataset, options: &str, setup: Setup) -> Trainer {
    let mut t = Trainer::new(network, graph, data.clone(), None, options).expect("a trainer");
    let piece = t.batch.min(setup.piece);
    t.program = compile(
        &t.graph,
        &t.layout,
        Mode::Train {
            fuse_from: if setup.fused && piece == t.batch && !t.optimizer.clips_norm() { 0 } else { usize::MAX },
        },
        piece,
    )
    .expect("a program");
    t.arenas = Arenas::new(&t.program, setup.threads).expect("memory");
    t.kernels = Kernels::get(setup.isa);
    t.team = (setup.threads > 1).then(|| Team::new(setup.threads));
    t.threads = Choice::new(setup.threads, false);
    t
}

/// A rule with some of its switches, and reasonable numbers for it.
fn optimizer(r: &mut Numbers) -> (serde_json::Value, Vec<f64>) {
    let rule = r.pick(downslope_kernels::update::RULES);
    let mut options = json!({ "kind": rule.name });
    for flag in rule.flags {
        options[flag] = json!(r.one_in(2));
    }
    let number = |name: &&str| match *name {
        "learningRate" => 0.01,
        "epsilon" => 1e-8,
        "weightDecay" => 0.01,
        "learningRateDecay" => 0.001,
        _ => 0.9,
    };
    (options, rule.hyperparameters.iter().map(number).collect())
}

/// A random network with what trains it.
struct Run {
    graph: String,
    network: Network,
    data: Dataset,
    options: String,
    row: Vec<f64>,
    steps: usize,
    batch: usize,
}

impl Run {
    fn new(seed: u64, rows: usize, batch: usize, width: usize) -> Self {
        let r = &mut Numbers(seed);
        let (mut net, columns) = network(r, Kind { dropout: true, regularizers: true, width }, rows);
        if let Some(p) = net.parameters.first_mut() {
            p["regularizer"] = json!({ "l1": 0.01, "l2": 0.01, "proximal": r.one_in(2) });
        }
        for p in &mut net.parameters {
            if p["shape"].as_array().is_some_and(|shape| shape.len() == 2) && r.one_in(3) {
                p["constraint"] = json!({ "maxNorm": 0.3 });
            }
        }
        let (rule, row) = optimizer(r);
        let mut options =
            json!({ "optimizer": rule, "batchSize": batch, "seed": seed, "threads": 1, "metrics": ["accuracy"] });
        if r.one_in(3) {
            options["clipNorm"] = json!(0.1);
        }
        if r.one_in(3) {
            options["clipValue"] = json!(0.01);
        }
        let network = Network::initialize(&net.json(), seed).expect("a network");
        Self { graph: net.json(), network, data: dataset(&columns), options: options.to_string(), row, steps: 4, batch }
    }

    /// Bits of all weights, and of the mean loss.
    fn bits(&self, setup: Setup) -> (Vec<(String, Vec<u32>)>, u64) {
        let mut t = trainer(&self.network, &self.graph, &self.data, &self.options, setup);
        let done = t.advance(&self.row, self.steps, 1e6, &AtomicBool::new(false)).expect("steps");
        assert!(!done.diverged && done.steps == self.steps, "{}: {done:?}", self.graph);
        let pads = pads(&t);
        assert!(pads.iter().all(|x| *x == 0.0), "{setup:?}: pads of panels stay 0: {}", self.graph);
        let loss = done.epochs.last().expect("an epoch").loss.to_bits();
        (all_bits(&t.network().expect("a network")), loss)
    }

    fn shares_parameters(&self) -> bool {
        let graph = Graph::parse(&self.graph).expect("a graph");
        let uses = |i: usize| {
            graph
                .nodes
                .iter()
                .flat_map(|n| &n.inputs)
                .filter(|v| graph.values[**v].source == Source::Parameter(i))
                .count()
        };
        (0..graph.spec.parameters.len()).any(|i| uses(i) > 1)
    }

    /// Runs with all setups and compares.
    fn check(&self, seed: u64, setups: &[Setup]) {
        let want = self.bits(setups[0]);
        let start = all_bits(&self.network);
        assert!(want.0 != start, "seed {seed}: nothing was learned: {}", self.graph);
        for setup in &setups[1..] {
            let got = self.bits(*setup);
            for ((name, want), (_, got)) in want.0.iter().zip(&got.0) {
                let at = want.iter().zip(got).position(|(a, b)| a != b);
                assert!(
                    at.is_none(),
                    "seed {seed}: {name}{at:?} differs between {:?} and {setup:?}: {}",
                    setups[0],
                    self.graph
                );
            }
            // the mean of row losses is taken piece by piece, in 64 bits
            let (a, b) = (f64::from_bits(want.1), f64::from_bits(got.1));
            let same = if setup.piece == setups[0].piece { a == b } else { (a - b).abs() < 1e-12 * a.abs() };
            assert!(same, "seed {seed}: loss {a} of {:?}, {b} of {setup:?}", setups[0]);
        }
    }
}

/// What lies in the parameter arena beside the parameters.
fn pads(t: &Trainer) -> Vec<f32> {
    let mut arena = t.parameters.clone();
    for i in 0..t.layout.entries.len() {
        let zeros = vec![0.0; t.layout.unpack(i, &arena).len()];
        let before: Vec<f32> = arena[t.layout.entries[i].offset..][..t.layout.entries[i].len].to_vec();
        t.layout.pack(i, &zeros, &mut arena);
        // `pack` clears the pads too: put them back
        let mut mark = Floats::zeroed(arena.len());
        t.layout.pack(i, &vec![1.0; zeros.len()], &mut mark);
        for (k, x) in before.iter().enumerate() {
            let at = t.layout.entries[i].offset + k;
            if mark[at] == 0.0 {
                arena[at] = *x;
            }
        }
    }
    arena.to_vec()
}

fn best() -> Isa {
    Isa::available().last().copied().unwrap_or(Isa::Scalar)
}

#[test]
fn instruction_sets_threads_and_fusion_never_change_a_bit() {
    for seed in 0..70 {
        let r = &mut Numbers(seed);
        let rows = r.range(1, 140);
        let batch = if r.one_in(4) { 0 } else { r.range(1, 71) };
        let run = Run::new(seed, rows, batch, 50);
        let base = Setup { isa: best(), threads: 1, fused: true, piece: PIECE };
        let mut setups = vec![
            base,
            Setup { fused: false, ..base },
            Setup { threads: 2, ..base },
            Setup { threads: 3, fused: false, ..base },
        ];
        setups.extend(Isa::available().into_iter().map(|isa| Setup { isa, fused: false, ..base }));
        setups.extend(Isa::available().into_iter().map(|isa| Setup { isa, ..base }));
        run.check(seed, &setups);
    }
}

#[test]
fn wide_layers_split_by_panels_have_the_same_bits() {
    for seed in 100..106 {
        let run = Run::new(seed, 40, 33, 200);
        let base = Setup { isa: best(), threads: 1, fused: true, piece: PIECE };
        run.check(
            seed,
            &[
                base,
                Setup { threads: 2, ..base },
                Setup { threads: 3, ..base },
                Setup { fused: false, threads: 3, ..base },
            ],
        );
    }
}

#[test]
fn pieces_of_a_batch_have_the_bits_of_the_whole() {
    let mut cut = 0;
    for seed in 200..220 {
        let r = &mut Numbers(seed);
        let rows = r.range(500, 1025);
        let mut run = Run::new(seed, rows, 0, 20);
        run.steps = 2;
        assert_eq!(run.batch, 0);
        let base = Setup { isa: best(), threads: 1, fused: true, piece: PIECE };
        let setups = [
            base,
            Setup { fused: false, ..base },
            Setup { piece: 256, ..base },
            Setup { piece: 512, threads: 2, ..base },
        ];
        // a parameter used twice adds one use after the other inside a piece: its sums depend on where pieces end
        if !run.shares_parameters() {
            run.check(seed, &setups);
            cut += 1;
        }
    }
    assert!(cut > 10, "{cut} graphs");
}

#[test]
fn batches_beyond_a_piece_have_the_same_bits_everywhere() {
    for seed in 300..306 {
        let r = &mut Numbers(seed);
        let mut run = Run::new(seed, r.range(1025, 2200), 0, 12);
        run.steps = 2;
        let base = Setup { isa: best(), threads: 1, fused: false, piece: PIECE };
        let mut setups = vec![base, Setup { threads: 2, ..base }, Setup { threads: 3, ..base }];
        setups.extend(Isa::available().into_iter().filter(|i| *i != best()).map(|isa| Setup { isa, ..base }));
        run.check(seed, &setups);
    }
}

#[test]
fn a_pad_that_is_not_zero_is_found() {
    let run = Run::new(0, 5, 0, 9);
    let setup = Setup { isa: best(), threads: 1, fused: true, piece: PIECE };
    let mut t = trainer(&run.network, &run.graph, &run.data, &run.options, setup);
    assert!(pads(&t).iter().all(|x| *x == 0.0));
    let last = t.parameters.len() - 1;
    t.parameters[last] = 1.0;
    assert!(pads(&t).contains(&1.0));
}

#[test]
fn the_number_of_threads_that_is_asked_for_is_bounded_by_the_machine() {
    let (model, graph) = common::net::mlp(&[4, 3], "relu", "crossEntropy");
    let network = Network::initialize(&model, 0).expect("a network");
    let data = dataset(&[common::floats("x", &[4], vec![0.5; 8]), common::labels("target", 3, vec![0, 2])]);
    let options = r#"{"optimizer":{"kind":"sgd"},"batchSize":2,"threads":1000}"#;
    let t = Trainer::new(&network, &graph, data, None, options).expect("a trainer");
    assert!(t.team.as_ref().map_or(1, Team::threads) <= machine::cores());
}
