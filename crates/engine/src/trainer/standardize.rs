//! Learns the mean and deviation of each feature from the training rows, for `standardize` layers that have not learned yet.

use downslope_kernels::memory::Floats;

use crate::cpu::{Arenas, Machine, Part, Piece, Tensors};
use crate::data::Dataset;
use crate::evaluator::Feeds;
use crate::forward::NO_STEP;
use crate::graph::spec::{OutputSpec, Spec};
use crate::graph::{Graph, Source};
use crate::network::Network;
use crate::program::{Mode, compile};
use crate::{Result, machine};

/// The states after learning. Layers whose count is not 0 keep what they have.
pub fn learn(graph: &Graph, network: &Network, data: &Dataset, feeds: &Feeds) -> Result<Floats> {
    let (layout, state_layout) = network.layouts();
    let mut states = network.arenas().1.clone();
    for node in graph.nodes.iter().filter(|n| n.op.name() == "standardize") {
        let [mean, deviation, count] = [1, 2, 3].map(|slot| match graph.values[node.inputs[slot]].source {
            Source::State(i) => Some(i),
            _ => None,
        });
        let (Some(mean), Some(deviation), Some(count)) = (mean, deviation, count) else { continue };
        if states[state_layout.entries[count].offset] != 0.0 {
            continue;
        }
        let value = graph.values[node.inputs[0]].name.clone();
        let outputs = vec![OutputSpec { name: "x".to_owned(), value }];
        let part = Graph::new(Spec { outputs, losses: vec![], ..graph.spec.clone() })?;
        let program = compile(&part, layout, Mode::Predict, part.piece(data.rows()))?;
        let mut arenas = Arenas::new(&program, 1)?;
        let tensors = Tensors::forward(network.arenas().0, &states);
        let mut machine = Machine::new(&program, layout, state_layout, machine::kernels()?, &mut arenas, tensors);
        let columns = feeds.of(data);
        let piece = Piece { feeds: &columns, rows: &[], next: &[], weights: None, scale: 1.0, first: 0 };
        machine.run(Part::Prepare, &piece, &NO_STEP, None);

        // sums of differences from the first row, in 64 bits: no cancellation however large the mean is
        let width: usize = program.outputs[0].dims.iter().product();
        let (mut first, mut sums, mut squares) = (vec![0.0; width], vec![0.0; width], vec![0.0; width]);
        let all: Vec<u32> = (0..data.rows()).map(|r| data.locate(r) as u32).collect();
        for (number, rows) in all.chunks(program.capacity).enumerate() {
            machine.run(Part::Body, &Piece { rows, ..piece }, &NO_STEP, None);
            let values = machine.read(program.outputs[0].place, rows.len());
            if number == 0 {
                first.iter_mut().zip(values).for_each(|(f, v)| *f = f64::from(*v));
            }
            for row in values.chunks_exact(width) {
                for i in 0..width {
                    let d = f64::from(row[i]) - first[i];
                    sums[i] += d;
                    squares[i] += d * d;
                }
            }
        }
        let n = data.rows() as f64;
        let means: Vec<f32> = (0..width).map(|i| (first[i] + sums[i] / n) as f32).collect();
        let deviations: Vec<f32> = (0..width)
            .map(|i| {
                let variance = (squares[i] - sums[i] * sums[i] / n) / n;
                // a constant feature, up to the rounding of its own sum
                let deviation =
                    if squares[i] > 0.0 && variance > 1e-14 * (squares[i] / n) { variance.sqrt() as f32 } else { 0.0 };
                // so is one whose spread has no inverse in 32 bits
                if deviation.recip().is_finite() { deviation } else { 1.0 }
            })
            .collect();
        state_layout.pack(mean, &means, &mut states);
        state_layout.pack(deviation, &deviations, &mut states);
        state_layout.pack(count, &[data.rows() as f32], &mut states);
    }
    Ok(states)
}
