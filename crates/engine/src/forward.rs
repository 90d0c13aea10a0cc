//! A compiled forward program with its memory.

mod few;

use std::sync::atomic::{AtomicBool, Ordering};

use downslope_kernels::memory::Floats;
use downslope_kernels::table::Kernels;
use downslope_kernels::team::{Lease, Team};

use crate::cpu::{Arenas, Feed, Machine, Part, Piece, Step, Tensors};
use crate::graph::Graph;
use crate::machine;
use crate::network::{Output, Transform};
use crate::program::{Mode, ParameterLayout, Program, compile};
use crate::{Error, Result};

/// Work below this many multiply-adds is not worth a second thread.
const WORTH_A_THREAD: usize = 50_000_000;

/// Runs the forward pass of a graph.
#[derive(Debug)]
pub struct Forward {
    program: Program,
    arenas: Arenas,
    kernels: &'static Kernels,
    identity: Vec<u32>,
    flops: usize,
    threads: usize,
}

/// A step for programs that do not train.
pub(crate) const NO_STEP: Step<'static> = Step { number: 0, seed: 0, scalars: &[], rule: (0, 0), plain_descent: false };

impl Forward {
    /// Compiles the graph for pieces of at most `capacity` rows and prepares what depends on the parameters.
    pub fn new(
        graph: &Graph,
        layout: &ParameterLayout,
        state_layout: &ParameterLayout,
        parameters: &Floats,
        states: &Floats,
        capacity: usize,
    ) -> Result<Self> {
        let program = compile(graph, layout, Mode::Predict, capacity)?;
        let kernels = machine::kernels()?;
        let threads = machine::cores();
        let mut arenas = Arenas::new(&program, if capacity > 16 { threads } else { 1 })?;
        let piece = Piece { feeds: &[], rows: &[], next: &[], weights: None, scale: 1.0, first: 0 };
        let tensors = Tensors::forward(parameters, states);
        Machine::new(&program, layout, state_layout, kernels, &mut arenas, tensors).run(
            Part::Prepare,
            &piece,
            &NO_STEP,
            None,
        );
        let flops = program.multiply_adds(1);
        Ok(Self { program, arenas, kernels, identity: (0..capacity as u32).collect(), flops, threads })
    }

    /// Most rows of a piece.
    pub fn capacity(&self) -> usize {
        self.program.capacity
    }

    /// Bytes.
    pub fn bytes(&self) -> usize {
        self.arenas.bytes()
    }

    /// Runs all rows, with a transform for each output or one for all. The tensors must be those it was made with.
    ///
    /// # Errors
    /// `ERR_SHAPE` when there is no memory for the results, `ERR_CLOSED` when `cancel` is set meanwhile.
    #[expect(clippy::too_many_arguments, reason = "one caller, which has them apart")]
    pub fn run(
        &mut self,
        layout: &ParameterLayout,
        state_layout: &ParameterLayout,
        (parameters, states): (&Floats, &Floats),
        feeds: &[Option<Feed<'_>>],
        rows: usize,
        transforms: &[Transform],
        threads: usize,
        cancel: &AtomicBool,
    ) -> Result<Vec<Output>> {
        let wanted = match threads {
            0 if self.flops.saturating_mul(rows) < WORTH_A_THREAD => 1,
            0 => self.threads,
            n => n.min(self.threads),
        };
        let lease = (wanted > 1 && self.capacity() > 16).then(|| Lease::take(wanted, self.threads));
        let mut team = lease.as_ref().filter(|l| l.threads() > 1).map(|l| Team::new(l.threads()));
        let of = |output: usize| transforms[if transforms.len() == 1 { 0 } else { output }];
        let widths: Vec<usize> = self.program.outputs.iter().map(|o| o.dims.iter().product()).collect();
        let mut outputs: Vec<Output> = (self.program.outputs.iter().enumerate())
            .map(|(i, o)| {
                let shape =
                    if of(i).collapses() { o.dims[..o.dims.len().saturating_sub(1)].to_vec() } else { o.dims.clone() };
                let len = rows * shape.iter().product::<usize>();
                let mut values = vec![];
                values.try_reserve_exact(len).map_err(|_| machine::no_memory("predictions", len))?;
                Ok(Output { name: o.name.clone(), shape, values })
            })
            .collect::<Result<_>>()?;
        let mut advanced: Vec<Option<Feed<'_>>> = feeds.to_vec();
        let input_widths: Vec<usize> = (feeds.iter())
            .map(|f| match f {
                Some(Feed::F32(x)) => x.len() / rows,
                Some(Feed::U8(x)) => x.len() / rows,
                Some(Feed::U32(x)) => x.len() / rows,
                None => 0,
            })
            .collect();
        let mut machine = Machine::new(
            &self.program,
            layout,
            state_layout,
            self.kernels,
            &mut self.arenas,
            Tensors::forward(parameters, states),
        );
        let mut start = 0;
        while start < rows {
            if cancel.load(Ordering::Relaxed) {
                return Err(Error::closed("predict: the model was closed"));
            }
            let now = self.program.capacity.min(rows - start);
            for (at, (feed, width)) in advanced.iter_mut().zip(feeds.iter().zip(&input_widths)) {
                *at = feed.map(|f| match f {
                    Feed::F32(x) => Feed::F32(&x[start * width..]),
                    Feed::U8(x) => Feed::U8(&x[start * width..]),
                    Feed::U32(x) => Feed::U32(&x[start * width..]),
                });
            }
            let piece =
                Piece { feeds: &advanced, rows: &self.identity[..now], next: &[], weights: None, scale: 1.0, first: 0 };
            machine.run(Part::Body, &piece, &NO_STEP, team.as_mut());
            for (i, ((output, from), width)) in outputs.iter_mut().zip(&self.program.outputs).zip(&widths).enumerate() {
                let values = machine.read(from.place, now);
                let last = from.dims.last().copied().unwrap_or(1);
                of(i).apply(self.kernels, values, last, &mut output.values);
                debug_assert_eq!(values.len(), now * width, "an output is a matrix in rows");
            }
            start += now;
        }
        Ok(outputs)
    }
}

impl Transform {
    /// Whether the last axis goes away.
    fn collapses(self) -> bool {
        matches!(self, Transform::Argmax | Transform::Positive)
    }

    /// Appends the transformed rows of `width` values.
    fn apply(self, kernels: &Kernels, values: &[f32], width: usize, out: &mut Vec<f32>) {
        match self {
            Transform::None => out.extend_from_slice(values),
            Transform::Softmax | Transform::Sigmoid => {
                let start = out.len();
                out.extend_from_slice(values);
                machine::activate(kernels, self == Transform::Softmax, &mut out[start..], width);
            }
            Transform::Argmax => {
                for row in values.chunks_exact(width.max(1)) {
                    let mut best = 0;
                    for (i, x) in row.iter().enumerate() {
                        if *x > row[best] {
                            best = i;
                        }
                    }
                    out.push(best as f32);
                }
            }
            Transform::Positive => {
                out.extend(values.iter().step_by(width.max(1)).map(|x| if *x > 0.0 { 1.0 } else { 0.0 }))
            }
        }
    }
}
