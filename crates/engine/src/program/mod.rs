//! The program: a flat list of instructions over preallocated arenas.
//!
//! Instructions name places (a buffer of the batch, a parameter, …), never addresses, so that another executor can run the same list.

mod builder;
mod chains;
mod describe;
mod emit;
mod fuse;
pub mod general;
mod layout;
mod liveness;

pub use builder::{Builder, Mode, compile};
#[cfg(test)]
pub(crate) use builder::{Ways, assemble};
pub use describe::describe;
pub use emit::{Argument, Block, Factor, Picked, Product, Seen};
pub use layout::{Entry, Kind, ParameterLayout};

/// Index of a buffer of the batch in [`Program::buffers`].
pub type BufferId = usize;

/// A batch runs in pieces of at most this many rows, a multiple of the block of the bit contract.
pub const PIECE: usize = 1024;

/// A number of rows: those of the batch, some number of times, or fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Rows of the piece times a factor (for inputs of higher rank).
    Rows(usize),
    /// The same for each batch.
    Fixed(usize),
}

impl Extent {
    /// The number, for a piece of `rows` rows.
    pub fn of(self, rows: usize) -> usize {
        match self {
            Extent::Rows(factor) => rows * factor,
            Extent::Fixed(n) => n,
        }
    }
}

/// How a matrix lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Row after row.
    Rows,
    /// Panels of 16 columns, padded with zeros.
    Panels,
}

/// A matrix of the batch: activations, gradients, masks.
#[derive(Clone, Debug)]
pub struct Buffer {
    /// What it holds, for people.
    pub label: String,
    /// Number of rows.
    pub rows: Extent,
    /// Number of columns.
    pub width: usize,
    /// How it lies in memory.
    pub layout: Layout,
    /// Kept until the end of the piece because somebody outside the program reads it.
    pub pinned: bool,
    /// It is another buffer seen in another shape.
    pub alias: Option<BufferId>,
    /// Where it lies in the batch arena.
    pub offset: usize,
}

impl Buffer {
    /// Floats it takes at a capacity of `rows` rows.
    pub fn len(&self, rows: usize) -> usize {
        let width = if self.layout == Layout::Panels { self.width.next_multiple_of(16) } else { self.width };
        (self.rows.of(rows) * width).next_multiple_of(16)
    }
}

/// Where an operand lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A buffer of the batch.
    Batch(BufferId),
    /// `spec.parameters[i]`
    Parameter(usize),
    /// Its gradient.
    Gradient(usize),
    /// `spec.states[i]`
    State(usize),
    /// Something computed from a parameter or state: [`Program::derived`].
    Derived(usize),
}

/// What [`Place::Derived`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerivedKind {
    /// The transpose of a parameter in panels.
    Transposed(usize),
    /// One over a state.
    Inverse(usize),
    /// Numbers of the graph: [`Program::constants`].
    Constant(usize),
}

/// Numbers that the graph itself holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Row-major.
    pub values: Vec<f32>,
    /// The last axis, or 1.
    pub width: usize,
}

/// A derived tensor.
#[derive(Clone, Copy, Debug)]
pub struct Derived {
    /// What it is.
    pub kind: DerivedKind,
    /// Where it lies in the derived arena.
    pub offset: usize,
    /// Floats.
    pub len: usize,
}

/// What a gather does to each value on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GatherTransform {
    /// Nothing (bytes are widened).
    None,
    /// x · scale + offset
    Affine(f32, f32),
    /// (x − mean) · inverse deviation, per feature
    Standardize {
        /// The mean, a state.
        mean: Place,
        /// One over the deviation, derived.
        inverse: Place,
    },
}

/// What a product is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// activations · weights
    Forward,
    /// gradient · weightsᵀ, or weights · gradientᵀ
    InputGradient,
    /// activationsᵀ · gradient
    WeightGradient,
}

/// What happens to an element of a product on its way out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Epilogue {
    /// Stored.
    Store,
    /// Added to what is there.
    Accumulate,
    /// Stored in the first piece of a batch, added in the others.
    Gradient,
    /// Bias added, then maybe rectified.
    Bias {
        /// `[n]`
        bias: Place,
        /// max(0, ·)
        relu: bool,
    },
    /// What is not above 0 in this matrix of the same shape makes 0 of it: the gradient of `relu` by its output.
    Mask(Place),
    /// It is the gradient of this parameter, which is updated at once.
    Update {
        /// The parameter.
        parameter: usize,
    },
}

/// One instruction.
#[derive(Clone, Debug)]
pub enum Instruction {
    /// Rows of an input of the data set into a buffer.
    Gather {
        /// `spec.inputs[i]`
        input: usize,
        /// Where to.
        out: Place,
        /// Applied on the way.
        transform: GatherTransform,
    },
    /// The derivative of the total loss by each row's loss: weight / rows of the batch, times the row's own weight.
    Seed {
        /// Weight of the loss in the total.
        weight: f32,
        /// `[rows]`
        out: Place,
    },
    /// A matrix product `c (+)= a · b`, `[m, k] · [k, n]`.
    Product {
        /// What for.
        role: Role,
        /// Rows of c.
        m: Extent,
        /// Columns of c.
        n: Extent,
        /// Terms of each sum.
        k: Extent,
        /// Left operand; transposed for weight gradients.
        a: Place,
        /// Right operand.
        b: Place,
        /// Result.
        c: Place,
        /// On the way out.
        epilogue: Epilogue,
    },
    /// y = xᵀ
    Flip {
        /// Rows of x.
        rows: Extent,
        /// Columns of x.
        columns: Extent,
        /// From.
        x: Place,
        /// To.
        y: Place,
    },
    /// The transpose of a parameter, in panels; or one over a state.
    Derive {
        /// Which.
        out: usize,
    },
    /// y = f(x), element by element; x and y may be the same.
    Map {
        /// Index in the kernels' registry.
        function: usize,
        /// Its options.
        parameters: [f32; 4],
        /// Argument.
        x: Place,
        /// Result.
        y: Place,
    },
    /// dx = f′ · dy, where `v` is f's argument or result; dx and dy may be the same.
    MapGradient {
        /// Index in the kernels' registry.
        function: usize,
        /// Its options.
        parameters: [f32; 4],
        /// Gradient of the result.
        dy: Place,
        /// Argument or result of the function, as its registry entry says.
        v: Place,
        /// Gradient of the argument.
        dx: Place,
    },
    /// y = x · scale + offset
    Affine {
        /// Argument.
        x: Place,
        /// Result.
        y: Place,
        /// Factor.
        scale: f32,
        /// Summand.
        offset: f32,
    },
    /// y = (x − mean) · inverse, per feature.
    Standardize {
        /// Argument.
        x: Place,
        /// Result.
        y: Place,
        /// Subtracted; nothing for the backward pass.
        mean: Option<Place>,
        /// Factor.
        inverse: Place,
    },
    /// y = x or y += x, between any two layouts.
    Copy {
        /// From.
        x: Place,
        /// To.
        y: Place,
        /// Add instead of store.
        add: bool,
    },
    /// y = x · mask, with a new mask of zeros and 1/keep.
    Dropout {
        /// Hash of the node's name.
        stream: u64,
        /// Probability to keep.
        keep: f32,
        /// Argument.
        x: Place,
        /// The mask, kept for the backward pass.
        mask: Place,
        /// Result.
        y: Place,
    },
    /// y = x + deviation · z with new normal numbers z; x and y may be the same.
    Noise {
        /// Hash of the node's name.
        stream: u64,
        /// Standard deviation.
        deviation: f32,
        /// Argument.
        x: Place,
        /// Result.
        y: Place,
    },
    /// y = a · b, element by element, all in rows.
    Multiply {
        /// First factor.
        a: Place,
        /// Second factor.
        b: Place,
        /// Result.
        y: Place,
    },
    /// Softmax or its logarithm along a row.
    Softmax {
        /// The logarithm.
        log: bool,
        /// Argument.
        x: Place,
        /// Result.
        y: Place,
    },
    /// The gradient of it, from its result.
    SoftmaxGradient {
        /// The logarithm.
        log: bool,
        /// Gradient of the result.
        dy: Place,
        /// The result.
        y: Place,
        /// Gradient of the argument.
        dx: Place,
    },
    /// A loss per row and its gradient.
    Loss {
        /// Which, in the registry of the kernels.
        function: usize,
        /// Its parameters.
        parameters: [f32; 4],
        /// Whether the target holds ids.
        ids: bool,
        /// Logits or predictions.
        z: Place,
        /// Ids or numbers.
        target: Place,
        /// Row losses, when wanted.
        loss: Option<Place>,
        /// `(dl, dz)`, when wanted.
        gradient: Option<(Place, Place)>,
    },
    /// Sums of the columns: the gradient of a bias.
    ColumnSum {
        /// What to sum.
        x: Place,
        /// `[width]`
        out: Place,
        /// How.
        epilogue: Epilogue,
    },
    /// One of the general ops.
    General(Box<general::General>),
    /// The optimizer's step for a range of the parameters that share all their numbers.
    Update {
        /// First float in the parameter arena.
        offset: usize,
        /// Floats.
        len: usize,
        /// The first of these parameters; the numbers of all are the same.
        group: usize,
    },
    /// Sums of squares of the gradient of such a range, regularisers included, one for each chunk of 256.
    Squares {
        /// First float in the parameter arena.
        offset: usize,
        /// Floats.
        len: usize,
        /// The first of these parameters.
        group: usize,
        /// Where the sums begin in the arena of the norm.
        out: usize,
    },
    /// Columns of a parameter beyond a norm are scaled down to it.
    MaxNorm {
        /// The parameter, a matrix.
        parameter: usize,
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
        /// The largest norm.
        limit: f32,
    },
}

/// An output of the program.
#[derive(Clone, Debug)]
pub struct ProgramOutput {
    /// Its name.
    pub name: String,
    /// Where it lies, in rows.
    pub place: Place,
    /// Shape of one row.
    pub dims: Vec<usize>,
}

/// A loss of the program.
#[derive(Clone, Copy, Debug)]
pub struct ProgramLoss {
    /// One loss per row, or one in all.
    pub loss: Place,
    /// Whether there is one per row.
    pub rows: bool,
    /// Its weight in the total.
    pub weight: f32,
    /// What metrics look at, in rows.
    pub prediction: Option<Place>,
    /// Columns of the prediction.
    pub width: usize,
    /// What metrics compare it with.
    pub target: Option<Place>,
    /// Columns of the target.
    pub target_width: usize,
    /// Whether the target is ids.
    pub ids: bool,
}

/// What runs.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Once before the first run with these parameters and states.
    pub prepare: Vec<Instruction>,
    /// For each piece of a batch.
    pub body: Vec<Instruction>,
    /// After the last piece of a batch, where gradients are clipped by their norm.
    pub norm: Vec<Instruction>,
    /// After the last piece of a batch, and the norm.
    pub update: Vec<Instruction>,
    /// The matrices of the batch.
    pub buffers: Vec<Buffer>,
    /// Floats of the batch arena.
    pub batch_len: usize,
    /// Numbers of the graph, which are copied to the derived arena once.
    pub constants: Vec<Constant>,
    /// Tensors computed from parameters and states.
    pub derived: Vec<Derived>,
    /// Floats of the derived arena.
    pub derived_len: usize,
    /// Floats of the arena of the norm.
    pub norm_len: usize,
    /// Most rows of a piece.
    pub capacity: usize,
    /// What `predict` returns.
    pub outputs: Vec<ProgramOutput>,
    /// What training minimises.
    pub losses: Vec<ProgramLoss>,
    /// Whether it computes gradients.
    pub trains: bool,
    /// The parameter whose update has the most arithmetic, where the next batch is prefetched.
    pub largest: Option<usize>,
}
