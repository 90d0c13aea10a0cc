//! Peephole: instructions that another one can do on its way out.

use downslope_kernels::elementwise;

use super::chains::same;
use super::liveness::operands;
use super::{Epilogue, Instruction, Place, Program, Role};

/// A product with a bias that is rectified in place: both in the product's epilogue.
pub fn bias_and_relu(program: &mut Program) {
    let Some(rectify) = elementwise::find("relu") else { return };
    let mut out: Vec<Instruction> = Vec::with_capacity(program.body.len());
    for instruction in program.body.drain(..) {
        if let Instruction::Map { function, x, y, .. } = &instruction
            && *function == rectify
            && x == y
            && let Some(Instruction::Product { c, epilogue: Epilogue::Bias { relu, .. }, .. }) = out.last_mut()
            && c == x
        {
            *relu = true;
            continue;
        }
        out.push(instruction);
    }
    program.body = out;
}

/// The gradient of `relu`, of what a product left and nobody has looked at since: in the product's epilogue.
pub fn relu_gradient(program: &mut Program) {
    let Some(rectify) = elementwise::find("relu") else { return };
    let body = std::mem::take(&mut program.body);
    let mut out: Vec<Instruction> = Vec::with_capacity(body.len());
    for instruction in body {
        if let Instruction::MapGradient { function, dy, v, dx, .. } = instruction
            && function == rectify
            && dy == dx
            && let (Place::Batch(gradient), Place::Batch(output)) = (dx, v)
            && (program.buffers[gradient].rows, program.buffers[gradient].width)
                == (program.buffers[output].rows, program.buffers[output].width)
            && let Some(last) =
                out.iter().rposition(|i| touches(i, |at, written| same(program, at, dx) || written && same(program, at, v)))
            // the tiles of a transposed A know no mask
            && let Instruction::Product { role: Role::InputGradient, c, epilogue: epilogue @ Epilogue::Store, .. } = &mut out[last]
            && *c == dx
        {
            *epilogue = Epilogue::Mask(v);
            continue;
        }
        out.push(instruction);
    }
    program.body = out;
}

/// Whether an operand of the instruction is such a one.
fn touches(instruction: &Instruction, such: impl Fn(Place, bool) -> bool) -> bool {
    let mut found = false;
    operands(instruction, |place, written| found |= such(place, written));
    found
}
