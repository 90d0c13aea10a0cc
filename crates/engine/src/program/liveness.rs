//! Gives every buffer of the batch its place in the arena; buffers that are never alive together share memory.

use super::{BufferId, Instruction, Place, Program};

/// Calls `f(place, written)` for each operand.
pub fn operands(i: &Instruction, mut f: impl FnMut(Place, bool)) {
    use super::Epilogue as E;
    use Instruction as I;
    match *i {
        I::Gather { out, transform, .. } => {
            if let super::GatherTransform::Standardize { mean, inverse } = transform {
                f(mean, false);
                f(inverse, false);
            }
            f(out, true);
        }
        I::Seed { out, .. } => f(out, true),
        I::Product { a, b, c, epilogue, .. } => {
            f(a, false);
            f(b, false);
            match epilogue {
                E::Bias { bias: read, .. } | E::Mask(read) => f(read, false),
                E::Update { parameter } => f(Place::Parameter(parameter), true),
                _ => {}
            }
            f(c, true);
        }
        I::Derive { out } => f(Place::Derived(out), true),
        I::Map { x, y, .. }
        | I::Affine { x, y, .. }
        | I::Copy { x, y, .. }
        | I::Flip { x, y, .. }
        | I::Noise { x, y, .. }
        | I::Softmax { x, y, .. } => {
            f(x, false);
            f(y, true);
        }
        I::Standardize { x, y, mean, inverse } => {
            f(x, false);
            if let Some(mean) = mean {
                f(mean, false);
            }
            f(inverse, false);
            f(y, true);
        }
        I::MapGradient { dy, v, dx, .. } | I::SoftmaxGradient { dy, y: v, dx, .. } => {
            f(dy, false);
            f(v, false);
            f(dx, true);
        }
        I::Dropout { x, mask, y, .. } => {
            f(x, false);
            f(mask, true);
            f(y, true);
        }
        I::Multiply { a, b, y } => {
            f(a, false);
            f(b, false);
            f(y, true);
        }
        I::Loss { z, target, loss, gradient, .. } => {
            f(z, false);
            f(target, false);
            if let Some(loss) = loss {
                f(loss, true);
            }
            if let Some((dl, dz)) = gradient {
                f(dl, false);
                f(dz, true);
            }
        }
        I::ColumnSum { x, out, .. } => {
            f(x, false);
            f(out, true);
        }
        I::General(ref general) => general.operands(f),
        I::Update { .. } | I::Squares { .. } => {}
        I::MaxNorm { parameter, .. } => f(Place::Parameter(parameter), true),
    }
}

/// Sets the offsets of all buffers and the length of the arena: first fit by time of birth.
pub fn assign(program: &mut Program) {
    let end = program.body.len();
    let mut lives: Vec<Option<(usize, usize)>> = vec![None; program.buffers.len()];
    for (t, i) in program.body.iter().enumerate() {
        operands(i, |place, _| {
            if let Place::Batch(id) = place {
                let id = program.buffers[id].alias.unwrap_or(id);
                let life = lives[id].get_or_insert((t, t));
                life.1 = if program.buffers[id].pinned { end } else { t };
            }
        });
    }
    let mut order: Vec<BufferId> = (0..lives.len()).filter(|i| lives[*i].is_some()).collect();
    order.sort_by_key(|i| (lives[*i], *i));
    let mut placed: Vec<(usize, usize, BufferId)> = vec![];
    for id in order {
        let Some((from, to)) = lives[id] else { continue };
        let len = program.buffers[id].len(program.capacity);
        // gaps between the buffers that are alive at the same time
        let mut busy: Vec<(usize, usize)> = (placed.iter())
            .filter(|(_, _, other)| lives[*other].is_some_and(|(f, t)| f <= to && from <= t))
            .map(|(start, len, _)| (*start, start + len))
            .collect();
        busy.sort_unstable();
        let mut at = 0;
        for (start, stop) in busy {
            if at + len <= start {
                break;
            }
            at = at.max(stop);
        }
        program.buffers[id].offset = at;
        placed.push((at, len, id));
        program.batch_len = program.batch_len.max(at + len);
    }
    for id in 0..program.buffers.len() {
        if let Some(base) = program.buffers[id].alias {
            program.buffers[id].offset = program.buffers[base].offset;
        }
    }
    // whole vectors may be read at the end of a row-major matrix
    program.batch_len += 16;
}
