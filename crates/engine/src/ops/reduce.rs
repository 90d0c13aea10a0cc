//! Sums, means and extremes over any axes, rows included.

use super::axes::{axes, reduced, switch};
use super::{NodeTypes, Op};
use crate::Result;
use crate::graph::spec::{Attributes, TypeName};
use crate::graph::{Node, Shape, TensorType};
use crate::program::general::{Reduction, What};
use crate::program::{Argument, Builder, Seen};

/// What is made of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Σ x
    Sum,
    /// Σ x / n
    Mean,
    /// The largest; gradients go to all that are equal, in equal parts.
    Max,
    /// The smallest, likewise.
    Min,
    /// ln Σ e^x
    LogSumExp,
}

/// A reduction over `axes` (all where they are absent), which become 1 with `keepDims` and go away without.
#[derive(Debug)]
pub struct Reduce {
    /// Which.
    pub kind: Kind,
}

/// The axes of a node, and the shapes of its result with and without axes of 1.
fn shapes(b: &Builder<'_>, node: &Node) -> Result<(Vec<usize>, Shape, Shape)> {
    let shape = &b.ty(node.inputs[0]).shape;
    let axes = axes(&node.name, &node.attributes, shape)?;
    let kept = reduced(shape, &axes, true);
    Ok((axes, kept, b.ty(node.output).shape.clone()))
}

/// A value looked at in another shape of as many elements.
fn seen_as(b: &mut Builder<'_>, x: &Seen, shape: &Shape) -> Seen {
    Seen { place: b.shaped(x.place, shape), shape: shape.clone() }
}

impl Op for Reduce {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Sum => "sum",
            Kind::Mean => "mean",
            Kind::Max => "max",
            Kind::Min => "min",
            Kind::LogSumExp => "logSumExp",
        }
    }

    fn infer(&self, node: &NodeTypes<'_>) -> Result<TensorType> {
        let [x] = node.inputs()?;
        node.options(&["axes", "keepDims"])?;
        if x.kind != TypeName::F32 {
            return Err(node.error(format!("{} takes numbers, received ids", self.name())));
        }
        let keep = switch(node.name, node.attributes, "keepDims")?;
        Ok(TensorType::f32(reduced(&x.shape, &axes(node.name, node.attributes, &x.shape)?, keep)))
    }

    fn forward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let x = b.seen(node.inputs[0])?;
        let (axes, kept, shape) = shapes(b, node)?;
        let name = &node.name;
        let y = match self.kind {
            Kind::Sum => b.reduce(name, Reduction::Sum, &x, &axes, &shape),
            Kind::Mean => {
                let sum = b.reduce(&format!("{name} sum"), Reduction::Sum, &x, &axes, &shape);
                b.binary("divide", name, &Argument::Value(&sum), &Argument::Count(&x.shape, &shape), &shape)
            }
            Kind::Max => b.reduce(name, Reduction::Max, &x, &axes, &shape),
            Kind::Min => b.reduce(name, Reduction::Min, &x, &axes, &shape),
            Kind::LogSumExp => {
                // infinite numbers less a finite one are what they were
                let most = b.reduce(&format!("{name} max"), Reduction::Max, &x, &axes, &kept);
                let finite = What::Clip { least: f32::MIN, most: f32::MAX };
                b.step_into(finite, &[Argument::Value(&most)], &most);
                let label = format!("{name} powers");
                let less = b.binary("subtract", &label, &Argument::Value(&x), &Argument::Value(&most), &x.shape);
                b.map_into("exp", &less);
                let sum = b.reduce(&format!("{name} sum"), Reduction::Sum, &less, &axes, &kept);
                b.map_into("log", &sum);
                let y = b.binary("add", name, &Argument::Value(&sum), &Argument::Value(&most), &kept);
                seen_as(b, &y, &shape)
            }
        };
        b.set_value(node.output, y.place);
        Ok(())
    }

    fn backward(&self, b: &mut Builder<'_>, node: &Node) -> Result<()> {
        let input = node.inputs[0];
        let Some(dy) = b.seen_gradient(node.output).filter(|_| b.needs_gradient(input)) else { return Ok(()) };
        let (axes, kept, shape) = shapes(b, node)?;
        let dy = seen_as(b, &dy, &kept);
        let x = b.seen(input)?;
        let label = format!("{} gradient", b.graph.values[input].name);
        let dx = match self.kind {
            Kind::Sum => b.step(&label, What::Copy, &[Argument::Value(&dy)], &x.shape),
            Kind::Mean => {
                let count = Argument::Count(&x.shape, &shape);
                b.binary("divide", &label, &Argument::Value(&dy), &count, &x.shape)
            }
            Kind::Max | Kind::Min => {
                let y = b.seen(node.output)?;
                let y = seen_as(b, &y, &kept);
                let hit = b.binary(
                    "equal",
                    &format!("{} hits", node.name),
                    &Argument::Value(&x),
                    &Argument::Value(&y),
                    &x.shape,
                );
                let hits = b.reduce(&format!("{} ties", node.name), Reduction::Sum, &hit, &axes, &kept);
                let part = b.binary(
                    "divide",
                    &format!("{} parts", node.name),
                    &Argument::Value(&dy),
                    &Argument::Value(&hits),
                    &kept,
                );
                b.binary("multiply", &label, &Argument::Value(&hit), &Argument::Value(&part), &x.shape)
            }
            Kind::LogSumExp => {
                let y = b.seen(node.output)?;
                let y = seen_as(b, &y, &kept);
                let share = b.binary("subtract", &label, &Argument::Value(&x), &Argument::Value(&y), &x.shape);
                b.map_into("exp", &share);
                b.binary("multiply", &label, &Argument::Value(&share), &Argument::Value(&dy), &x.shape)
            }
        };
        b.add_gradient(input, dx.place);
        Ok(())
    }

    fn backward_reads_output(&self) -> bool {
        matches!(self.kind, Kind::Max | Kind::Min | Kind::LogSumExp)
    }

    fn mixes_rows(&self, inputs: &[TensorType], attributes: &Attributes) -> bool {
        inputs[0].shape.rows && axes("", attributes, &inputs[0].shape).is_ok_and(|a| a.contains(&0))
    }
}
