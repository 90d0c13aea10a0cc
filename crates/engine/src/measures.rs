//! What is measured of each loss of a graph: its mean, and metrics of its predictions.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::cpu::Machine;
use crate::data::{Dataset, Role};
use crate::graph::spec::TypeName;
use crate::graph::{Graph, Source, ValueId};
use crate::metric::{self, Collected, Metric, Prediction, Setting, TargetView};
use crate::program::ProgramLoss;
use crate::{Error, Result};

/// A metric that options ask for: `"accuracy"`, or `{ "output": 1, "name": "accuracy" }` of another loss than the first.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum MetricSpec {
    /// By name, of the first loss.
    Name(String),
    /// With all that can be said.
    Of {
        /// Index of the loss whose predictions are looked at.
        #[serde(default)]
        output: usize,
        /// Name of the metric.
        name: String,
        /// Its own options.
        #[serde(flatten)]
        options: Map<String, Json>,
    },
}

impl MetricSpec {
    /// Parses a list of them.
    ///
    /// # Errors
    /// `ERR_OPTION`.
    pub fn list(json: &str) -> Result<Vec<Self>> {
        serde_json::from_str(json).map_err(|e| Error::option(format!("metrics: {e}")))
    }
}

impl From<&str> for MetricSpec {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

/// Losses and metrics over rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// The mean of the losses' weighted sum.
    pub loss: f64,
    /// The mean of each loss, in the order of the graph, without its weight.
    pub losses: Vec<f64>,
    /// In the order of the options.
    pub metrics: Vec<f64>,
    /// All rows, with the index of their loss, where metrics are computed elsewhere.
    pub collected: Vec<(usize, Collected)>,
}

/// The losses of a graph under measurement.
#[derive(Debug)]
pub struct Measures {
    /// Each with the index of its loss.
    metrics: Vec<(usize, Box<dyn Metric>)>,
    /// Sum over the rows of each loss since they were last taken.
    sums: Vec<f64>,
}

/// What the numbers of a loss's prediction mean, by the op of the loss.
fn meaning(graph: &Graph, loss: ValueId) -> Prediction {
    match graph.values[loss].source {
        Source::Node(i) => graph.nodes[i].op.prediction(),
        _ => Prediction::Values,
    }
}

fn create(graph: &Graph, spec: &MetricSpec, data: &Dataset) -> Result<(usize, Box<dyn Metric>)> {
    let none = Map::new();
    let (output, name, options) = match spec {
        MetricSpec::Name(name) => (0, name, &none),
        MetricSpec::Of { output, name, options } => (*output, name, options),
    };
    let Some(loss) = graph.losses.get(output) else {
        let have = graph.losses.len();
        return Err(Error::option(format!("metrics: {name} is of loss {output}, but the graph has {have}")));
    };
    let (Some(prediction), Some(target)) = (loss.prediction, loss.target) else {
        return Err(Error::option(format!(
            "metrics: loss {output} has no prediction and target that {name} could compare"
        )));
    };
    let (prediction, target) = (&graph.values[prediction], &graph.values[target]);
    let ids = target.ty.kind == TypeName::U32;
    let width = if ids { 1 } else { prediction.ty.shape.width() };
    if target.ty.shape.width() != width {
        return Err(Error::shape(format!(
            "metrics: cannot compare {} {} with {} {}",
            prediction.name, prediction.ty.shape, target.name, target.ty.shape
        )));
    }
    let width = prediction.ty.shape.width();
    let column = match target.source {
        Source::Input(i) => data.column(&graph.spec.inputs[i].name),
        _ => None,
    };
    let classes = column.filter(|column| column.role == Role::Label).map(|column| column.classes);
    if ids && classes.is_none() {
        // whoever takes ids has refused those that are no labels
        return Err(Error::internal(format!("metrics: {} has ids of no known number of classes", target.name)));
    }
    let labels = classes.filter(|_| ids);
    let setting = Setting { name, prediction: meaning(graph, loss.value), width, labels, rows: data.rows(), options };
    Ok((output, metric::create(&setting)?))
}

impl Measures {
    /// Creates the metrics of the options for the rows of a data set.
    ///
    /// # Errors
    /// `ERR_OPTION` for unknown names and metrics that do not fit their loss.
    pub fn new(graph: &Graph, metrics: &[MetricSpec], data: &Dataset) -> Result<Self> {
        if graph.losses.is_empty() {
            return Err(Error::internal("a graph without a loss cannot be evaluated"));
        }
        let metrics = metrics.iter().map(|spec| create(graph, spec, data)).collect::<Result<_>>()?;
        Ok(Self { metrics, sums: vec![0.0; graph.losses.len()] })
    }

    /// Forgets all rows.
    pub fn reset(&mut self) {
        self.metrics.iter_mut().for_each(|(_, metric)| metric.reset());
        self.sums.fill(0.0);
    }

    /// The metrics over all rows since the reset.
    pub fn metrics(&self) -> impl ExactSizeIterator<Item = f64> {
        self.metrics.iter().map(|(_, metric)| metric.value())
    }

    /// All rows since the reset, where metrics are computed elsewhere.
    pub fn collected(&self) -> Vec<(usize, Collected)> {
        self.metrics.iter().filter_map(|(output, metric)| Some((*output, metric.collected()?.clone()))).collect()
    }

    /// Number of losses.
    pub fn losses(&self) -> usize {
        self.sums.len()
    }

    /// The sum of each loss since it was last asked for.
    pub fn take_sums(&mut self) -> impl Iterator<Item = f64> {
        self.sums.iter_mut().map(std::mem::take)
    }

    /// Adds the losses of the rows of a piece, and returns their weighted sum and the sum of the rows' weights. Allocates nothing.
    pub fn losses_of(
        &mut self,
        machine: &Machine<'_>,
        losses: &[ProgramLoss],
        rows: usize,
        weights: Option<&[f32]>,
    ) -> (f64, f64) {
        let weight = weights.map_or(rows as f64, |w| w.iter().map(|w| f64::from(*w)).sum());
        let mut total = 0.0;
        for (l, kept) in losses.iter().zip(&mut self.sums) {
            let values = machine.read(l.loss, rows);
            let sum: f64 = match weights {
                // one number counts as the loss of each row
                _ if !l.rows => f64::from(values[0]) * weight,
                None => values.iter().map(|x| f64::from(*x)).sum(),
                Some(w) => values.iter().zip(w).map(|(x, w)| f64::from(*x) * f64::from(*w)).sum(),
            };
            *kept += sum;
            total += f64::from(l.weight) * sum;
        }
        (total, weight)
    }

    /// Adds the rows of a piece to the metrics. Allocates nothing, but for metrics that keep rows, in the first epoch.
    pub fn metrics_of(&mut self, machine: &Machine<'_>, losses: &[ProgramLoss], rows: usize, weights: Option<&[f32]>) {
        for (output, metric) in &mut self.metrics {
            let l = &losses[*output];
            let (Some(prediction), Some(target)) = (l.prediction, l.target) else { continue };
            let target = if l.ids {
                TargetView::Ids(machine.read_ids(target, rows))
            } else {
                TargetView::Values(machine.read(target, rows), l.target_width)
            };
            metric.update(machine.read(prediction, rows), l.width, target, weights);
        }
    }
}
