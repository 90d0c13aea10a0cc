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
use crate::measures::{Measured, Measures, MetricSpec};
use crate::network::column;
use crate::program::{Mode, ParameterLayout, Program, compile};
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
    /// `ERR_DATA` for missing columns and for rows none of which has a weight, `ERR_SHAPE` for rows of another shape.
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
        crate::targets::check(graph, data)?;
        let weights = data.columns().iter().position(|c| c.role == Role::Weight);
        let feeds = Self { columns, weights };
        feeds.check_weights(data)?;
        Ok(feeds)
    }

    /// There is no mean over rows whose weights are all 0: a data set has a positive one, a part of it need not.
    fn check_weights(&self, data: &Dataset) -> Result<()> {
        let Some(weights) = self.weights(data) else { return Ok(()) };
        let rows = data.rows();
        if rows > 0 && (0..rows).all(|row| weights[data.locate(row)] == 0.0) {
            let text = format!("at least one of the {rows} rows must have a positive weight, all are 0");
            return Err(Error::data(text));
        }
        Ok(())
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

/// A compiled program that computes losses and metrics of a data set.
#[derive(Debug)]
pub struct Evaluator {
    program: Program,
    arenas: Arenas,
    kernels: &'static Kernels,
    data: Dataset,
    feeds: Feeds,
    identity: Vec<u32>,
    measures: Measures,
    weights: Vec<f32>,
    threads: usize,
    prepared: bool,
}

impl Evaluator {
    /// Compiles the graph, which has a loss, for a data set.
    ///
    /// # Errors
    /// What [`Feeds::new`], [`Measures::new`] and [`Arenas::new`] say.
    pub fn new(
        graph: &Graph,
        layout: &ParameterLayout,
        data: &Dataset,
        metrics: &[MetricSpec],
        threads: usize,
    ) -> Result<Self> {
        let feeds = Feeds::new(graph, data)?;
        let measures = Measures::new(graph, metrics, data)?;
        let capacity = graph.piece(data.rows());
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
            measures,
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
    ) -> Option<Measured> {
        let lease = (team.is_none() && self.threads > 1).then(|| Lease::take(self.threads, machine::cores()));
        let mut own = lease.as_ref().filter(|l| l.threads() > 1).map(|l| Team::new(l.threads()));
        let mut team = team.or(own.as_mut());
        self.measures.reset();
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
            let (l, w) = self.measures.losses_of(&machine, &self.program.losses, rows.len(), weights);
            self.measures.metrics_of(&machine, &self.program.losses, rows.len(), weights);
            loss += l;
            weight += w;
        }
        let losses = self.measures.take_sums().map(|sum| sum / weight).collect();
        Some(Measured {
            loss: loss / weight,
            losses,
            metrics: self.measures.metrics().collect(),
            collected: self.measures.collected(),
        })
    }
}
