//! From a graph to a program: ops emit instructions, forward in order and backward in reverse.

use std::collections::HashMap;

use downslope_kernels::reduce::BLOCK;

use super::{
    Buffer, BufferId, Constant, Derived, DerivedKind, Epilogue, Extent, GatherTransform, Instruction, Kind, Layout,
    ParameterLayout, Place, Program, ProgramLoss, ProgramOutput, chains, fuse, general::General, liveness,
};
use crate::graph::spec::TypeName;
use crate::graph::{Graph, Shape, Source, TensorType, ValueId};
use crate::{Error, Result};

/// What a program is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Outputs only.
    Predict,
    /// Losses, and what metrics look at.
    Evaluate,
    /// Losses, gradients and updates.
    Train {
        /// Parameters of at least so many floats are updated tile by tile as soon as their gradient is known, where nothing else needs the
        /// gradient and a batch is one piece. It saves the way of the gradient through memory; in cache, one pass over all is faster.
        fuse_from: usize,
    },
}

/// Compiles a graph for pieces of at most `capacity` rows.
pub fn compile(graph: &Graph, layout: &ParameterLayout, mode: Mode, capacity: usize) -> Result<Program> {
    assemble(graph, layout, mode, capacity, Ways::default())
}

/// Ways that save time and never change a bit; tests compare them with the plain way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ways {
    /// Chains of elementwise instructions are one.
    pub chains: bool,
    /// Gradients of inputs are computed transposed where that is cheaper.
    pub flips: bool,
}

impl Default for Ways {
    fn default() -> Self {
        Self { chains: true, flips: true }
    }
}

/// [`compile`], in the ways that are given.
pub(crate) fn assemble(
    graph: &Graph,
    layout: &ParameterLayout,
    mode: Mode,
    capacity: usize,
    ways: Ways,
) -> Result<Program> {
    let mut b = Builder {
        graph,
        layout,
        mode,
        program: Program { capacity, ..Program::default() },
        values: vec![None; graph.values.len()],
        gradients: vec![None; graph.values.len()],
        parameter_gradients: HashMap::new(),
        needs: if matches!(mode, Mode::Train { .. }) {
            graph.differentiable()
        } else {
            vec![false; graph.values.len()]
        },
        users: vec![0; graph.values.len()],
        wanted: vec![false; graph.values.len()],
        saved: HashMap::new(),
        plain: HashMap::new(),
        seeds: HashMap::new(),
        ways,
    };
    b.mark_wanted();
    b.seed()?;
    for node in &graph.nodes {
        if b.wanted[node.output] {
            node.op.forward(&mut b, node)?;
        }
    }
    b.results()?;
    if let Mode::Train { fuse_from } = mode {
        for node in graph.nodes.iter().rev() {
            if b.needs[node.output] && b.wanted[node.output] {
                node.op.backward(&mut b, node)?;
            }
        }
        b.hand_over();
        b.updates(fuse_from);
        b.program.trains = true;
    }
    fuse::bias_and_relu(&mut b.program);
    fuse::relu_gradient(&mut b.program);
    let mut program = b.program;
    if ways.chains {
        chains::merge(&mut program);
    }
    liveness::assign(&mut program);
    Ok(program)
}

/// What ops emit instructions into.
#[derive(Debug)]
pub struct Builder<'a> {
    /// The graph that is compiled.
    pub graph: &'a Graph,
    /// Where its parameters lie.
    pub layout: &'a ParameterLayout,
    /// What for.
    pub mode: Mode,
    program: Program,
    values: Vec<Option<Place>>,
    gradients: Vec<Option<Place>>,
    /// How often each parameter's gradient was written.
    parameter_gradients: HashMap<usize, usize>,
    needs: Vec<bool>,
    users: Vec<usize>,
    wanted: Vec<bool>,
    saved: HashMap<ValueId, Place>,
    /// Copies in rows of parameters that lie in panels.
    plain: HashMap<usize, Place>,
    seeds: HashMap<ValueId, Place>,
    ways: Ways,
}

impl Builder<'_> {
    /// Marks what the mode needs and counts the users of each value.
    fn mark_wanted(&mut self) {
        let mut roots: Vec<ValueId> = vec![];
        if self.mode == Mode::Predict {
            roots.extend(self.graph.outputs.iter().map(|o| o.1));
        } else {
            roots.extend(self.graph.losses.iter().flat_map(|l| [Some(l.value), l.prediction, l.target]).flatten());
        }
        for r in &roots {
            self.users[*r] += 1;
            self.wanted[*r] = true;
        }
        for node in self.graph.nodes.iter().rev() {
            if self.wanted[node.output] {
                for i in &node.inputs {
                    self.wanted[*i] = true;
                    self.users[*i] += 1;
                }
            }
        }
    }

    /// Most rows of a piece.
    pub fn capacity(&self) -> usize {
        self.program.capacity
    }

    /// Whether gradients of inputs may be computed transposed.
    pub(crate) fn flips(&self) -> bool {
        self.ways.flips
    }

    /// Whether gradients are computed.
    pub fn training(&self) -> bool {
        matches!(self.mode, Mode::Train { .. })
    }

    /// Whether a gradient must reach this value.
    pub fn needs_gradient(&self, value: ValueId) -> bool {
        self.needs[value]
    }

    /// Type of a value.
    pub fn ty(&self, value: ValueId) -> &TensorType {
        &self.graph.values[value].ty
    }

    /// Rows of a value seen as a matrix whose columns are its last axis (or its only one).
    pub fn extent(&self, value: ValueId) -> Extent {
        let shape = &self.ty(value).shape;
        let before = shape.dims.iter().rev().skip(1).product();
        if shape.rows { Extent::Rows(before) } else { Extent::Fixed(before) }
    }

    /// Columns of a value seen as a matrix.
    pub fn width(&self, value: ValueId) -> usize {
        self.ty(value).shape.dims.last().copied().unwrap_or(1)
    }

    /// Where a value lies; gathers it first where it is an input.
    pub fn value(&mut self, value: ValueId) -> Result<Place> {
        if let Some(place) = self.values[value] {
            return Ok(place);
        }
        match self.graph.values[value].source {
            Source::Input(_) => self.gather(value, value, GatherTransform::None),
            Source::Parameter(i) => Ok(self.parameter(i, value)),
            Source::State(i) => Ok(Place::State(i)),
            Source::Node(_) => {
                Err(Error::internal(format!("{} is used before it is made", self.graph.values[value].name)))
            }
        }
    }

    /// A parameter in rows: copied where it lies in panels for a product.
    fn parameter(&mut self, i: usize, value: ValueId) -> Place {
        if matches!(self.layout.entries[i].kind, Kind::Plain { .. }) {
            return Place::Parameter(i);
        }
        if let Some(place) = self.plain.get(&i) {
            return *place;
        }
        let y = self.buffer_for(value, " in rows");
        self.emit(Instruction::Copy { x: Place::Parameter(i), y, add: false });
        self.plain.insert(i, y);
        y
    }

    /// Numbers of the graph, copied into memory once.
    pub fn constant(&mut self, values: Vec<f32>, width: usize) -> Place {
        let constant = Constant { values, width };
        let same = |c: &Constant| {
            c.width == constant.width
                && c.values.iter().map(|x| x.to_bits()).eq(constant.values.iter().map(|x| x.to_bits()))
        };
        let at = match self.program.constants.iter().position(same) {
            Some(at) => at,
            None => {
                self.program.constants.push(constant);
                self.program.constants.len() - 1
            }
        };
        self.derived(DerivedKind::Constant(at))
    }

    /// Says where a node's value lies.
    pub fn set_value(&mut self, value: ValueId, place: Place) {
        self.values[value] = Some(place);
    }

    /// A new buffer in rows, shaped as a value.
    pub fn buffer_for(&mut self, value: ValueId, label: &str) -> Place {
        let (rows, width) = (self.extent(value), self.width(value));
        let label = format!("{}{label}", self.graph.values[value].name);
        self.buffer(label, rows, width, Layout::Rows)
    }

    /// A new buffer.
    pub fn buffer(&mut self, label: String, rows: Extent, width: usize, layout: Layout) -> Place {
        let id: BufferId = self.program.buffers.len();
        self.program.buffers.push(Buffer { label, rows, width, layout, pinned: false, alias: None, offset: 0 });
        Place::Batch(id)
    }

    /// A matrix in rows seen in the shape of `value`; nothing moves.
    pub fn view(&mut self, place: Place, value: ValueId) -> Place {
        let (rows, width) = (self.extent(value), self.width(value));
        let Place::Batch(base) = place else { return self.copied(place, value) };
        let b = &self.program.buffers[base];
        if b.rows == rows && b.width == width {
            return place;
        }
        let (base, label) = (b.alias.unwrap_or(base), format!("{} as {}", b.label, self.graph.values[value].name));
        let id = self.program.buffers.len();
        self.program.buffers.push(Buffer {
            label,
            rows,
            width,
            layout: Layout::Rows,
            pinned: false,
            alias: Some(base),
            offset: 0,
        });
        Place::Batch(id)
    }

    /// A matrix in rows seen in another shape; nothing moves.
    pub fn shaped(&mut self, place: Place, shape: &Shape) -> Place {
        let Place::Batch(base) = place else { return place };
        let width = shape.dims.last().copied().unwrap_or(1);
        let before = shape.dims.iter().rev().skip(1).product();
        let rows = if shape.rows { Extent::Rows(before) } else { Extent::Fixed(before) };
        let b = &self.program.buffers[base];
        if b.rows == rows && b.width == width {
            return place;
        }
        let (alias, label) = (Some(b.alias.unwrap_or(base)), format!("{} as {shape}", b.label));
        let id = self.program.buffers.len();
        self.program.buffers.push(Buffer { label, rows, width, layout: Layout::Rows, pinned: false, alias, offset: 0 });
        Place::Batch(id)
    }

    /// A copy in a buffer of the batch.
    fn copied(&mut self, place: Place, value: ValueId) -> Place {
        let y = self.buffer_for(value, " copied");
        self.emit(Instruction::Copy { x: place, y, add: false });
        y
    }

    /// Adds an instruction.
    pub fn emit(&mut self, instruction: Instruction) {
        self.program.body.push(instruction);
    }

    /// Whether `value` is an input of floats that only one node uses and that was not gathered yet, so that its transformation can be done
    /// while it is gathered.
    pub fn foldable(&self, value: ValueId) -> bool {
        let v = &self.graph.values[value];
        matches!(v.source, Source::Input(_))
            && v.ty.kind == TypeName::F32
            && self.users[value] == 1
            && self.values[value].is_none()
    }

    /// Gathers input `value` with a transformation; the result is the value `out`.
    pub fn gather(&mut self, value: ValueId, out: ValueId, transform: GatherTransform) -> Result<Place> {
        let Source::Input(input) = self.graph.values[value].source else {
            return Err(Error::internal("gather of a value that is no input"));
        };
        let place = self.buffer_for(out, "");
        self.emit(Instruction::Gather { input, out: place, transform });
        self.values[out] = Some(place);
        Ok(place)
    }

    /// Whether a node may write its result over its input: nobody else reads the input, now or in the backward pass.
    pub fn may_overwrite(&self, value: ValueId) -> bool {
        // what is no buffer of the batch is a parameter, a state or a constant
        if self.users[value] != 1 || self.values[value].is_some_and(|p| !matches!(p, Place::Batch(_))) {
            return false;
        }
        match self.graph.values[value].source {
            Source::Node(i) => {
                let node = &self.graph.nodes[i];
                let needed_by_maker = self.training() && self.needs[value] && node.op.backward_reads_output();
                // a view: whoever reads what it is a view of reads the same memory
                !needed_by_maker && node.inputs.iter().all(|x| !self.share_memory(*x, value) || self.may_overwrite(*x))
            }
            Source::Input(_) => true,
            Source::Parameter(_) | Source::State(_) => false,
        }
    }

    fn share_memory(&self, a: ValueId, b: ValueId) -> bool {
        let base = |v: ValueId| match self.values[v] {
            Some(Place::Batch(id)) => Some(self.program.buffers[id].alias.unwrap_or(id)),
            _ => None,
        };
        base(a).is_some() && base(a) == base(b)
    }

    /// Keeps something for the backward pass.
    pub fn save(&mut self, value: ValueId, place: Place) {
        self.saved.insert(value, place);
    }

    /// What was kept.
    pub fn saved(&self, value: ValueId) -> Option<Place> {
        self.saved.get(&value).copied()
    }

    /// The derivative of the total by this loss, known before the forward pass; only for the graph's losses.
    pub fn loss_seed(&self, value: ValueId) -> Option<Place> {
        if self.users[value] == 1 { self.seeds.get(&value).copied() } else { None }
    }

    /// A tensor computed from a parameter or state; made once in a program and emitted where it is first wanted.
    pub fn derived(&mut self, kind: DerivedKind) -> Place {
        if let Some(i) = self.program.derived.iter().position(|d| d.kind == kind) {
            return Place::Derived(i);
        }
        let out = self.program.derived.len();
        let len: usize = match kind {
            DerivedKind::Transposed(p) => {
                let dims = &self.graph.spec.parameters[p].shape.dims;
                dims[1] * dims[0].next_multiple_of(16)
            }
            DerivedKind::Inverse(s) => self.graph.spec.states[s].shape.width().next_multiple_of(16),
            DerivedKind::Constant(c) => self.program.constants[c].values.len().next_multiple_of(16),
        };
        self.program.derived.push(Derived { kind, offset: self.program.derived_len, len });
        self.program.derived_len += len;
        match kind {
            DerivedKind::Transposed(_) => self.emit(Instruction::Derive { out }),
            DerivedKind::Inverse(_) | DerivedKind::Constant(_) => {
                self.program.prepare.push(Instruction::Derive { out })
            }
        }
        Place::Derived(out)
    }

    /// The gradient of a node's value, as its users left it.
    pub fn gradient(&self, value: ValueId) -> Option<Place> {
        self.gradients[value]
    }

    /// The layout that the maker of a value would like its gradient in.
    pub fn gradient_layout(&self, value: ValueId) -> Layout {
        match self.graph.values[value].source {
            Source::Node(i) if self.users[value] == 1 => {
                self.graph.nodes[i].op.gradient_layout(self, &self.graph.nodes[i])
            }
            _ => Layout::Rows,
        }
    }

    /// Hands over a buffer with (a part of) the gradient of a value. The buffer now belongs to the value.
    pub fn add_gradient(&mut self, value: ValueId, place: Place) {
        match self.gradients[value] {
            None => self.gradients[value] = Some(place),
            Some(sum) => self.emit(Instruction::Copy { x: place, y: sum, add: true }),
        }
    }

    /// The same gradient in rows, copied where it lies in panels.
    pub fn in_rows(&mut self, place: Place) -> Place {
        let Place::Batch(id) = place else { return place };
        let buffer = &self.program.buffers[id];
        if buffer.layout == Layout::Rows {
            return place;
        }
        let (label, rows, width) = (format!("{} in rows", buffer.label), buffer.rows, buffer.width);
        let out = self.buffer(label, rows, width, Layout::Rows);
        self.emit(Instruction::Copy { x: place, y: out, add: false });
        out
    }

    /// Place and epilogue for a part of a parameter's gradient.
    pub fn parameter_gradient(&mut self, parameter: usize) -> (Place, Epilogue) {
        let times = self.parameter_gradients.entry(parameter).or_insert(0);
        *times += 1;
        (Place::Gradient(parameter), if *times == 1 { Epilogue::Gradient } else { Epilogue::Accumulate })
    }

    fn seed(&mut self) -> Result<()> {
        if !self.training() {
            return Ok(());
        }
        for l in &self.graph.losses {
            let out = self.buffer_for(l.value, " seed");
            if self.ty(l.value).shape.rows {
                self.emit(Instruction::Seed { weight: l.weight, out });
            } else {
                self.emit(Instruction::General(Box::new(General::SeedOne { weight: l.weight, out })));
            }
            self.seeds.insert(l.value, out);
            self.add_gradient(l.value, out);
        }
        Ok(())
    }

    fn pin(&mut self, place: Place) {
        if let Place::Batch(id) = place {
            let base = self.program.buffers[id].alias.unwrap_or(id);
            self.program.buffers[base].pinned = true;
        }
    }

    fn results(&mut self) -> Result<()> {
        if self.mode == Mode::Predict {
            for (name, value) in &self.graph.outputs {
                let place = self.result(*value)?;
                self.pin(place);
                let dims = self.ty(*value).shape.dims.clone();
                self.program.outputs.push(ProgramOutput { name: name.clone(), place, dims });
            }
            return Ok(());
        }
        for l in &self.graph.losses {
            let loss = self.result(l.value)?;
            let prediction = l.prediction.map(|v| self.result(v)).transpose()?;
            let target = l.target.map(|v| self.result(v)).transpose()?;
            for place in [Some(loss), prediction, target].into_iter().flatten() {
                self.pin(place);
            }
            self.program.losses.push(ProgramLoss {
                loss,
                rows: self.ty(l.value).shape.rows,
                weight: l.weight,
                prediction,
                width: l.prediction.map_or(0, |v| self.ty(v).shape.width()),
                target,
                target_width: l.target.map_or(0, |v| self.ty(v).shape.width()),
                ids: l.target.is_some_and(|v| self.ty(v).kind == TypeName::U32),
            });
        }
        Ok(())
    }

    /// A value in a buffer of the batch, from where it can be read.
    fn result(&mut self, value: ValueId) -> Result<Place> {
        let place = self.value(value)?;
        Ok(if matches!(place, Place::Batch(_)) { place } else { self.copied(place, value) })
    }

    /// Gradients of parameters that ops left in buffers go to where the optimizer reads them.
    fn hand_over(&mut self) {
        for (i, p) in self.graph.spec.parameters.iter().enumerate() {
            let Some(x) = self.graph.value(&p.name).and_then(|v| self.gradients[v]).filter(|_| p.trainable) else {
                continue;
            };
            let x = self.in_rows(x);
            let (out, epilogue) = self.parameter_gradient(i);
            self.emit(Instruction::General(Box::new(General::Hand { x, out, epilogue })));
        }
    }

    /// Fuses updates into the products that make the gradient where nothing else adds to it; lists the others behind.
    fn updates(&mut self, fuse_from: usize) {
        let mut rest: Vec<usize> = vec![];
        for (i, p) in self.graph.spec.parameters.iter().enumerate() {
            let Some(times) = self.parameter_gradients.get(&i).filter(|_| p.trainable) else { continue };
            let mut done = false;
            // who else reads it must not find it updated
            let users = self.graph.value(&p.name).map_or(0, |v| self.users[v]);
            if *times == 1 && users == 1 && self.layout.entries[i].len >= fuse_from {
                for instruction in &mut self.program.body {
                    if let Instruction::Product { c, epilogue, .. } = instruction
                        && *c == Place::Gradient(i)
                    {
                        *epilogue = Epilogue::Update { parameter: i };
                        done = true;
                    }
                }
            }
            if !done {
                rest.push(i);
            }
        }
        self.program.largest = (self.program.body.iter())
            .filter_map(|i| match i {
                Instruction::Product { epilogue: Epilogue::Update { parameter }, .. } => Some(*parameter),
                _ => None,
            })
            .max_by_key(|p| self.layout.entries[*p].len);
        rest.sort_by_key(|i| self.layout.entries[*i].offset);
        for i in rest {
            let e = self.layout.entries[i];
            let kind = |i: usize| (self.graph.spec.parameters[i].decay, self.graph.spec.parameters[i].regularizer);
            match self.program.update.last_mut() {
                Some(Instruction::Update { offset, len, group })
                    if *offset + *len == e.offset && kind(*group) == kind(i) =>
                {
                    *len += e.len
                }
                _ => self.program.update.push(Instruction::Update { offset: e.offset, len: e.len, group: i }),
            }
        }
        self.norm();
        for (i, p) in self.graph.spec.parameters.iter().enumerate() {
            if let (Some(constraint), &[rows, columns]) = (p.constraint, &p.shape.dims[..])
                && p.trainable
                && self.parameter_gradients.contains_key(&i)
            {
                let limit = constraint.max_norm as f32;
                self.program.update.push(Instruction::MaxNorm { parameter: i, rows, columns, limit });
            }
        }
    }

    /// The sums of squares of the gradients that are left for the updates behind.
    fn norm(&mut self) {
        for instruction in &self.program.update {
            if let Instruction::Update { offset, len, group } = *instruction {
                let out = self.program.norm_len;
                self.program.norm.push(Instruction::Squares { offset, len, group, out });
                self.program.norm_len += len.div_ceil(BLOCK);
            }
        }
    }
}
