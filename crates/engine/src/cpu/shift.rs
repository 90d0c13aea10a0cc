//! What moves values and multiplies matrices for the general ops, on one thread.

use downslope_kernels::Mat;
use downslope_kernels::gemm::{self, Gemm, Left};

use super::Machine;
use super::split::{part, product};
use crate::graph::Strides;
use crate::program::Block;
use crate::program::Place;
use crate::program::general::Matrices;

impl Machine<'_> {
    pub(super) fn block(&self, block: &Block, outer: usize, rows: usize, (t, threads): (usize, usize)) {
        let (x, y) = (self.view(block.x, rows).mat.ptr, self.view(block.y, rows).mat.ptr);
        let (from, to) = part(outer, 1, t, threads);
        for o in from..to {
            // SAFETY: the parts lie inside their blocks; x and y are different values.
            unsafe {
                let x = x.add(o * block.from.1 + block.from.0);
                std::ptr::copy_nonoverlapping(x, y.add(o * block.to.1 + block.to.0), block.len);
            }
        }
    }

    pub(super) fn pick(
        &self,
        (x, ids, y): (Place, Place, Place),
        (outer, n, inner, count): (usize, usize, usize, usize),
        (whole, add): (bool, bool),
        rows: usize,
        (t, threads): (usize, usize),
    ) {
        let [x, ids, y] = [x, ids, y].map(|p| self.view(p, rows).mat.ptr);
        let (o, j, c) = match () {
            () if outer >= threads => (part(outer, 1, t, threads), (0, count), (0, inner)),
            // what is added goes to any place, in the order of the numbers
            () if add => ((0, outer), (0, count), part(inner, 16, t, threads)),
            () => ((0, outer), part(count, 1, t, threads), (0, inner)),
        };
        if c.0 >= c.1 {
            return;
        }
        for o in o.0..o.1 {
            for j in j.0..j.1 {
                // SAFETY: there are `count` numbers, of which each is checked before it is used; parts of threads are disjoint.
                unsafe {
                    let id = if whole { *ids.add(j).cast::<u32>() as usize } else { *ids.add(j) as usize };
                    assert!(id < n, "an id is beyond what it picks from");
                    let (one, many) = ((o * count + j) * inner + c.0, (o * n + id) * inner + c.0);
                    if add {
                        (self.kernels.basic.add_into)(c.1 - c.0, x.add(one), y.add(many));
                    } else {
                        std::ptr::copy_nonoverlapping(x.add(many), y.add(one), c.1 - c.0);
                    }
                }
            }
        }
    }

    pub(super) fn argmax(
        &self,
        (x, y): (Place, Place),
        (outer, n, inner): (usize, usize, usize),
        rows: usize,
        (t, threads): (usize, usize),
    ) {
        let (x, y) = (self.view(x, rows).mat.ptr, self.view(y, rows).mat.ptr);
        let (from, to) = part(outer * inner, 1, t, threads);
        for at in from..to {
            let (o, i) = (at / inner, at % inner);
            // SAFETY: element (o, j, i) for j < n lies inside x, and element `at` inside y.
            unsafe {
                let x = x.add(o * n * inner + i);
                let mut best = (0, f32::NEG_INFINITY);
                for j in 0..n {
                    let v = *x.add(j * inner);
                    if v > best.1 {
                        best = (j, v);
                    }
                }
                *y.add(at) = best.0 as f32;
            }
        }
    }

    pub(super) fn matrices(
        &self,
        p: &Matrices,
        (a, b, c): (Place, Place, Place),
        add: bool,
        rows: usize,
        (t, threads): (usize, usize),
    ) {
        let [a, b, c] = [a, b, c].map(|place| self.view(place, rows).mat.ptr);
        let width: usize = p.dims.iter().product();
        let batch = if p.rows { rows * width } else { width };
        let (m, n, k) = (p.m.of(rows), p.n, p.k.of(rows));
        let (from, to) = if batch >= threads { part(batch, 1, t, threads) } else { (0, batch) };
        let ((r0, r1), (p0, p1)) =
            if batch >= threads && threads > 1 { ((0, m), (0, n.div_ceil(16))) } else { product(m, n, t, threads) };
        let epilogue = if add { gemm::Epilogue::Add } else { gemm::Epilogue::Store };
        for i in from..to {
            // SAFETY: matrix i of each operand lies inside it, with a vector of slack behind; each thread has its own scratch memory and its
            // own part of c.
            unsafe {
                let a = a.add(offset(&p.dims, &p.strides.0, width, i));
                let b = b.add(offset(&p.dims, &p.strides.1, width, i));
                let g = Gemm {
                    m,
                    n,
                    k,
                    a: Left { ptr: a, row: p.left.0, column: p.left.1, chunk: 16 * p.left.1 },
                    b: Mat::row_major(b, p.right),
                    c: Mat::row_major(c.add(i * m * n), n),
                    epilogue,
                    scratch: self.arenas.scratch.add(t * gemm::SCRATCH),
                };
                (self.kernels.gemm.gemm)(&g, r0, r1, p0, p1);
            }
        }
    }
}

/// Where element i of the leading axes begins.
fn offset(dims: &[usize], strides: &Strides, width: usize, i: usize) -> usize {
    let (row, mut rest) = (i / width, i % width);
    let mut offset = row * strides.row;
    for (d, s) in dims.iter().zip(&strides.axes).rev() {
        offset += rest % d * s;
        rest /= d;
    }
    offset
}
