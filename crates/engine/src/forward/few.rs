//! One piece of few rows, without what many rows need.

use downslope_kernels::memory::Floats;

use super::{Forward, NO_STEP};
use crate::cpu::{Feed, Machine, Part, Piece, Tensors};
use crate::network::Transform;
use crate::program::ParameterLayout;

impl Forward {
    /// The only output for `rows` rows (at most the capacity) of the only input. False where `out` has another length.
    pub(crate) fn few(
        &mut self,
        (layout, state_layout): (&ParameterLayout, &ParameterLayout),
        (parameters, states): (&Floats, &Floats),
        feed: Feed<'_>,
        rows: usize,
        transform: Transform,
        out: &mut [f32],
    ) -> bool {
        let tensors = Tensors::forward(parameters, states);
        let mut machine = Machine::new(&self.program, layout, state_layout, self.kernels, &mut self.arenas, tensors);
        let piece = Piece {
            feeds: &[Some(feed)],
            rows: &self.identity[..rows],
            next: &[],
            weights: None,
            scale: 1.0,
            first: 0,
        };
        machine.run(Part::Body, &piece, &NO_STEP, None);
        let [output] = &self.program.outputs[..] else { return false };
        let mut values = Vec::with_capacity(out.len());
        let last = output.dims.last().copied().unwrap_or(1);
        transform.apply(self.kernels, machine.read(output.place, rows), last, &mut values);
        let fits = values.len() == out.len();
        if fits {
            out.copy_from_slice(&values);
        }
        fits
    }
}
