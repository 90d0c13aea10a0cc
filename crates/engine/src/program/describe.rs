//! What a program does, for people and for cost estimates.

use serde::Serialize;

use super::{DerivedKind, Epilogue, Instruction, Kind, ParameterLayout, Place, Program};
use crate::graph::Graph;

/// One line of a program.
#[derive(Clone, Debug, Serialize)]
pub struct InstructionInfo {
    /// What it does.
    pub op: String,
    /// Matrices with their shapes, as text.
    pub operands: Vec<String>,
    /// Floating-point operations for a batch.
    pub flops: usize,
    /// Bytes read and written, each operand once.
    pub bytes: usize,
}

impl Program {
    /// Multiply-adds of its products for a piece of `rows` rows.
    pub fn multiply_adds(&self, rows: usize) -> usize {
        let product = |i: &Instruction| match *i {
            Instruction::Product { m, n, k, .. } => m.of(rows).saturating_mul(n.of(rows)).saturating_mul(k.of(rows)),
            Instruction::General(ref general) => general.multiply_adds(rows),
            _ => 0,
        };
        self.body.iter().map(product).fold(0, usize::saturating_add)
    }
}

/// All instructions for a batch of `rows` rows (at most a piece).
pub fn describe(program: &Program, graph: &Graph, layout: &ParameterLayout, rows: usize) -> Vec<InstructionInfo> {
    let d = Describer { program, graph, layout, rows };
    program.prepare.iter().chain(&program.body).chain(&program.norm).chain(&program.update).map(|i| d.line(i)).collect()
}

struct Describer<'a> {
    program: &'a Program,
    graph: &'a Graph,
    layout: &'a ParameterLayout,
    rows: usize,
}

impl Describer<'_> {
    fn shape(&self, place: Place) -> (usize, usize) {
        let parameter = |i: usize| match self.layout.entries[i].kind {
            Kind::Panels { rows, columns } => (rows, columns),
            Kind::Plain { len } => (len / self.layout.entries[i].width, self.layout.entries[i].width),
        };
        match place {
            Place::Batch(id) => (self.program.buffers[id].rows.of(self.rows), self.program.buffers[id].width),
            Place::Parameter(i) | Place::Gradient(i) => parameter(i),
            Place::State(i) => (1, self.graph.spec.states[i].shape.width()),
            Place::Derived(i) => match self.program.derived[i].kind {
                DerivedKind::Transposed(p) => (parameter(p).1, parameter(p).0),
                DerivedKind::Inverse(s) => (1, self.graph.spec.states[s].shape.width()),
                DerivedKind::Constant(c) => (1, self.program.constants[c].values.len()),
            },
        }
    }

    fn text(&self, place: Place) -> String {
        let name = match place {
            Place::Batch(id) => self.program.buffers[id].label.clone(),
            Place::Parameter(i) => self.graph.spec.parameters[i].name.clone(),
            Place::Gradient(i) => format!("{} gradient", self.graph.spec.parameters[i].name),
            Place::State(i) => self.graph.spec.states[i].name.clone(),
            Place::Derived(i) => match self.program.derived[i].kind {
                DerivedKind::Transposed(p) => format!("{} transposed", self.graph.spec.parameters[p].name),
                DerivedKind::Inverse(s) => format!("1 / {}", self.graph.spec.states[s].name),
                DerivedKind::Constant(_) => "constant".to_owned(),
            },
        };
        let (rows, width) = self.shape(place);
        format!("{name} [{rows}, {width}]")
    }

    fn floats(&self, place: Place) -> usize {
        let (rows, width) = self.shape(place);
        rows * width
    }

    fn line(&self, i: &Instruction) -> InstructionInfo {
        let mut places: Vec<Place> = vec![];
        super::liveness::operands(i, |p, _| {
            if !places.contains(&p) {
                places.push(p);
            }
        });
        let mut bytes: usize = places.iter().map(|p| 4 * self.floats(*p)).sum();
        let widest = places.iter().map(|p| self.floats(*p)).max().unwrap_or(0);
        let mut operands: Vec<String> = places.iter().map(|p| self.text(*p)).collect();
        let (op, flops) = match *i {
            Instruction::Gather { input, .. } => {
                operands.insert(0, format!("{} (data)", self.graph.spec.inputs[input].name));
                ("gather".to_owned(), 0)
            }
            Instruction::Seed { .. } => ("seed gradient".to_owned(), 0),
            Instruction::Product { m, n, k, epilogue, .. } => {
                let what = match epilogue {
                    Epilogue::Store | Epilogue::Gradient => "",
                    Epilogue::Accumulate => " + add",
                    Epilogue::Bias { relu: false, .. } => " + bias",
                    Epilogue::Bias { relu: true, .. } => " + bias + relu",
                    Epilogue::Mask(_) => " + relu gradient",
                    Epilogue::Update { .. } => " + update",
                };
                (format!("product{what}"), 2 * m.of(self.rows) * n.of(self.rows) * k.of(self.rows))
            }
            Instruction::Flip { .. } => ("transpose".to_owned(), 0),
            Instruction::Derive { .. } => ("derive".to_owned(), 0),
            Instruction::Map { function, .. } => {
                (downslope_kernels::elementwise::FUNCTIONS[function].name.to_owned(), widest)
            }
            Instruction::MapGradient { function, .. } => {
                (format!("{} gradient", downslope_kernels::elementwise::FUNCTIONS[function].name), widest)
            }
            Instruction::Affine { .. } => ("affine".to_owned(), 2 * widest),
            Instruction::Standardize { .. } => ("standardize".to_owned(), 2 * widest),
            Instruction::Copy { add, .. } => {
                (if add { "add" } else { "copy" }.to_owned(), if add { widest } else { 0 })
            }
            Instruction::Dropout { .. } => ("dropout".to_owned(), widest),
            Instruction::Noise { .. } => ("gaussian noise".to_owned(), widest),
            Instruction::Multiply { .. } => ("multiply".to_owned(), widest),
            Instruction::Softmax { log, .. } => (if log { "logSoftmax" } else { "softmax" }.to_owned(), 4 * widest),
            Instruction::SoftmaxGradient { log, .. } => {
                (if log { "logSoftmax gradient" } else { "softmax gradient" }.to_owned(), 4 * widest)
            }
            Instruction::Loss { function, .. } => {
                (downslope_kernels::loss::LOSSES[function].name.to_owned(), 4 * widest)
            }
            Instruction::ColumnSum { .. } => ("column sums".to_owned(), widest),
            Instruction::General(ref general) => {
                let (name, times) = general.describe();
                (name, times * widest + 2 * general.multiply_adds(self.rows))
            }
            Instruction::Update { len, group, .. } => {
                bytes = 4 * 3 * len;
                operands.push(format!("{} [{len}]", self.graph.spec.parameters[group].name));
                ("update".to_owned(), 2 * len)
            }
            Instruction::Squares { len, group, .. } => {
                bytes = 4 * len;
                operands.push(format!("{} gradient [{len}]", self.graph.spec.parameters[group].name));
                ("sums of squares".to_owned(), 2 * len)
            }
            Instruction::MaxNorm { .. } => ("max norm".to_owned(), 2 * widest),
        };
        InstructionInfo { op, operands, flops, bytes }
    }
}
