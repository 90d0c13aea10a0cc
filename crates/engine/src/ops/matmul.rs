//! Products of matrices, with leading axes that are broadcast.

use super::{NodeTypes, Op};
use crate::Result;
use crate::graph::spec::TypeName;
use crate::graph::{Node, Shape, Source, TensorType};
use crate::program::{Builder, Epilogue, Factor, Kind, Product, Seen};

/// `[…, m, k] · […, k, n]`; an operand of one axis is a row on the left and a column on the right, and that axis goes away. Rows are a leading
/// axis of either operand, or m of the left one.
#[derive(Debug)]
pub struct Matmul;

/// The sizes of a product.
#[derive(Clone, Debug)]
struct Sizes {
    /// Leading axes of the operands and of the result.
    left: Shape,
    right: Shape,
    both: Shape,
    /// Rows of the left matrices; nothing when they are those of the batch.
    m: Option<usize>,
    k: usize,
    n: usize,
    /// Whether an operand has one axis.
    vectors: (bool, bool),
}

fn sizes(a: &Shape, b: &Shape) -> Option<Sizes> {
    let vectors = (a.rank() == 1, b.rank() == 1);
    let (k, before) = a.dims.split_last()?;
    let (left, m) = match before.split_last() {
        _ if vectors.0 => (Shape::fixed([]), Some(1)),
        Some((m, batch)) => (Shape { rows: a.rows, dims: batch.to_vec() }, Some(*m)),
        None => (Shape::fixed([]), None),
    };
    let (right, terms, n) = match b.dims[..] {
        [terms] if vectors.1 => (Shape::fixed([]), terms, 1),
        [ref batch @ .., terms, n] => (Shape { rows: b.rows, dims: batch.to_vec() }, terms, n),
        _ => return None,
    };
    let fits = *k == terms && !(vectors.0 && a.rows) && !(m.is_none() && right.rank() > 0);
    let both = left.broadcast(&right)?;
    fits.then_some(Sizes { left, right, both, m, k: *k, n, vectors })
}

impl Sizes {
    /// Leading axes, then those of a matrix; no rows of the matrix where they are those of the batch.
    fn shape(&self, batch: &Shape, rows: Option<usize>, columns: Option<usize>) -> Shape {
        let dims = batch.dims.iter().copied().chain(rows).chain(columns).collect();
        Shape { rows: batch.rows || (self.m.is_none() && batch.rank() == 0), dims }
    }

    fn output(&self) -> Shape {
        let (row, column) = self.vectors;
        self.shape(&self.both, self.m.filter(|_| !row), (!column).then_some(self.n))
    }

    /// Whether all matrices of the left operand are one with many rows, because the right operand is one matrix.
    fn is_one(&self) -> bool {
        self.right.rank() == 0
    }
}

fn of(b: &Builder<'_>, node: &Node) -> Result<Sizes> {
    let (x, z) = (&b.ty(node.inputs[0]).shape, &b.ty(node.inputs[1]).shape);
    sizes(x, z).ok_or_else(|| crate::Error::internal(format!("{}: shapes that do not fit", node.name)))
}

impl Op for Matmul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [a, b] = node.inputs()?;
        node.options(&[])?;
        let sizes = sizes(&a.shape, &b.shape).filter(|_| a.kind == TypeName::F32 && b.kind == TypeName::F32);
        let sizes = sizes.ok_or_else(|| {
            node.error(format!(
                "matmul takes numbers [.., m, k] and [.., k, n] whose leading axes can be broadcast (rows are a leading axis, or m on the left), \
                 received {} and {}",
                a.shape, b.shape
            ))
        })?;
        Ok(TensorType::f32(sizes.output()))
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let s = of(b, node)?;
        let (x, z) = (b.value(node.inputs[0])?, b.value(node.inputs[1])?);
        let y = b.room(&node.name, &s.output());
        let a = Factor { place: x, batch: s.left.clone(), row: s.k, column: 1, size: s.m.unwrap_or(1) * s.k };
        let right = Factor { place: z, batch: s.right.clone(), row: s.n, column: 1, size: s.k * s.n };
        // one product of all rows where the right operand is one matrix
        let (batch, m) = if s.is_one() {
            (Shape::fixed([]), s.shape(&s.left, s.m, None))
        } else {
            (s.both.clone(), Shape::fixed([s.m.unwrap_or(1)]))
        };
        let k = Shape::fixed([s.k]);
        b.product(Product { batch, m, n: s.n, k, a, b: right, c: y.place, epilogue: Epilogue::Store });
        b.set_value(node.output, y.place);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let Some(dy) = b.seen_gradient(node.output) else { return Ok(()) };
        let s = of(b, node)?;
        let [left, right] = [node.inputs[0], node.inputs[1]];
        let (m, one) = (s.m.unwrap_or(1), Shape::fixed([]));
        let rows = s.shape(&s.left, s.m, None);
        if b.needs_gradient(left) {
            // dy · bᵀ
            let z = Seen { place: b.value(right)?, shape: s.shape_of_right() };
            let rank = s.right.dims.len();
            let order: Vec<usize> = (0..rank).chain([rank + 1, rank]).collect();
            let z = if s.k == 1 || s.n == 1 { z } else { b.permuted(&format!("{} transposed", node.name), &z, &order) };
            let (batch, size) =
                if s.is_one() { (one.clone(), rows.clone()) } else { (s.both.clone(), Shape::fixed([m])) };
            let whole = if s.is_one() { &s.left } else { &s.both };
            let mut shape = s.shape(whole, s.m, Some(s.k));
            if s.vectors.0 {
                // the one row of a vector is no axis of it
                shape.dims.remove(shape.dims.len() - 2);
            }
            let dx = b.room(&format!("{} gradient", b.graph.values[left].name), &shape);
            let a = Factor { place: dy.place, batch: batch.clone(), row: s.n, column: 1, size: m * s.n };
            let z = Factor { place: z.place, batch: s.right.clone(), row: s.k, column: 1, size: s.k * s.n };
            let k = Shape::fixed([s.n]);
            b.product(Product { batch, m: size, n: s.k, k, a, b: z, c: dx.place, epilogue: Epilogue::Store });
            b.broadcast_gradient(left, &dx, true);
        }
        if b.needs_gradient(right) {
            // aᵀ · dy
            let x = b.value(left)?;
            let (batch, k) = if s.is_one() { (one, rows) } else { (s.both.clone(), Shape::fixed([m])) };
            let a = Factor { place: x, batch: s.left.clone(), row: 1, column: s.k, size: m * s.k };
            let z = Factor { place: dy.place, batch: batch.clone(), row: s.n, column: 1, size: m * s.n };
            let parameter = match b.graph.values[right].source {
                Source::Parameter(i) if s.is_one() && matches!(b.layout.entries[i].kind, Kind::Plain { .. }) => Some(i),
                _ => None,
            };
            let size = Shape::fixed([s.k]);
            if let Some(i) = parameter {
                let (c, epilogue) = b.parameter_gradient(i);
                b.product(Product { batch, m: size, n: s.n, k, a, b: z, c, epilogue });
                return Ok(());
            }
            let shape = s.shape(&batch, Some(s.k), (!s.vectors.1).then_some(s.n));
            let shape = Shape { rows: batch.rows, ..shape };
            let dz = b.room(&format!("{} gradient", b.graph.values[right].name), &shape);
            b.product(Product { batch, m: size, n: s.n, k, a, b: z, c: dz.place, epilogue: Epilogue::Store });
            b.broadcast_gradient(right, &dz, true);
        }
        Ok(())
    }
}

impl Sizes {
    /// The right operand with both axes of its matrices.
    fn shape_of_right(&self) -> Shape {
        let dims = self.right.dims.iter().copied().chain([self.k, self.n]).collect();
        Shape { rows: self.right.rows, dims }
    }
}
