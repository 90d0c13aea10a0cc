//! Runs of elementwise instructions over the same elements become one, which walks block by block: what is made and used up inside stays in
//! the first-level cache and needs no buffer. The bits are the same.

use super::general::{Chain, Fill, General, Operand, Step, What};
use super::{BufferId, Extent, Instruction, Layout, Place, Program, liveness};
use crate::cpu::general::REGISTERS;

/// Merges what stands side by side.
pub fn merge(program: &mut Program) {
    let body = std::mem::take(&mut program.body);
    let mut out: Vec<Instruction> = Vec::with_capacity(body.len());
    let mut runs: Vec<(usize, Chain)> = vec![];
    let mut run: Option<(Chain, Vec<Instruction>)> = None;
    let mut close = |run: Option<(Chain, Vec<Instruction>)>, out: &mut Vec<Instruction>| match run {
        Some((_, mut list)) if list.len() == 1 => out.append(&mut list),
        Some((chain, _)) => {
            runs.push((out.len(), chain.clone()));
            out.push(Instruction::General(Box::new(General::Chain(chain))));
        }
        None => {}
    };
    for instruction in body {
        let Some(chain) = as_chain(program, &instruction) else {
            close(run.take(), &mut out);
            out.push(instruction);
            continue;
        };
        match &mut run {
            Some((all, list)) if fits(program, all, &chain) => {
                append(all, chain);
                list.push(instruction);
            }
            _ => {
                close(run.take(), &mut out);
                run = Some((chain, vec![instruction]));
            }
        }
    }
    close(run.take(), &mut out);
    program.body = out;
    let uses = uses(program, &program.body);
    for (at, mut chain) in runs {
        keep_inside(program, &uses, &mut chain);
        tidy(program, &mut chain);
        program.body[at] = Instruction::General(Box::new(General::Chain(chain)));
    }
}

/// The buffer whose memory a place shows.
fn base(program: &Program, place: Place) -> Option<BufferId> {
    match place {
        Place::Batch(id) => Some(program.buffers[id].alias.unwrap_or(id)),
        _ => None,
    }
}

/// Whether two places may share memory.
pub fn same(program: &Program, a: Place, b: Place) -> bool {
    a == b || base(program, a).is_some_and(|id| base(program, b) == Some(id))
}

/// The elements of a buffer of the batch in rows: whether there are rows, and how many to each.
fn space(program: &Program, place: Place) -> Option<(bool, usize)> {
    let Place::Batch(id) = place else { return None };
    let b = &program.buffers[id];
    (b.layout == Layout::Rows).then_some(match b.rows {
        Extent::Rows(n) => (true, n * b.width),
        Extent::Fixed(n) => (false, n * b.width),
    })
}

/// An elementwise instruction as a chain.
fn as_chain(program: &Program, instruction: &Instruction) -> Option<Chain> {
    let (what, from, to) = match *instruction {
        Instruction::General(ref general) => {
            return match &**general {
                General::Chain(chain) => Some(chain.clone()),
                _ => None,
            };
        }
        Instruction::Map { function, parameters, x, y } => (What::Map { function, parameters }, vec![x], y),
        Instruction::MapGradient { function, parameters, dy, v, dx } => {
            (What::MapGradient { function, parameters }, vec![dy, v], dx)
        }
        Instruction::Affine { x, y, scale, offset } => (What::Affine { scale, offset }, vec![x], y),
        Instruction::Multiply { a, b, y } => (binary("multiply")?, vec![a, b], y),
        Instruction::Copy { x, y, add: true } => (binary("add")?, vec![y, x], y),
        Instruction::Copy { x, y, add: false } => (What::Copy, vec![x], y),
        _ => return None,
    };
    let (rows, width) = space(program, to)?;
    if from.iter().any(|p| space(program, *p) != Some((rows, width))) {
        return None;
    }
    let from = from.into_iter().map(Operand::Memory).collect();
    let step = Step { what, from, to: Operand::Memory(to) };
    Some(Chain { rows, width, registers: 0, fills: vec![], steps: vec![step] })
}

fn binary(name: &str) -> Option<What> {
    downslope_kernels::binary::find(name).map(What::Binary)
}

/// What a chain reads at other elements than the one it is at.
fn elsewhere(chain: &Chain) -> impl Iterator<Item = Place> {
    let fills = chain.fills.iter().filter_map(|(_, fill)| match fill {
        Fill::Element(place) => Some(*place),
        Fill::Count(_) => None,
    });
    let loads = chain.steps.iter().filter_map(|s| match (&s.what, s.from.first()) {
        (What::Load { .. }, Some(Operand::Memory(place))) => Some(*place),
        _ => None,
    });
    fills.chain(loads)
}

fn writes(chain: &Chain) -> impl Iterator<Item = Place> {
    chain.steps.iter().filter_map(|s| match s.to {
        Operand::Memory(place) => Some(place),
        Operand::Register(_) => None,
    })
}

/// Whether a chain can go on with another one.
fn fits(program: &Program, a: &Chain, b: &Chain) -> bool {
    let apart =
        |reads: &Chain, written: &Chain| elsewhere(reads).all(|r| writes(written).all(|w| !same(program, r, w)));
    (a.rows, a.width) == (b.rows, b.width)
        && a.registers + b.registers + a.steps.len() + b.steps.len() <= REGISTERS
        && apart(a, b)
        && apart(b, a)
}

fn append(a: &mut Chain, b: Chain) {
    let shift = a.registers;
    let moved = |o: Operand| match o {
        Operand::Register(i) => Operand::Register(i + shift),
        memory => memory,
    };
    a.fills.extend(b.fills.into_iter().map(|(i, fill)| (i + shift, fill)));
    a.steps.extend(b.steps.into_iter().map(|s| Step {
        what: s.what,
        from: s.from.into_iter().map(moved).collect(),
        to: moved(s.to),
    }));
    a.registers += b.registers;
}

/// How often the memory of each buffer is named.
fn uses(program: &Program, list: &[Instruction]) -> Vec<usize> {
    let mut count = vec![0; program.buffers.len()];
    for i in list {
        liveness::operands(i, |place, _| {
            if let Some(id) = base(program, place) {
                count[id] += 1;
            }
        });
    }
    count
}

/// Buffers that only this chain names become registers.
fn keep_inside(program: &Program, uses: &[usize], chain: &mut Chain) {
    let wrapped = Instruction::General(Box::new(General::Chain(chain.clone())));
    let own = self::uses(program, std::slice::from_ref(&wrapped));
    let far: Vec<BufferId> = elsewhere(chain).filter_map(|p| base(program, p)).collect();
    for id in 0..own.len() {
        if own[id] == 0 || own[id] != uses[id] || program.buffers[id].pinned || far.contains(&id) {
            continue;
        }
        let is = |o: &Operand| matches!(o, Operand::Memory(place) if base(program, *place) == Some(id));
        let first = chain.steps.iter().find(|s| is(&s.to) || s.from.iter().any(is));
        if first.is_none_or(|s| s.from.iter().any(is)) {
            continue;
        }
        let register = Operand::Register(chain.registers);
        chain.registers += 1;
        for step in &mut chain.steps {
            for o in step.from.iter_mut().chain([&mut step.to]) {
                if is(o) {
                    *o = register;
                }
            }
        }
    }
}

/// Takes out what is done twice and copies between registers, then gives registers back that are free again.
fn tidy(program: &Program, chain: &mut Chain) {
    // what is read elsewhere is not written here, so that it is the same whenever it is read
    let mut fills: Vec<(usize, Fill)> = vec![];
    for (register, fill) in std::mem::take(&mut chain.fills) {
        match fills.iter().find(|(_, f)| *f == fill).map(|f| f.0) {
            Some(known) => replace(&mut chain.steps, Operand::Register(register), Operand::Register(known)),
            None => fills.push((register, fill)),
        }
    }
    chain.fills = fills;
    let mut at = 0;
    while at < chain.steps.len() {
        let (before, rest) = chain.steps.split_at_mut(at);
        let Some((step, behind)) = rest.split_first_mut() else { break };
        let to = step.to;
        let once = matches!(to, Operand::Register(_)) && !behind.iter().chain(before.iter()).any(|s| s.to == to);
        let known = match step.what {
            What::Load { .. } => (before.iter())
                .find(|s| s.what == step.what && s.from == step.from && matches!(s.to, Operand::Register(_)))
                .map(|s| s.to)
                .filter(|to| before.iter().chain(behind.iter()).filter(|s| s.to == *to).count() == 1),
            What::Copy => Some(step.from[0]).filter(|from| {
                let kept = |o: Operand| match (o, *from) {
                    (Operand::Memory(a), Operand::Memory(b)) => !same(program, a, b),
                    (a, b) => a != b,
                };
                behind.iter().all(|s| kept(s.to))
            }),
            _ => None,
        };
        match known.filter(|_| once) {
            Some(known) => {
                replace(behind, to, known);
                chain.steps.remove(at);
            }
            None => at += 1,
        }
    }
    allocate(chain);
}

fn replace(steps: &mut [Step], old: Operand, new: Operand) {
    steps.iter_mut().flat_map(|s| &mut s.from).filter(|o| **o == old).for_each(|o| *o = new);
}

/// As few registers as there are values alive at once.
fn allocate(chain: &mut Chain) {
    let fixed = chain.fills.len();
    let mut names: Vec<Option<usize>> = vec![None; chain.registers];
    for (i, (register, _)) in chain.fills.iter_mut().enumerate() {
        names[*register] = Some(i);
        *register = i;
    }
    let mut last = vec![0; chain.registers];
    for (at, step) in chain.steps.iter().enumerate() {
        for o in step.from.iter().chain([&step.to]) {
            if let Operand::Register(i) = o {
                last[*i] = at;
            }
        }
    }
    let (mut free, mut count): (Vec<usize>, usize) = (vec![], fixed);
    for at in 0..chain.steps.len() {
        let step = &mut chain.steps[at];
        let mut dying = vec![];
        for o in step.from.iter_mut().chain([&mut step.to]) {
            if let Operand::Register(i) = o {
                let name = *names[*i].get_or_insert_with(|| {
                    free.pop().unwrap_or_else(|| {
                        count += 1;
                        count - 1
                    })
                });
                if last[*i] == at && name >= fixed && !dying.contains(&name) {
                    dying.push(name);
                }
                *o = Operand::Register(name);
            }
        }
        free.extend(dying);
    }
    chain.registers = count;
}
