//! x · kernel + bias.

use super::{NodeTypes, Op};
use crate::graph::spec::TypeName;
use crate::graph::{Node, Source, TensorType, ValueId};
use crate::program::{Builder, DerivedKind, Epilogue, Extent, Instruction, Layout, Place, Role};
use crate::{Error, Result};

/// `[…, in] · [in, out] + [out]`.
#[derive(Debug)]
pub struct Linear;

fn parameter(b: &Builder<'_>, node: &Node, slot: usize) -> Result<usize> {
    match b.graph.values[node.inputs[slot]].source {
        Source::Parameter(i) => Ok(i),
        _ => Err(Error::shape(format!("{}: the kernel and bias of linear must be parameters", node.name))),
    }
}

/// Floats of a kernel from which on its transpose leaves the second-level cache.
const FAR: usize = 128 * 1024;

/// Whether the gradient of the input is computed as kernel · gradientᵀ: it costs the transposes of the gradients, with rows
/// padded to whole vectors, instead of that of the kernel, `[k, n]`.
fn cheaper_flipped(b: &Builder<'_>, rows: Extent, k: usize, n: usize) -> bool {
    let (Some(rows), kernel) = (rows.of(b.capacity()).checked_next_multiple_of(16), k.saturating_mul(n)) else {
        return false;
    };
    let gradients = rows.saturating_mul(k + n);
    // the way of a large kernel through memory and back costs several times what it does in cache
    n > 1 && if kernel >= FAR { gradients <= 2 * kernel } else { rows == b.capacity() && 2 * gradients <= kernel }
}

/// dxᵀ = kernel · dyᵀ: the kernel is read as it lies. The same sums as in dy · kernelᵀ, factors exchanged: the same bits.
fn input_gradient_flipped(
    b: &mut Builder<'_>,
    x: ValueId,
    (rows, k, n): (Extent, usize, usize),
    dy: Place,
    kernel: usize,
    dx: Place,
) {
    let most = rows.of(b.capacity());
    let name = b.graph.values[x].name.clone();
    let (fixed, terms) = (Extent::Fixed(k), Extent::Fixed(n));
    let right = b.buffer(format!("{name} gradient of the output, transposed"), terms, most, Layout::Panels);
    let left = b.buffer(format!("{name} gradient, transposed"), fixed, most, Layout::Panels);
    b.emit(Instruction::Flip { rows, columns: terms, x: dy, y: right });
    b.emit(Instruction::Product {
        role: Role::InputGradient,
        m: fixed,
        n: rows,
        k: terms,
        a: Place::Parameter(kernel),
        b: right,
        c: left,
        epilogue: Epilogue::Store,
    });
    b.emit(Instruction::Flip { rows: fixed, columns: rows, x: left, y: dx });
}

impl Op for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let (x, kernel, bias) = match node.inputs {
            [x, kernel] => (x, kernel, None),
            [x, kernel, bias] => (x, kernel, Some(bias)),
            _ => return Err(node.error(format!("takes 2 or 3 inputs, received {}", node.inputs.len()))),
        };
        let (Some(inputs), &[k, n]) = (x.shape.dims.last(), &kernel.shape.dims[..]) else {
            return Err(
                node.error(format!("takes [rows, …, in] and [in, out], received {} and {}", x.shape, kernel.shape))
            );
        };
        if x.kind != TypeName::F32 || !x.shape.rows || kernel.shape.rows || *inputs != k {
            return Err(node.error(format!("takes [rows, …, {k}] for a kernel {}, received {}", kernel.shape, x.shape)));
        }
        if bias.is_some_and(|b| b.shape.rows || b.shape.dims != [n]) {
            return Err(node.error(format!("takes a bias [{n}]")));
        }
        let mut shape = x.shape.clone();
        shape.dims.pop();
        shape.dims.push(n);
        Ok(TensorType::f32(shape))
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let kernel = Place::Parameter(parameter(b, node, 1)?);
        let a = b.value(node.inputs[0])?;
        let c = b.buffer_for(node.output, "");
        let epilogue = match node.inputs.get(2) {
            Some(_) => Epilogue::Bias { bias: Place::Parameter(parameter(b, node, 2)?), relu: false },
            None => Epilogue::Store,
        };
        let (m, n) = (b.extent(node.output), Extent::Fixed(b.width(node.output)));
        let k = Extent::Fixed(b.width(node.inputs[0]));
        b.emit(Instruction::Product { role: Role::Forward, m, n, k, a, b: kernel, c, epilogue });
        b.set_value(node.output, c);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let Some(dy) = b.gradient(node.output) else { return Ok(()) };
        let x = node.inputs[0];
        let (rows, n, k) = (b.extent(node.output), b.width(node.output), b.width(x));
        let kernel = parameter(b, node, 1)?;
        // first what reads the kernel, then what may update it
        if b.needs_gradient(x) {
            let layout = b.gradient_layout(x);
            let dx = b.buffer(format!("{} gradient", b.graph.values[x].name), rows, k, layout);
            if b.flips() && cheaper_flipped(b, rows, k, n) {
                input_gradient_flipped(b, x, (rows, k, n), dy, kernel, dx);
            } else {
                let transposed = b.derived(DerivedKind::Transposed(kernel));
                b.emit(Instruction::Product {
                    role: Role::InputGradient,
                    m: rows,
                    n: Extent::Fixed(k),
                    k: Extent::Fixed(n),
                    a: dy,
                    b: transposed,
                    c: dx,
                    epilogue: Epilogue::Store,
                });
            }
            b.add_gradient(x, dx);
        }
        if b.needs_gradient(node.inputs[1]) {
            let a = b.value(x)?;
            let (c, epilogue) = b.parameter_gradient(kernel);
            b.emit(Instruction::Product {
                role: Role::WeightGradient,
                m: Extent::Fixed(k),
                n: Extent::Fixed(n),
                k: rows,
                a,
                b: dy,
                c,
                epilogue,
            });
        }
        if node.inputs.len() > 2 && b.needs_gradient(node.inputs[2]) {
            let bias = parameter(b, node, 2)?;
            let (out, epilogue) = b.parameter_gradient(bias);
            b.emit(Instruction::ColumnSum { x: dy, out, epilogue });
        }
        Ok(())
    }

    fn gradient_layout(&self, _b: &Builder<'_>, _node: &Node) -> Layout {
        Layout::Panels
    }

    fn panel_operand(&self) -> Option<usize> {
        Some(1)
    }
}
