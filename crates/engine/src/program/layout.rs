//! Where each parameter lies: panels of 16 columns where it is the right operand of a product and has more than one column,
//! plain elsewhere.
//!
//! The layout is a function of the graph alone and the same on every instruction set, so that seeds, bits and checkpoints do not depend on
//! the machine. Files hold the plain row-major layout.

use crate::graph::{Graph, Shape, Source};

/// Columns of a panel.
pub const PANEL: usize = 16;

/// How one parameter lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `[rows, columns]` in panels of 16 columns, padded with zeros.
    Panels {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// As it is, padded to a multiple of 16 floats.
    Plain {
        /// Floats.
        len: usize,
    },
}

/// One parameter in the arena.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// First float.
    pub offset: usize,
    /// Floats with padding.
    pub len: usize,
    /// How it lies.
    pub kind: Kind,
    /// Its last axis, or 1.
    pub width: usize,
}

/// All parameters of a graph in one arena.
#[derive(Clone, Debug, Default)]
pub struct ParameterLayout {
    /// In the order of the graph's parameters.
    pub entries: Vec<Entry>,
    /// Floats of the arena.
    pub total: usize,
}

impl ParameterLayout {
    /// Panels first, plain ones behind, so that those that are updated by themselves lie together.
    pub fn of(graph: &Graph) -> Self {
        let mut panels = vec![false; graph.spec.parameters.len()];
        for node in &graph.nodes {
            for (slot, input) in node.inputs.iter().enumerate() {
                if let Source::Parameter(i) = graph.values[*input].source {
                    panels[i] |= node.op.panel_operand() == Some(slot);
                }
            }
        }
        let mut layout = ParameterLayout {
            entries: vec![Entry { offset: 0, len: 0, kind: Kind::Plain { len: 0 }, width: 1 }; panels.len()],
            total: 0,
        };
        for wanted in [true, false] {
            for (i, p) in graph.spec.parameters.iter().enumerate().filter(|(i, _)| panels[*i] == wanted) {
                let kind = match (wanted, &p.shape.dims[..]) {
                    // of one column 15 of 16 floats would be pads, and an update passes over all
                    (true, &[rows, columns]) if columns > 1 => Kind::Panels { rows, columns },
                    _ => Kind::Plain { len: p.shape.width() },
                };
                layout.push(i, kind, &p.shape);
            }
        }
        layout
    }

    /// The graph's states, all plain.
    pub fn of_states(graph: &Graph) -> Self {
        let states = &graph.spec.states;
        let mut layout = ParameterLayout {
            entries: vec![Entry { offset: 0, len: 0, kind: Kind::Plain { len: 0 }, width: 1 }; states.len()],
            total: 0,
        };
        for (i, s) in states.iter().enumerate() {
            layout.push(i, Kind::Plain { len: s.shape.width() }, &s.shape);
        }
        layout
    }

    fn push(&mut self, i: usize, kind: Kind, shape: &Shape) {
        let len = match kind {
            Kind::Panels { rows, columns } => rows * columns.next_multiple_of(PANEL),
            Kind::Plain { len } => len.next_multiple_of(PANEL),
        };
        let width = shape.dims.last().copied().unwrap_or(1);
        self.entries[i] = Entry { offset: self.total, len, kind, width };
        self.total += len;
    }

    /// Reads tensor `i` from the arena in plain row-major order.
    pub fn unpack(&self, i: usize, arena: &[f32]) -> Vec<f32> {
        let e = &self.entries[i];
        let at = &arena[e.offset..e.offset + e.len];
        match e.kind {
            Kind::Plain { len } => at[..len].to_vec(),
            Kind::Panels { rows, columns } => {
                let mut plain = Vec::with_capacity(rows * columns);
                for r in 0..rows {
                    plain.extend((0..columns).map(|c| at[c / PANEL * PANEL * rows + r * PANEL + c % PANEL]));
                }
                plain
            }
        }
    }

    /// Writes plain row-major values of tensor `i` into the arena. The lengths must match.
    pub fn pack(&self, i: usize, plain: &[f32], arena: &mut [f32]) {
        let e = &self.entries[i];
        let at = &mut arena[e.offset..e.offset + e.len];
        at.fill(0.0);
        match e.kind {
            Kind::Plain { len } => at[..len].copy_from_slice(plain),
            Kind::Panels { rows, columns } => {
                assert_eq!(plain.len(), rows * columns, "length of a parameter");
                for (r, row) in plain.chunks_exact(columns).enumerate() {
                    for (c, x) in row.iter().enumerate() {
                        at[c / PANEL * PANEL * rows + r * PANEL + c % PANEL] = *x;
                    }
                }
            }
        }
    }
}
