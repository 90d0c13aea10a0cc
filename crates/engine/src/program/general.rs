//! Instructions of the general ops: chains of elementwise steps with broadcasting, reductions, and what moves values.

use super::{Block, Epilogue, Extent, Place};
use crate::graph::Strides;

/// One instruction of the general ops.
#[derive(Clone, Debug)]
pub enum General {
    /// Elementwise steps over one space.
    Chain(Chain),
    /// `y[o][i] = Σ_j x[o][j][i]`, or an extreme.
    Reduce {
        /// Which.
        kind: Reduction,
        /// Argument.
        x: Place,
        /// Result.
        y: Place,
        /// Number of o.
        outer: Extent,
        /// Number of j.
        n: Extent,
        /// Number of i.
        inner: usize,
    },
    /// Parts of blocks.
    Block {
        /// Which parts.
        block: Block,
        /// Number of blocks.
        outer: Extent,
    },
    /// `y[o][j][i] = x[o][ids[j]][i]`, or with `add` the other way: `y[o][ids[j]][i] += x[o][j][i]` in the order of j.
    Pick {
        /// From.
        x: Place,
        /// Numbers.
        ids: Place,
        /// To.
        y: Place,
        /// Number of o.
        outer: Extent,
        /// What ids are below.
        n: usize,
        /// Number of i.
        inner: usize,
        /// Number of j.
        count: Extent,
        /// The numbers are ids rather than floats.
        whole: bool,
        /// Whether it is the gradient.
        add: bool,
    },
    /// `y[o][i]` = the first j of the largest `x[o][j][i]`.
    Argmax {
        /// Argument.
        x: Place,
        /// Result.
        y: Place,
        /// Number of o.
        outer: Extent,
        /// Number of j.
        n: Extent,
        /// Number of i.
        inner: usize,
    },
    /// Products of matrices.
    Product {
        /// Their sizes.
        matrices: Box<Matrices>,
        /// Left operand.
        a: Place,
        /// Right operand.
        b: Place,
        /// Result, without gaps.
        c: Place,
        /// How it is written.
        epilogue: Epilogue,
    },
    /// The gradient of a parameter as other instructions left it, to where the optimizer reads it.
    Hand {
        /// From, in rows.
        x: Place,
        /// To.
        out: Place,
        /// How.
        epilogue: Epilogue,
    },
    /// The derivative of the total loss by a loss that is one number: its weight, 0 in all pieces of a batch but the first.
    SeedOne {
        /// Weight of the loss in the total.
        weight: f32,
        /// One number.
        out: Place,
    },
}

/// Products `c[i] = a[i] · b[i]` of matrices with leading axes.
#[derive(Clone, Debug)]
pub struct Matrices {
    /// Whether the first leading axis is the rows.
    pub rows: bool,
    /// The other leading axes.
    pub dims: Vec<usize>,
    /// How the operands go along them.
    pub strides: (Strides, Strides),
    /// Rows of c.
    pub m: Extent,
    /// Columns of c.
    pub n: usize,
    /// Terms of each sum.
    pub k: Extent,
    /// From row to row and from column to column of a.
    pub left: (usize, usize),
    /// From row to row of b.
    pub right: usize,
}

/// What a reduction makes of many numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Their sum.
    Sum,
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

/// Steps over all elements of a space, block by block.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Whether the space has one row per sample.
    pub rows: bool,
    /// Elements of a row of the space, or of the whole.
    pub width: usize,
    /// Registers of a block.
    pub registers: usize,
    /// Before the first block.
    pub fills: Vec<(usize, Fill)>,
    /// For each block, in order.
    pub steps: Vec<Step>,
}

/// A number that is the same for all elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The only element of a value.
    Element(Place),
    /// How many.
    Count(Extent),
}

/// Where a step reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A register of the block.
    Register(usize),
    /// Memory that has the elements of the space one after another.
    Memory(Place),
}

/// One step of a chain.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it computes.
    pub what: What,
    /// Its arguments.
    pub from: Vec<Operand>,
    /// Its result.
    pub to: Operand,
}

/// What a step of a chain computes.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Elements of a value that is broadcast or permuted; the argument is its memory.
    Load {
        /// The fixed axes of the space.
        dims: Vec<usize>,
        /// How the value is walked through.
        strides: Strides,
    },
    /// The argument.
    Copy,
    /// A function of the kernels' registry.
    Map {
        /// Its index.
        function: usize,
        /// Its options.
        parameters: [f32; 4],
    },
    /// Its gradient, of dy and its argument or result.
    MapGradient {
        /// Its index.
        function: usize,
        /// Its options.
        parameters: [f32; 4],
    },
    /// x · scale + offset
    Affine {
        /// Factor.
        scale: f32,
        /// Summand.
        offset: f32,
    },
    /// A function of two arguments, by its index in the kernels' registry.
    Binary(usize),
    /// The gradient of one by an argument, of dy and both.
    BinaryGradient {
        /// The index of the function.
        function: usize,
        /// By the second argument.
        second: bool,
    },
    /// c ≠ 0 ? a : b
    Select,
    /// x within bounds.
    Clip {
        /// The lower one.
        least: f32,
        /// The upper one.
        most: f32,
    },
    /// Its gradient, of dy and x.
    ClipGradient {
        /// The lower one.
        least: f32,
        /// The upper one.
        most: f32,
    },
}

impl What {
    /// For people.
    pub fn name(&self) -> String {
        use downslope_kernels::{binary, elementwise};
        match self {
            What::Load { .. } => "load".to_owned(),
            What::Copy => "copy".to_owned(),
            What::Map { function, .. } => elementwise::FUNCTIONS[*function].name.to_owned(),
            What::MapGradient { function, .. } => format!("{} gradient", elementwise::FUNCTIONS[*function].name),
            What::Affine { .. } => "affine".to_owned(),
            What::Binary(function) => binary::FUNCTIONS[*function].name.to_owned(),
            What::BinaryGradient { function, .. } => format!("{} gradient", binary::FUNCTIONS[*function].name),
            What::Select => "where".to_owned(),
            What::Clip { .. } => "clip".to_owned(),
            What::ClipGradient { .. } => "clip gradient".to_owned(),
        }
    }
}

impl General {
    /// Calls `f(place, written)` for each operand.
    pub fn operands(&self, mut f: impl FnMut(Place, bool)) {
        match self {
            General::Chain(chain) => {
                for (_, fill) in &chain.fills {
                    if let Fill::Element(place) = fill {
                        f(*place, false);
                    }
                }
                for step in &chain.steps {
                    for from in &step.from {
                        if let Operand::Memory(place) = from {
                            f(*place, false);
                        }
                    }
                    if let Operand::Memory(place) = step.to {
                        f(place, true);
                    }
                }
            }
            General::Reduce { x, y, .. } => {
                f(*x, false);
                f(*y, true);
            }
            General::Block { block, .. } => {
                f(block.x, false);
                f(block.y, true);
            }
            General::Pick { x, ids, y, .. } => {
                f(*x, false);
                f(*ids, false);
                f(*y, true);
            }
            General::Argmax { x, y, .. } => {
                f(*x, false);
                f(*y, true);
            }
            General::Product { a, b, c, .. } => {
                f(*a, false);
                f(*b, false);
                f(*c, true);
            }
            General::Hand { x, out, .. } => {
                f(*x, false);
                f(*out, true);
            }
            General::SeedOne { out, .. } => f(*out, true),
        }
    }

    /// Multiply-adds of products, for a piece of `rows` rows.
    pub fn multiply_adds(&self, rows: usize) -> usize {
        let General::Product { matrices: p, .. } = self else { return 0 };
        let batch = p.dims.iter().product::<usize>() * if p.rows { rows } else { 1 };
        [p.m.of(rows), p.n, p.k.of(rows)].into_iter().fold(batch, usize::saturating_mul)
    }

    /// Name and floating-point operations of an element of its widest operand, for people.
    pub fn describe(&self) -> (String, usize) {
        match self {
            General::Chain(chain) => {
                let names: Vec<String> = (chain.steps.iter())
                    .filter(|s| chain.steps.len() == 1 || !matches!(s.what, What::Load { .. }))
                    .map(|s| s.what.name())
                    .collect();
                (names.join(" + "), names.len())
            }
            General::Reduce { kind, .. } => (format!("{kind:?}").to_lowercase(), 1),
            General::Block { .. } => ("copy part".to_owned(), 0),
            General::Pick { add, .. } => {
                (if *add { "gather gradient" } else { "gather" }.to_owned(), usize::from(*add))
            }
            General::Argmax { .. } => ("argmax".to_owned(), 1),
            General::Product { .. } => ("product".to_owned(), 0),
            General::Hand { .. } => ("hand over gradient".to_owned(), 0),
            General::SeedOne { .. } => ("seed gradient".to_owned(), 0),
        }
    }
}
