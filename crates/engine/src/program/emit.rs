//! What the general ops emit: steps over a space, reductions, gradients of what was broadcast.

use super::general::{Chain, Fill, General, Matrices, Operand, Reduction, Step, What};
use super::{Builder, Epilogue, Extent, Instruction, Layout, Place};
use crate::Result;
use crate::graph::{Shape, Strides, ValueId};

/// A value with the shape in which it is looked at.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Where it lies, in rows.
    pub place: Place,
    /// Its shape.
    pub shape: Shape,
}

/// Blocks of `x` that become (a part of) blocks of `y`: where the part begins in a block and how long the block is.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Copied.
    pub x: Place,
    /// Beginning of the part in a block of x, and elements of the block.
    pub from: (usize, usize),
    /// Written.
    pub y: Place,
    /// The same in y.
    pub to: (usize, usize),
    /// Elements of the part.
    pub len: usize,
}

/// What is picked along an axis.
#[derive(Clone, Debug)]
pub struct Picked {
    /// The axes before.
    pub outer: Shape,
    /// Size of the axis.
    pub n: usize,
    /// Elements behind it.
    pub inner: usize,
    /// Shape of the numbers.
    pub ids: Shape,
    /// They are ids rather than floats.
    pub whole: bool,
}

/// An operand of a product: matrices with leading axes.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Where it lies.
    pub place: Place,
    /// Leading axes.
    pub batch: Shape,
    /// From row to row.
    pub row: usize,
    /// From column to column.
    pub column: usize,
    /// Elements of a matrix.
    pub size: usize,
}

/// Products of matrices.
#[derive(Clone, Debug)]
pub struct Product {
    /// Leading axes of the result.
    pub batch: Shape,
    /// Rows are as many as a shape has elements.
    pub m: Shape,
    /// Columns.
    pub n: usize,
    /// Terms are as many as a shape has elements.
    pub k: Shape,
    /// Left operand.
    pub a: Factor,
    /// Right operand.
    pub b: Factor,
    /// Result.
    pub c: Place,
    /// How it is written.
    pub epilogue: Epilogue,
}

/// An argument of a step.
#[derive(Clone, Debug)]
pub enum Argument<'a> {
    /// A value, broadcast to the space.
    Value(&'a Seen),
    /// How many elements of the first shape become one of the second.
    Count(&'a Shape, &'a Shape),
    /// A number.
    Number(f32),
}

fn extent(shape: &Shape) -> Extent {
    let before = shape.dims.iter().rev().skip(1).product();
    if shape.rows { Extent::Rows(before) } else { Extent::Fixed(before) }
}

/// A product of extents, of which at most one has rows.
fn times(a: Extent, b: Extent) -> Extent {
    match (a, b) {
        (Extent::Fixed(a), Extent::Fixed(b)) => Extent::Fixed(a * b),
        (Extent::Rows(a) | Extent::Fixed(a), Extent::Rows(b) | Extent::Fixed(b)) => Extent::Rows(a * b),
    }
}

/// The elements of a shape.
fn count(shape: &Shape) -> Extent {
    if shape.rows { Extent::Rows(shape.width()) } else { Extent::Fixed(shape.width()) }
}

impl Builder<'_> {
    /// A value where it lies, with its shape.
    pub fn seen(&mut self, value: ValueId) -> Result<Seen> {
        let place = self.value(value)?;
        Ok(Seen { place, shape: self.ty(value).shape.clone() })
    }

    /// The gradient of a value in rows, with its shape.
    pub fn seen_gradient(&mut self, value: ValueId) -> Option<Seen> {
        let place = self.gradient(value)?;
        Some(Seen { place: self.in_rows(place), shape: self.ty(value).shape.clone() })
    }

    /// A new buffer of a shape.
    pub fn room(&mut self, label: &str, shape: &Shape) -> Seen {
        let width = shape.dims.last().copied().unwrap_or(1);
        let place = self.buffer(label.to_owned(), extent(shape), width, Layout::Rows);
        Seen { place, shape: shape.clone() }
    }

    /// Emits one step over the elements of `to`.
    pub fn step_into(&mut self, what: What, arguments: &[Argument<'_>], to: &Seen) {
        let mut chain =
            Chain { rows: to.shape.rows, width: to.shape.width(), registers: 0, fills: vec![], steps: vec![] };
        let mut from = vec![];
        for argument in arguments {
            let operand = match argument {
                Argument::Value(v) if v.shape.rows == to.shape.rows && v.shape.width() == to.shape.width() => {
                    Operand::Memory(v.place)
                }
                Argument::Value(v) => {
                    let register = Operand::Register(chain.registers);
                    if !v.shape.rows && v.shape.width() == 1 {
                        chain.fills.push((chain.registers, Fill::Element(v.place)));
                    } else {
                        let strides = v.shape.strides_in(&to.shape);
                        let what = What::Load { dims: to.shape.dims.clone(), strides };
                        chain.steps.push(Step { what, from: vec![Operand::Memory(v.place)], to: register });
                    }
                    chain.registers += 1;
                    register
                }
                Argument::Count(many, few) => {
                    let n = match (count(many), count(few)) {
                        (Extent::Rows(a), Extent::Fixed(b)) => Extent::Rows(a / b),
                        (Extent::Rows(a) | Extent::Fixed(a), Extent::Rows(b) | Extent::Fixed(b)) => {
                            Extent::Fixed(a / b)
                        }
                    };
                    chain.fills.push((chain.registers, Fill::Count(n)));
                    chain.registers += 1;
                    Operand::Register(chain.registers - 1)
                }
                Argument::Number(x) => {
                    let place = self.constant(vec![*x], 1);
                    chain.fills.push((chain.registers, Fill::Element(place)));
                    chain.registers += 1;
                    Operand::Register(chain.registers - 1)
                }
            };
            from.push(operand);
        }
        chain.steps.push(Step { what, from, to: Operand::Memory(to.place) });
        self.emit(Instruction::General(Box::new(General::Chain(chain))));
    }

    /// Emits one step into a new buffer of `shape`.
    pub fn step(&mut self, label: &str, what: What, arguments: &[Argument<'_>], shape: &Shape) -> Seen {
        let to = self.room(label, shape);
        self.step_into(what, arguments, &to);
        to
    }

    /// Applies a function of the kernels' registry in place.
    pub fn map_into(&mut self, name: &str, x: &Seen) {
        let function = downslope_kernels::elementwise::find(name).unwrap_or_default();
        let what = What::Map { function, parameters: [0.0; 4] };
        self.step_into(what, &[Argument::Value(x)], x);
    }

    /// A copy whose fixed axis i is axis `order[i]`.
    pub fn permuted(&mut self, label: &str, x: &Seen, order: &[usize]) -> Seen {
        let dims: Vec<usize> = order.iter().map(|a| x.shape.dims[*a]).collect();
        let own = x.shape.strides_in(&x.shape);
        let strides = Strides { row: own.row, axes: order.iter().map(|a| own.axes[*a]).collect() };
        let y = self.room(label, &Shape { rows: x.shape.rows, dims: dims.clone() });
        let step = Step {
            what: What::Load { dims, strides },
            from: vec![Operand::Memory(x.place)],
            to: Operand::Memory(y.place),
        };
        let (rows, width) = (x.shape.rows, x.shape.width());
        self.general(General::Chain(Chain { rows, width, registers: 0, fills: vec![], steps: vec![step] }));
        y
    }

    /// A new buffer of zeros.
    pub fn zeros(&mut self, label: &str, shape: &Shape) -> Seen {
        self.step(label, What::Copy, &[Argument::Number(0.0)], shape)
    }

    fn general(&mut self, general: General) {
        self.emit(Instruction::General(Box::new(general)));
    }

    /// Emits a copy of blocks, as many as `outer` has elements.
    pub fn block(&mut self, block: Block, outer: &Shape) {
        self.general(General::Block { block, outer: count(outer) });
    }

    /// Emits the picking of elements from `x` to `y`; or, to `add`, the addition of what was picked to where it came from.
    pub fn pick(&mut self, picked: Picked, x: Place, ids: Place, y: Place, add: bool) {
        let Picked { outer, n, inner, ids: shape, whole } = picked;
        self.general(General::Pick { x, ids, y, outer: count(&outer), n, inner, count: count(&shape), whole, add });
    }

    /// The index of the first of the largest elements along an axis.
    pub fn argmax(&mut self, label: &str, x: &Seen, axis: usize, to: &Shape) -> Seen {
        let rows = x.shape.rows.then_some(Extent::Rows(1));
        let sizes: Vec<Extent> = rows.into_iter().chain(x.shape.dims.iter().map(|d| Extent::Fixed(*d))).collect();
        let product = |list: &[Extent]| list.iter().fold(Extent::Fixed(1), |n, m| times(n, *m));
        let (outer, n, inner) = (product(&sizes[..axis]), sizes[axis], product(&sizes[axis + 1..]).of(1));
        let y = self.room(label, to);
        self.general(General::Argmax { x: x.place, y: y.place, outer, n, inner });
        y
    }

    /// Emits products of matrices.
    pub fn product(&mut self, product: Product) {
        let Product { batch, m, n, k, a, b, c, epilogue } = product;
        let strides = |f: &Factor| {
            let s = f.batch.strides_in(&batch);
            Strides { row: s.row * f.size, axes: s.axes.iter().map(|x| x * f.size).collect() }
        };
        let matrices = Matrices {
            rows: batch.rows,
            strides: (strides(&a), strides(&b)),
            dims: batch.dims.clone(),
            m: count(&m),
            n,
            k: count(&k),
            left: (a.row, a.column),
            right: b.row,
        };
        self.general(General::Product { matrices: Box::new(matrices), a: a.place, b: b.place, c, epilogue });
    }

    /// A function of two values by its name, broadcast to `shape`.
    pub fn binary(&mut self, name: &str, label: &str, a: &Argument<'_>, b: &Argument<'_>, shape: &Shape) -> Seen {
        let function = downslope_kernels::binary::find(name).unwrap_or_default();
        self.step(label, What::Binary(function), &[a.clone(), b.clone()], shape)
    }

    /// Reduces some axes (rows are axis 0) to `to`, which has the elements that are left.
    pub fn reduce(&mut self, label: &str, kind: Reduction, x: &Seen, axes: &[usize], to: &Shape) -> Seen {
        // neighbours that are both reduced or both kept are one axis; axes of 1 are none
        let rows = x.shape.rows.then_some(Extent::Rows(1));
        let all = rows.into_iter().chain(x.shape.dims.iter().map(|d| Extent::Fixed(*d)));
        let mut groups: Vec<(Extent, bool)> = vec![];
        for (axis, size) in all.enumerate().filter(|(_, s)| *s != Extent::Fixed(1)) {
            let reduced = axes.contains(&axis);
            match groups.last_mut() {
                Some((n, same)) if *same == reduced => *n = times(*n, size),
                _ => groups.push((size, reduced)),
            }
        }
        let mut from = x.place;
        while let Some(at) = groups.iter().rposition(|g| g.1) {
            let product = |list: &[(Extent, bool)]| list.iter().fold(Extent::Fixed(1), |n, g| times(n, g.0));
            let (outer, n, inner) = (product(&groups[..at]), groups[at].0, product(&groups[at + 1..]).of(1));
            groups.remove(at);
            let y = if groups.iter().any(|g| g.1) {
                self.buffer(format!("{label} in part"), outer, inner, Layout::Rows)
            } else {
                self.room(label, to).place
            };
            self.emit(Instruction::General(Box::new(General::Reduce { kind, x: from, y, outer, n, inner })));
            from = y;
        }
        if from == x.place {
            return self.step(label, What::Copy, &[Argument::Value(&Seen { place: from, shape: to.clone() })], to);
        }
        Seen { place: from, shape: to.clone() }
    }

    /// Hands over the gradient of a value that was broadcast to the shape of `gradient`; `own` says that the buffer is nobody else's.
    pub fn broadcast_gradient(&mut self, value: ValueId, gradient: &Seen, own: bool) {
        let shape = self.ty(value).shape.clone();
        let axes = shape.repeated_in(&gradient.shape);
        let label = format!("{} gradient", self.graph.values[value].name);
        let part = if axes.is_empty() {
            let view = Seen { place: self.shaped(gradient.place, &shape), shape: shape.clone() };
            if own || self.gradient(value).is_some() {
                view
            } else {
                self.step(&label, What::Copy, &[Argument::Value(&view)], &shape)
            }
        } else {
            self.reduce(&label, Reduction::Sum, gradient, &axes, &shape)
        };
        self.add_gradient(value, part.place);
    }
}
