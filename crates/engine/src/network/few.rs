//! Predictions for few rows, in microseconds.

use super::{Column, FEW, Network, Transform};
use crate::forward::Forward;
use crate::graph::spec::TypeName;

impl Network {
    /// [`Network::predict`] on this thread for up to 16 rows of the only input, numbers, into the values of the only output. False, and nothing is
    /// written, where the network has other inputs or outputs or the values do not fit it: `predict` then says what is wrong, or does it.
    pub fn predict_few(&self, values: &[f32], transform: Transform, out: &mut [f32]) -> bool {
        let i = &*self.inner;
        let ([input], 1) = (&i.graph.spec.inputs[..], i.graph.outputs.len()) else { return false };
        let width = input.shape.width();
        let rows = values.len().checked_div(width).unwrap_or(0);
        // no early end: the loop is vectors then
        let finite = values.iter().fold(true, |all, x| all & x.is_finite());
        let closed = i.closing.load(std::sync::atomic::Ordering::Relaxed);
        if closed || input.kind != TypeName::F32 || rows == 0 || rows > FEW || values.len() != rows * width || !finite {
            return false;
        }
        let kept = {
            let mut list = self.forwards();
            list.iter().position(|f| f.capacity() == FEW).map(|at| list.swap_remove(at))
        };
        let made = || Forward::new(&i.graph, &i.layout, &i.state_layout, &i.parameters, &i.states, FEW).ok();
        let Some(mut forward) = kept.or_else(made) else { return false };
        let (layouts, tensors) = ((&i.layout, &i.state_layout), (&i.parameters, &i.states));
        let done = forward.few(layouts, tensors, Column::F32(values), rows, transform, out);
        let mut list = self.forwards();
        if list.len() < super::KEPT {
            list.push(forward);
        }
        done
    }
}
