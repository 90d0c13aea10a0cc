//! The instructions of the general ops on one thread.

use downslope_kernels::{Mat, gemm};

use super::split::part;
use super::{Machine, Piece};
use crate::graph::Strides;
use crate::program::general::{Chain, Fill, General, Operand, Reduction, Step, What};
use crate::program::{Epilogue, Layout, Place};

/// Floats of a block of a chain: a few of them stay in the first-level cache.
const BLOCK: usize = 256;
/// Registers of the longest chain.
pub(crate) const REGISTERS: usize = 64;

const _: () =
    assert!(BLOCK * REGISTERS <= gemm::SCRATCH, "the registers of a chain live in the scratch memory of a thread");

impl Machine<'_> {
    /// Thread `t`'s part of an instruction.
    pub(super) fn general(&self, instruction: &General, piece: &Piece<'_>, t: usize, n: usize) {
        let rows = piece.rows.len();
        match instruction {
            General::Chain(chain) => self.chain(chain, rows, t, n),
            General::Reduce { kind, x, y, outer, n: count, inner } => {
                self.reduce(*kind, (*x, *y), (outer.of(rows), count.of(rows), *inner), rows, (t, n));
            }
            General::Block { block, outer } => self.block(block, outer.of(rows), rows, (t, n)),
            General::Pick { x, ids, y, outer, n: size, inner, count, whole, add } => {
                let sizes = (outer.of(rows), *size, *inner, count.of(rows));
                self.pick((*x, *ids, *y), sizes, (*whole, *add), rows, (t, n));
            }
            General::Argmax { x, y, outer, n: count, inner } => {
                self.argmax((*x, *y), (outer.of(rows), count.of(rows), *inner), rows, (t, n));
            }
            General::Product { matrices, a, b, c, epilogue } => {
                let add = adds(*epilogue, piece);
                self.matrices(matrices, (*a, *b, *c), add, rows, (t, n));
            }
            General::Hand { x, out, epilogue } => self.hand((*x, *out), *epilogue, piece, (t, n)),
            General::SeedOne { weight, out } => {
                if t == 0 {
                    // SAFETY: one number, written by one thread.
                    unsafe { *self.view(*out, rows).mat.ptr = if piece.first == 0 { *weight } else { 0.0 } };
                }
            }
        }
    }

    fn chain(&self, chain: &Chain, rows: usize, t: usize, threads: usize) {
        let total = if chain.rows { rows * chain.width } else { chain.width };
        let (from, to) = part(total, 16, t, threads);
        if from >= to {
            return;
        }
        assert!(chain.registers <= REGISTERS, "a chain has too many registers");
        // SAFETY: each thread has its own scratch memory, which has room for all registers.
        let registers = unsafe { self.arenas.scratch.add(t * gemm::SCRATCH) };
        // SAFETY: as above.
        let register = |i: usize| unsafe { registers.add(i * BLOCK) };
        for (i, fill) in &chain.fills {
            let value = match fill {
                // SAFETY: the value has one element.
                Fill::Element(place) => unsafe { *self.view(*place, rows).mat.ptr },
                Fill::Count(extent) => extent.of(rows) as f32,
            };
            // SAFETY: a register holds a block.
            unsafe { (self.kernels.choose.fill)(BLOCK.min(to - from), register(*i), value) };
        }
        let mut at = from;
        while at < to {
            let n = BLOCK.min(to - at);
            for step in &chain.steps {
                let address = |operand: &Operand| match operand {
                    Operand::Register(i) => register(*i),
                    // SAFETY: the memory has the elements of the space.
                    Operand::Memory(place) => unsafe { self.view(*place, rows).mat.ptr.add(at) },
                };
                if let What::Load { dims, strides } = &step.what {
                    let Operand::Memory(place) = step.from[0] else { continue };
                    let x = self.view(place, rows).mat.ptr.cast_const();
                    // SAFETY: the strides stay inside the value for all elements of the space.
                    unsafe { load(x, dims, strides, chain.width, at, n, address(&step.to)) };
                    continue;
                }
                // SAFETY: n elements from `at` on (or of a block) at each operand, of which this thread writes its own.
                unsafe { self.step(step, n, &address) };
            }
            at += n;
        }
    }

    unsafe fn step(&self, step: &Step, n: usize, address: &dyn Fn(&Operand) -> *mut f32) {
        let k = self.kernels;
        let a = address(&step.from[0]);
        let from = |i: usize| address(&step.from[i]).cast_const();
        let to = address(&step.to);
        // SAFETY: the caller's promise; a result lies where an argument lies or overlaps none.
        unsafe {
            match step.what {
                What::Load { .. } => {}
                What::Copy => {
                    if a != to {
                        std::ptr::copy_nonoverlapping(a, to, n);
                    }
                }
                What::Map { function, ref parameters } => (k.functions[function].forward)(n, a, to, parameters),
                What::MapGradient { function, ref parameters } => {
                    let row = |p: *mut f32| Mat::row_major(p, n);
                    let v = from(1).cast_mut();
                    (k.functions[function].backward)(1, n, row(a), row(v), row(to), parameters);
                }
                What::Affine { scale, offset } => (k.basic.affine)(n, a, to, scale, offset),
                What::Binary(function) => (k.binaries[function].forward)(n, a, from(1), to),
                What::BinaryGradient { function, second: false } => {
                    (k.binaries[function].gradient_a)(n, a, from(1), from(2), to);
                }
                What::BinaryGradient { function, second: true } => {
                    (k.binaries[function].gradient_b)(n, a, from(1), from(2), to);
                }
                What::Select => (k.choose.select)(n, a, from(1), from(2), to),
                What::Clip { least, most } => (k.choose.clip)(n, a, to, least, most),
                What::ClipGradient { least, most } => (k.choose.clip_gradient)(n, a, from(1), to, least, most),
            }
        }
    }

    fn reduce(
        &self,
        kind: Reduction,
        (x, y): (Place, Place),
        (outer, n, inner): (usize, usize, usize),
        rows: usize,
        (t, threads): (usize, usize),
    ) {
        let (x, y) = (self.view(x, rows).mat.ptr, self.view(y, rows).mat.ptr);
        let k = self.kernels;
        // SAFETY: x has outer · n · inner elements and y outer · inner; each thread writes its own part of y.
        unsafe {
            if inner == 1 {
                let (from, to) = part(outer, 1, t, threads);
                if from < to {
                    let kernel = match kind {
                        Reduction::Sum => k.axis.sum_rows,
                        Reduction::Max => k.axis.max_rows,
                        Reduction::Min => k.axis.min_rows,
                    };
                    kernel(to - from, n, x.add(from * n), y.add(from));
                }
                return;
            }
            let ((o0, o1), (c0, c1)) = if outer == 1 {
                ((0, 1), part(inner, 16, t, threads))
            } else {
                (part(outer, 1, t, threads), (0, inner))
            };
            if c0 >= c1 {
                return;
            }
            for o in o0..o1 {
                let (x, y) = (x.add(o * n * inner + c0), y.add(o * inner + c0));
                match kind {
                    // panels of 16 columns and rows without gaps are the same where there are 16 columns
                    Reduction::Sum => (k.reduce.column_sum)(n, c1 - c0, Mat::row_major(x, inner), y, false),
                    Reduction::Max => (k.axis.max_columns)(n, c1 - c0, x, inner, y),
                    Reduction::Min => (k.axis.min_columns)(n, c1 - c0, x, inner, y),
                }
            }
        }
    }

    fn hand(&self, (x, out): (Place, Place), epilogue: Epilogue, piece: &Piece<'_>, (t, threads): (usize, usize)) {
        let rows = piece.rows.len();
        let add = adds(epilogue, piece);
        let (x, y) = (self.view(x, rows), self.view(out, rows));
        let put = |n: usize, x: *const f32, y: *mut f32| {
            // SAFETY: n elements at both, which do not overlap.
            unsafe { if add { (self.kernels.basic.add_into)(n, x, y) } else { std::ptr::copy_nonoverlapping(x, y, n) } }
        };
        // SAFETY: both have the elements of the parameter.
        unsafe {
            if y.layout == Layout::Rows {
                let (from, to) = part(y.len(), 16, t, threads);
                put(to - from, x.mat.ptr.add(from), y.mat.ptr.add(from));
                return;
            }
            let (from, to) = part(y.rows, 1, t, threads);
            for r in from..to {
                for p in 0..y.width.div_ceil(16) {
                    let n = (y.width - p * 16).min(16);
                    put(n, x.mat.ptr.add(r * y.width + p * 16), y.from(r).ptr.add(p * y.mat.panel));
                }
            }
        }
    }
}

/// Whether what is written is added to what is there.
fn adds(epilogue: Epilogue, piece: &Piece<'_>) -> bool {
    match epilogue {
        Epilogue::Gradient => piece.first > 0,
        Epilogue::Accumulate => true,
        _ => false,
    }
}

/// Elements `at..at + n` of a space, row after row, of a value that is walked through by strides.
unsafe fn load(
    x: *const f32,
    dims: &[usize],
    strides: &Strides,
    width: usize,
    mut at: usize,
    mut n: usize,
    mut to: *mut f32,
) {
    let (last, step) = match (dims.last(), strides.axes.last()) {
        (Some(d), Some(s)) => (*d, *s),
        _ => (1, 0),
    };
    while n > 0 {
        let (row, mut rest) = (at / width, at % width);
        let mut offset = row * strides.row;
        let column = rest % last;
        rest /= last;
        for (d, s) in dims.iter().zip(&strides.axes).rev().skip(1) {
            offset += rest % d * s;
            rest /= d;
        }
        let run = (last - column).min(n);
        // SAFETY: the caller's promise.
        unsafe {
            let from = x.add(offset + column * step);
            match step {
                1 => std::ptr::copy_nonoverlapping(from, to, run),
                0 => std::slice::from_raw_parts_mut(to, run).fill(*from),
                _ => (0..run).for_each(|i| *to.add(i) = *from.add(i * step)),
            }
            to = to.add(run);
        }
        at += run;
        n -= run;
    }
}
