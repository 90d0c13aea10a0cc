//! Runs a program with the kernels, on one thread or a team.
//!
//! This is the one room of the engine with `unsafe`: kernels take addresses, because a matrix is written by several threads in disjoint parts.
//! What makes it sound: the program was built by [`crate::program::compile`], whose places lie inside the arenas of [`Arenas::new`] for any
//! number of rows up to its capacity; every instruction splits what it writes into disjoint parts, one for each thread; and a barrier
//! stands between an instruction and the next.

mod exec;
pub(crate) mod general;
mod shift;
mod split;
mod updater;
mod view;

use std::marker::PhantomData;

use downslope_kernels::memory::Floats;
use downslope_kernels::table::Kernels;
use downslope_kernels::team::Team;
use downslope_kernels::update::UpdateScalars;

use crate::Result;
use crate::machine::memory;
use crate::program::{Instruction, ParameterLayout, Program};

/// The memory that a program works in, except what outlives it.
#[derive(Debug)]
pub struct Arenas {
    /// Matrices of the batch.
    pub batch: Floats,
    /// Tensors computed from parameters and states.
    pub derived: Floats,
    /// Sums of squares of gradients.
    norm: Floats,
    scratch: Floats,
    threads: usize,
}

impl Arenas {
    /// Memory for a program that at most `threads` threads run.
    ///
    /// # Errors
    /// `ERR_SHAPE` where there is not so much.
    pub fn new(program: &Program, threads: usize) -> Result<Self> {
        Ok(Self {
            batch: memory("the activations of a batch", program.batch_len)?,
            derived: memory("the transposed kernels", program.derived_len + 16)?,
            norm: memory("the norm of the gradients", program.norm_len)?,
            scratch: memory("the tiles of products", downslope_kernels::gemm::SCRATCH * threads)?,
            threads,
        })
    }

    /// Bytes.
    pub fn bytes(&self) -> usize {
        (self.batch.len() + self.derived.len() + self.norm.len() + self.scratch.len()) * size_of::<f32>()
    }
}

/// The column that feeds an input of the graph.
#[derive(Clone, Copy, Debug)]
pub enum Feed<'a> {
    /// Numbers.
    F32(&'a [f32]),
    /// Bytes, widened.
    U8(&'a [u8]),
    /// Ids.
    U32(&'a [u32]),
}

/// What the rows of a piece are.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// For each input of the graph.
    pub feeds: &'a [Option<Feed<'a>>],
    /// The rows to take from the feeds.
    pub rows: &'a [u32],
    /// The rows that will be taken next, for prefetching.
    pub next: &'a [u32],
    /// One weight per row of the feeds.
    pub weights: Option<&'a [f32]>,
    /// One over the sum of the weights (or the number of rows) of the whole batch.
    pub scale: f32,
    /// Rows of the batch in the pieces before this one.
    pub first: usize,
}

/// How parameters are updated in this step.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Number of the step, from 0, for dropout.
    pub number: u64,
    /// Seed of the run, for dropout.
    pub seed: u64,
    /// For each parameter.
    pub scalars: &'a [UpdateScalars],
    /// The rule and its variant, as indices in the kernels' table.
    pub rule: (usize, usize),
    /// The rule is `sgd` without momentum.
    pub plain_descent: bool,
}

/// The memory that outlives a program, borrowed for as long as a machine runs.
#[derive(Debug)]
pub struct Tensors<'a> {
    parameters: *mut f32,
    states: *mut f32,
    gradients: *mut f32,
    optimizer: [*mut f32; 3],
    lengths: (usize, usize),
    trains: bool,
    borrowed: PhantomData<&'a mut [f32]>,
}

impl<'a> Tensors<'a> {
    /// For programs that only compute forward; parameters and states are shared with other readers.
    pub fn forward(parameters: &'a Floats, states: &'a Floats) -> Self {
        let null = std::ptr::null_mut();
        Self {
            parameters: parameters.as_ptr_mut(),
            states: states.as_ptr_mut(),
            gradients: null,
            optimizer: [null; 3],
            lengths: (parameters.len(), states.len()),
            trains: false,
            borrowed: PhantomData,
        }
    }

    /// For programs that train. Gradients and the optimizer's state must be as long as the parameters.
    ///
    /// # Panics
    /// When they are not.
    pub fn train(
        parameters: &'a mut Floats,
        states: &'a Floats,
        gradients: &'a mut Floats,
        optimizer: &'a mut [Floats],
    ) -> Self {
        assert!(
            gradients.len() == parameters.len() && optimizer.iter().all(|s| s.len() == parameters.len()),
            "arenas of one length"
        );
        let mut pointers = [std::ptr::null_mut(); 3];
        for (p, s) in pointers.iter_mut().zip(optimizer) {
            *p = s.as_ptr_mut();
        }
        Self {
            gradients: gradients.as_ptr_mut(),
            optimizer: pointers,
            trains: true,
            ..Self::forward(parameters, states)
        }
    }
}

/// A program, its memory and the kernels.
#[derive(Debug)]
pub struct Machine<'a> {
    /// What runs.
    pub program: &'a Program,
    /// Where parameters lie.
    pub layout: &'a ParameterLayout,
    /// Where states lie.
    pub states: &'a ParameterLayout,
    /// For the instruction set.
    pub kernels: &'static Kernels,
    /// Its memory. Held for the machine's life by the exclusive borrow it was made from.
    arenas: ArenaAddresses,
    tensors: Tensors<'a>,
}

#[derive(Clone, Copy, Debug)]
struct ArenaAddresses {
    batch: *mut f32,
    derived: *mut f32,
    norm: *mut f32,
    scratch: *mut f32,
    threads: usize,
}

// SAFETY: threads write disjoint parts (see the head of this file).
unsafe impl Sync for Machine<'_> {}

/// Which part of a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Once for these parameters.
    Prepare,
    /// A piece of a batch.
    Body,
    /// The squares of the gradients.
    Norm,
    /// The updates behind.
    Update,
}

impl<'a> Machine<'a> {
    /// Puts a program and its memory together.
    ///
    /// # Panics
    /// When the arenas were made for another program, the tensors are shorter than the layouts, or a program that trains gets tensors that
    /// are only to be read.
    pub fn new(
        program: &'a Program,
        layout: &'a ParameterLayout,
        states: &'a ParameterLayout,
        kernels: &'static Kernels,
        arenas: &'a mut Arenas,
        tensors: Tensors<'a>,
    ) -> Self {
        assert!(
            arenas.batch.len() >= program.batch_len
                && arenas.derived.len() >= program.derived_len
                && arenas.norm.len() >= program.norm_len,
            "arenas of another program"
        );
        assert!(
            tensors.lengths.0 >= layout.total && tensors.lengths.1 >= states.total,
            "tensors shorter than their layout"
        );
        assert!(tensors.trains || !program.trains, "a program that trains needs gradients");
        let arenas = ArenaAddresses {
            batch: arenas.batch.as_ptr_mut(),
            derived: arenas.derived.as_ptr_mut(),
            norm: arenas.norm.as_ptr_mut(),
            scratch: arenas.scratch.as_ptr_mut(),
            threads: arenas.threads,
        };
        Self { program, layout, states, kernels, arenas, tensors }
    }

    /// Runs a part of the program for a piece.
    ///
    /// # Panics
    /// When the piece has more rows than the program was compiled for, or a row number is beyond a feed.
    pub fn run(&mut self, part: Part, piece: &Piece<'_>, step: &Step<'_>, team: Option<&mut Team>) {
        assert!(piece.rows.len() <= self.program.capacity, "a piece has more rows than the program");
        let list: &[Instruction] = match part {
            Part::Prepare => &self.program.prepare,
            Part::Body => &self.program.body,
            Part::Norm => &self.program.norm,
            Part::Update => &self.program.update,
        };
        match team {
            Some(team) if team.threads() > 1 => {
                let n = team.threads().min(self.arenas.threads);
                let (barrier, machine) = (team.barrier(), &*self);
                team.run(&|t| {
                    for instruction in list {
                        if t < n {
                            machine.execute(instruction, piece, step, t, n);
                        }
                        barrier.wait();
                    }
                });
            }
            _ => {
                for instruction in list {
                    self.execute(instruction, piece, step, 0, 1);
                }
            }
        }
    }

    /// The norm of all gradients after [`Part::Norm`]: the sums of the chunks are added in order, in 64 bits.
    pub fn norm(&self) -> f64 {
        // SAFETY: the arena is as long, and nobody writes while no part runs.
        let sums = unsafe { std::slice::from_raw_parts(self.arenas.norm, self.program.norm_len) };
        sums.iter().map(|x| f64::from(*x)).sum::<f64>().sqrt()
    }

    /// A row-major matrix of the batch after a run.
    pub fn read(&self, place: crate::program::Place, rows: usize) -> &[f32] {
        let crate::program::Place::Batch(id) = place else { return &[] };
        let buffer = &self.program.buffers[id];
        let len = buffer.rows.of(rows) * buffer.width;
        assert!(
            rows <= self.program.capacity && buffer.layout == crate::program::Layout::Rows,
            "only matrices in rows can be read"
        );
        // SAFETY: the buffer lies inside the arena for any number of rows up to the capacity, and nobody writes while no part runs (`run`
        // returns when all threads are done).
        unsafe { std::slice::from_raw_parts(self.arenas.batch.add(buffer.offset), len) }
    }

    /// Ids of the batch after a run.
    pub fn read_ids(&self, place: crate::program::Place, rows: usize) -> &[u32] {
        let values = self.read(place, rows);
        // SAFETY: the same memory and alignment; every bit pattern is an id.
        unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), values.len()) }
    }
}

/// Softmax of rows, or the logistic function of each element, in place.
pub(crate) fn activate(kernels: &Kernels, softmax: bool, values: &mut [f32], width: usize) {
    let p = values.as_mut_ptr();
    if softmax {
        // SAFETY: whole rows of the slice; the kernel allows to work in place.
        unsafe { (kernels.reduce.softmax)(values.len() / width.max(1), width, p, width, p, width) }
    } else if let Some(function) = downslope_kernels::elementwise::find("sigmoid") {
        // SAFETY: as above.
        unsafe { (kernels.functions[function].forward)(values.len(), p, p, &[0.0; 4]) }
    }
}

/// The logarithm of the softmax of rows, in place.
pub(crate) fn log_softmax(kernels: &Kernels, values: &mut [f32], width: usize) {
    let p = values.as_mut_ptr();
    // SAFETY: whole rows of the slice; the kernel allows to work in place.
    unsafe { (kernels.reduce.log_softmax)(values.len() / width.max(1), width, p, width, p, width) }
}
