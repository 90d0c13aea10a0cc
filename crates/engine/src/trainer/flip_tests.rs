//! The bit contract of input gradients: computed transposed or not, on any instruction set and number of threads.

use std::sync::atomic::AtomicBool;

use downslope_kernels::simd::Isa;

use super::*;
use crate::common::{Numbers, all_bits, dataset, floats, net::mlp};
use crate::program::{Instruction, Ways, assemble};

/// Weights after some steps of a network of two hidden layers, and how many transposes of gradients a step takes.
fn bits(sizes: [usize; 4], batch: usize, isa: Isa, threads: usize, flips: bool) -> (Vec<(String, Vec<u32>)>, usize) {
    let (_, graph) = mlp(&sizes, "relu", "squaredError");
    // the last batch is shorter than the others
    let (rows, r) = (2 * batch + 5, &mut Numbers(7));
    let columns = [
        floats("x", &[sizes[0]], r.vec(rows * sizes[0], 1.0)),
        floats("target", &[sizes[3]], r.vec(rows * sizes[3], 1.0)),
    ];
    let network = Network::initialize(&graph, 3).expect("a network");
    let options = format!(r#"{{"optimizer":{{"kind":"adam"}},"batchSize":{batch},"threads":1}}"#);
    let mut t = Trainer::new(&network, &graph, dataset(&columns), None, &options).expect("a trainer");
    let mode = Mode::Train { fuse_from: 0 };
    t.program =
        assemble(&t.graph, &t.layout, mode, t.graph.piece(t.batch), Ways { chains: true, flips }).expect("a program");
    (t.program.norm, t.program.norm_len) = (vec![], 0);
    let count = t.program.body.iter().filter(|i| matches!(i, Instruction::Flip { .. })).count();
    t.arenas = Arenas::new(&t.program, threads).expect("memory");
    t.kernels = Kernels::get(isa);
    t.team = (threads > 1).then(|| Team::new(threads));
    t.threads = Choice::new(threads, false);
    let done = t.advance(&[0.01, 0.9, 0.999, 1e-8, 0.0], 5, 1e6, &AtomicBool::new(false)).expect("steps");
    assert!(done.steps == 5 && !done.diverged, "{done:?}");
    (all_bits(&t.network().expect("a network")), count)
}

#[test]
fn transposed_or_not_the_bits_are_the_same() {
    // kernels in cache and beyond, whole and part panels, one block of terms and several
    for (sizes, batch, transposed) in [
        ([5, 100, 90, 7], 16, 1),
        ([5, 100, 90, 7], 7, 0),
        ([4, 300, 520, 3], 33, 1),
        ([4, 300, 520, 3], 1, 1),
        ([4, 33, 17, 2], 1024, 0),
    ] {
        let (want, none) = bits(sizes, batch, Isa::Scalar, 1, false);
        assert_eq!(none, 0);
        for isa in Isa::available() {
            for (threads, flips) in [(1, true), (2, true), (3, true), (1, false)] {
                let (got, count) = bits(sizes, batch, isa, threads, flips);
                assert!(got == want, "{sizes:?}, batch {batch}: {isa:?}, {threads} threads, transposed {flips}");
                assert_eq!(count, if flips { 2 * transposed } else { 0 }, "{sizes:?}, batch {batch}");
            }
        }
    }
}
