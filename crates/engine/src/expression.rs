//! The value of an expression and its gradient.

use crate::cpu::{Arenas, Machine, Part, Piece, Tensors};
use crate::forward::NO_STEP;
use crate::network::{Network, Output};
use crate::program::{Mode, compile};
use crate::{Error, Result, machine};

/// Outputs of a graph without inputs and, when asked for, the gradient of its losses by each parameter.
///
/// # Errors
/// What is wrong with the graph or the tensors; `ERR_SHAPE` for a graph with inputs and for one without losses whose gradient is asked for.
pub fn evaluate(graph: &str, tensors: &[(String, Vec<f32>)], gradient: bool) -> Result<(Vec<Output>, Vec<Output>)> {
    let network = Network::of(graph, tensors)?;
    if !network.inputs().is_empty() {
        return Err(Error::shape(format!("evaluate: {} needs data", network.inputs().join(", "))));
    }
    let outputs = run(&network, Mode::Predict)?;
    if !gradient {
        return Ok((outputs, vec![]));
    }
    if network.parsed().losses.is_empty() {
        return Err(Error::shape("gradient: the graph has no loss"));
    }
    Ok((outputs, run(&network, Mode::Train { fuse_from: usize::MAX })?))
}

/// Runs a program once: its outputs or, of one that trains, the gradients.
fn run(network: &Network, mode: Mode) -> Result<Vec<Output>> {
    let (graph, (layout, state_layout)) = (network.parsed(), network.layouts());
    let program = compile(graph, layout, mode, 1)?;
    let (mut parameters, states) = (network.arenas().0.clone(), network.arenas().1);
    let mut gradients = machine::memory("the gradients", if program.trains { parameters.len() } else { 0 })?;
    let mut arenas = Arenas::new(&program, 1)?;
    let tensors = if program.trains {
        Tensors::train(&mut parameters, states, &mut gradients, &mut [])
    } else {
        Tensors::forward(&parameters, states)
    };
    let kernels = machine::kernels()?;
    let mut machine = Machine::new(&program, layout, state_layout, kernels, &mut arenas, tensors);
    let piece = Piece { feeds: &[], rows: &[], next: &[], weights: None, scale: 1.0, first: 0 };
    machine.run(Part::Prepare, &piece, &NO_STEP, None);
    machine.run(Part::Body, &piece, &NO_STEP, None);
    if !program.trains {
        let read = |o: &crate::program::ProgramOutput| Output {
            name: o.name.clone(),
            shape: o.dims.clone(),
            values: machine.read(o.place, 0).to_vec(),
        };
        return Ok(program.outputs.iter().map(read).collect());
    }
    let of = |(i, p): (usize, &crate::graph::spec::ParameterSpec)| Output {
        name: p.name.clone(),
        shape: p.shape.dims.clone(),
        values: layout.unpack(i, &gradients),
    };
    Ok(graph.spec.parameters.iter().enumerate().map(of).collect())
}
