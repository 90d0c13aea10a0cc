//! Loss and metrics of a whole data set.

use std::sync::atomic::{AtomicBool, Ordering};

use downslope_kernels::loss::Targets;
use downslope_kernels::memory::Floats;
use downslope_kernels::table::Kernels;
use downslope_kernels::team::{Lease, Team};

use crate::cpu::{Arenas, Feed, Machine, Part, Piece, Tensors};
use crate::data::{Column, Dataset, Role};
use crate::forward::NO_STEP;
use crate::graph::spec::TypeName;
use crate::graph::{Graph, Source, ValueId};
use crate::machine;
use crate::metric::{self, Metric, Prediction, TargetView};
use crate::network::column;
use crate::program::{Mode, PIECE, ParameterLayout, Program, ProgramLoss, compile};
use crate::{Error, Result};

/// The columns of a data set that feed the inputs of a graph, checked once.
#[derive(Debug)]
pub struct Feeds {
    columns: Vec<Option<usize>>,
    weights: Option<usize>,
}

impl Feeds {
    /// Finds a column for each input that the graph's losses need.
    ///
    /// # Errors
    /// `ERR_DATA` for missing columns, `ERR_SHAPE` for rows of another shape.
    pub fn new(graph: &Graph, data: &Dataset) -> Result<Self> {
        let mut columns = vec![];
        for (i, input) in graph.spec.inputs.iter().enumerate() {
            let Some(at) = data.columns().iter().position(|c| c.name == input.name) else {
                let have: Vec<&str> = data.columns().iter().map(|c| &c.name[..]).collect();
                return Err(Error::data(format!(
                    "the network needs a column named {}; the data set has {}",
                    input.name,
                    have.join(", ")
                )));
            };
            let c = &data.columns()[at];
            let ids = matches!(c.values, crate::data::Values::U32(_));
            if ids != (input.kind == TypeName::U32) {
                let (want, have) = if ids { ("numbers", "ids") } else { ("ids", "numbers") };
                return Err(Error::data(format!("{}: the network takes {want}, the data set has {have}", input.name)));
            }
            if c.shape != input.shape.dims && !(c.width() == 1 && input.shape.width() == 1) {
                return Err(Error::shape(format!(
                    "{}: the network takes rows of shape {}, the data set has rows of shape {:?}",
                    input.name, input.shape, c.shape
                )));
            }
            Self::check_classes(graph, i, c)?;
            Self::check_targets(graph, i, c, data)?;
            columns.push(Some(at));
        }
        let weights = data.columns().iter().position(|c| c.role == Role::Weight);
        Ok(Self { columns, weights })
    }

    /// Ids must be below the number of logits that they choose from.
    fn check_classes(graph: &Graph, input: usize, c: &Column) -> Result<()> {
        let Some(classes) = graph.classes[input] else { return Ok(()) };
        if c.role != Role::Label {
            return Err(Error::data(format!(
                "{}: the loss takes labels, whose ids are checked against the number of classes",
                c.name
            )));
        }
        let logits = &graph.values[classes.logits];
        let width = logits.ty.shape.width();
        if c.classes > classes.count {
            return Err(Error::shape(format!(
                "{}: the data set has {} classes, but {} has {width} output{}",
                c.name,
                c.classes,
                logits.name,
                match (width, classes.count) {
                    (1, 2) => ", which can tell two classes apart",
                    (1, _) => "",
                    _ => "s",
                }
            )));
        }
        Ok(())
    }

    /// Targets that are numbers must be such that the loss has a minimum.
    fn check_targets(graph: &Graph, input: usize, c: &Column, data: &Dataset) -> Result<()> {
        let crate::data::Values::F32(values) = &c.values else { return Ok(()) };
        let shown = |mut id: ValueId| loop {
            match graph.values[id].source {
                Source::Node(i) if graph.nodes[i].op.name() == "reshape" => id = graph.nodes[i].inputs[0],
                Source::Input(i) => return i == input,
                _ => return false,
            }
        };
        for loss in graph.nodes.iter().filter(|n| n.inputs.len() > 1 && shown(n.inputs[1])) {
            let (fits, what): (fn(f32) -> bool, _) = match loss.op.targets() {
                Targets::Numbers => continue,
                Targets::Probabilities => (|x| (0.0..=1.0).contains(&x), "probabilities in [0, 1]"),
                Targets::NotNegative => (|x| x >= 0.0, "numbers of at least 0"),
                Targets::Signs => (|x| x.abs() == 1.0, "targets of -1 and 1"),
            };
            let width = c.width();
            for row in 0..data.rows() {
                let base = data.view().map_or(row, |view| view[row] as usize);
                let numbers = &values[base * width..][..width];
                if let Some(at) = numbers.iter().position(|x| !fits(*x)) {
                    return Err(Error::data(format!(
                        "{}: {} takes {what}, received {} in row {row}, column {at}",
                        c.name,
                        loss.op.name(),
                        numbers[at]
                    )));
                }
            }
        }
        Ok(())
    }

    /// As the executor wants them.
    pub fn of<'a>(&self, data: &'a Dataset) -> Vec<Option<Feed<'a>>> {
        self.columns.iter().map(|c| c.map(|c| column(&data.columns()[c].values))).collect()
    }

    /// The weight of each row of the base.
    pub fn weights<'a>(&self, data: &'a Dataset) -> Option<&'a [f32]> {
        match &data.columns()[self.weights?].values {
            crate::data::Values::F32(w) => Some(w),
            _ => None,
        }
    }
}

/// What the numbers of a loss's prediction mean, by the op of the loss.
pub fn meaning(graph: &Graph, loss: ValueId) -> Prediction {
    match graph.values[loss].source {
        Source::Node(i) => graph.nodes[i].op.prediction(),
        _ => Prediction::Values,
    }
}

/// Creates the metrics of the options for a graph's first loss.
///
/// # Errors
/// `ERR_OPTION` for unknown names and metrics that do not fit the loss.
pub fn metrics(graph: &Graph, names: &[String]) -> Result<Vec<Box<dyn Metric>>> {
    let Some(loss) = graph.losses.first() else {
        return Err(Error::internal("a graph without a loss cannot be evaluated"));
    };
    let (prediction, target) = (&graph.values[loss.prediction], &graph.values[loss.target]);
    let ids = target.ty.kind == TypeName::U32;
    let width = if ids { 1 } else { prediction.ty.shape.width() };
    if !names.is_empty() && target.ty.shape.width() != width {
        return Err(Error::shape(format!(
            "metrics: cannot compare {} {} with {} {}",
            prediction.name, prediction.ty.shape, target.name, target.ty.shape
        )));
    }
    let meaning = meaning(graph, loss.value);
    names.iter().map(|name| metric::create(name, meaning)).collect()
}

/// Adds the rows of a piece to metrics, and returns the weighted sum of the losses and the sum of the weights.
pub fn collect(
    machine: &Machine<'_>,
    losses: &[ProgramLoss],
    rows: usize,
    weights: Option<&[f32]>,
    metrics: &mut [Box<dyn Metric>],
) -> (f64, f64) {
    let mut total = 0.0;
    for l in losses {
        let values = machine.read(l.loss, rows);
        let sum: f64 = match weights {
            None => values.iter().map(|x| f64::from(*x)).sum(),
            Some(w) => values.iter().zip(w).map(|(x, w)| f64::from(*x) * f64::from(*w)).sum(),
        };
        total += f64::from(l.weight) * sum;
    }
    if let Some(l) = losses.first().filter(|_| !metrics.is_empty()) {
        let prediction = machine.read(l.prediction, rows);
        let ids;
        let target = if l.ids {
            ids = machine.read_ids(l.target, rows);
            TargetView::Ids(ids)
        } else {
            TargetView::Values(machine.read(l.target, rows), l.target_width)
        };
        for metric in metrics {
            metric.update(prediction, l.width, target, weights);
        }
    }
    (total, weights.map_or(rows as f64, |w| w.iter().map(|w| f64::from(*w)).sum()))
}

/// A compiled program that computes losses and metrics of a data set.
#[derive(Debug)]
pub struct Evaluator {
    program: Program,
    arenas: Arenas,
    kernels: &'static Kernels,
    data: Dataset,
    feeds: Feeds,
    identity: Vec<u32>,
    metrics: Vec<Box<dyn Metric>>,
    weights: Vec<f32>,
    threads: usize,
    prepared: bool,
}

impl Evaluator {
    /// Compiles the graph, which has a loss, for a data set.
    ///
    /// # Errors
    /// What [`Feeds::new`], [`metrics`] and [`Arenas::new`] say.
    pub fn new(
        graph: &Graph,
        layout: &ParameterLayout,
        data: &Dataset,
        names: &[String],
        threads: usize,
    ) -> Result<Self> {
        let feeds = Feeds::new(graph, data)?;
        let metrics = metrics(graph, names)?;
        let capacity = data.rows().min(PIECE);
        let program = compile(graph, layout, Mode::Evaluate, capacity)?;
        let threads = if threads == 0 { machine::cores() } else { threads.min(machine::cores()) };
        let work = program.multiply_adds(1).saturating_mul(data.rows());
        let threads = if work < 50_000_000 { 1 } else { threads };
        Ok(Self {
            arenas: Arenas::new(&program, threads)?,
            program,
            kernels: machine::kernels()?,
            data: data.clone(),
            feeds,
            identity: if data.view().is_some() { vec![] } else { (0..data.rows() as u32).collect() },
            metrics,
            weights: Vec::with_capacity(capacity),
            threads,
            prepared: false,
        })
    }

    /// Bytes.
    pub fn bytes(&self) -> usize {
        self.arenas.bytes() + self.identity.len() * 4
    }

    /// Mean loss and metrics; nothing when `cancel` is set meanwhile. A team is made where none is lent and the work is worth one.
    pub fn run(
        &mut self,
        layout: &ParameterLayout,
        state_layout: &ParameterLayout,
        (parameters, states): (&Floats, &Floats),
        team: Option<&mut Team>,
        cancel: Option<&AtomicBool>,
    ) -> Option<(f64, Vec<f64>)> {
        let lease = (team.is_none() && self.threads > 1).then(|| Lease::take(self.threads, machine::cores()));
        let mut own = lease.as_ref().filter(|l| l.threads() > 1).map(|l| Team::new(l.threads()));
        let mut team = team.or(own.as_mut());
        for m in &mut self.metrics {
            m.reset();
        }
        let feeds = self.feeds.of(&self.data);
        let all = self.feeds.weights(&self.data);
        let order = self.data.view().unwrap_or(&self.identity);
        let mut machine = Machine::new(
            &self.program,
            layout,
            state_layout,
            self.kernels,
            &mut self.arenas,
            Tensors::forward(parameters, states),
        );
        let piece = Piece { feeds: &feeds, rows: &[], next: &[], weights: None, scale: 1.0, first: 0 };
        if !self.prepared {
            machine.run(Part::Prepare, &piece, &NO_STEP, None);
            self.prepared = true;
        }
        let (mut loss, mut weight) = (0.0, 0.0);
        for rows in order.chunks(self.program.capacity) {
            if cancel.is_some_and(|c| c.load(Ordering::Relaxed)) {
                return None;
            }
            machine.run(Part::Body, &Piece { rows, ..piece }, &NO_STEP, team.as_deref_mut());
            let weights = all.map(|w| {
                self.weights.clear();
                self.weights.extend(rows.iter().map(|r| w[*r as usize]));
                &self.weights[..]
            });
            let (l, w) = collect(&machine, &self.program.losses, rows.len(), weights, &mut self.metrics);
            loss += l;
            weight += w;
        }
        Some((loss / weight, self.metrics.iter().map(|m| m.value()).collect()))
    }
}
