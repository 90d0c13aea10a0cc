//! Peephole: an instruction that another one can do on its way out.

use downslope_kernels::elementwise;

use super::{Epilogue, Instruction, Program};

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
