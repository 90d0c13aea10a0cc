//! A graph with its parameters: what is initialised, predicted with, saved and loaded.

mod few;

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use downslope_kernels::memory::Floats;

use crate::checkpoint;
use crate::cpu::Feed as Column;
use crate::data::{Dataset, Values};
use crate::evaluator::Evaluator;
use crate::forward::Forward;
use crate::graph::Graph;
use crate::graph::spec::TypeName;
use crate::initializer::Initializer;
use crate::measures::{Measured, MetricSpec};
use crate::program::ParameterLayout;
use crate::{Error, Result, machine};

/// A graph and values for all its parameters and states. Immutable and cheap to clone: training makes a new one.
#[derive(Clone, Debug)]
pub struct Network {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    graph: Arc<Graph>,
    text: String,
    layout: ParameterLayout,
    state_layout: ParameterLayout,
    parameters: Floats,
    states: Floats,
    /// Predictions and evaluations that run end early.
    closing: Arc<AtomicBool>,
    /// Compiled forward programs that nobody uses at the moment.
    forwards: Mutex<Vec<Forward>>,
}

/// Name and plain shape of a parameter or state.
#[derive(Clone, Debug)]
pub struct TensorInfo {
    /// For example `dense_1/kernel`.
    pub name: String,
    /// Plain row-major shape.
    pub shape: Vec<usize>,
}

/// One tensor fed to [`Network::predict`].
#[derive(Debug)]
pub struct Feed<'a> {
    /// Name of the graph input.
    pub name: &'a str,
    /// Shape of one row.
    pub shape: &'a [usize],
    /// Values, rows first.
    pub values: Column<'a>,
}

/// What is done to an output before it is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transform {
    /// As the graph computes it.
    None,
    /// Softmax along the last axis.
    Softmax,
    /// Element-wise logistic function.
    Sigmoid,
    /// Index of the largest element along the last axis, as a number.
    Argmax,
    /// 1 where positive, else 0: the class of a logit.
    Positive,
}

impl AsRef<[Transform]> for Transform {
    fn as_ref(&self) -> &[Transform] {
        std::slice::from_ref(self)
    }
}

/// One output of [`Network::predict`].
#[derive(Clone, Debug)]
pub struct Output {
    /// Name of the graph output.
    pub name: String,
    /// Shape of one row.
    pub shape: Vec<usize>,
    /// Values, rows first.
    pub values: Vec<f32>,
}

/// Forward programs kept by a network for the next prediction.
const KEPT: usize = 4;
/// Predictions of up to so many rows use a small program, whose memory stays in cache.
const FEW: usize = 16;

impl Network {
    /// Parses the graph and draws its initial weights.
    ///
    /// # Errors
    /// `ERR_SHAPE` and `ERR_OPTION` for what is wrong with the graph, `ERR_SHAPE` when its parameters do not fit into memory.
    pub fn initialize(text: &str, seed: u64) -> Result<Self> {
        let graph = Graph::parse(text)?;
        let (layout, mut parameters, state_layout, mut states) = zeros(&graph)?;
        for (i, p) in graph.spec.parameters.iter().enumerate() {
            let initializer = Initializer::parse(&p.initializer)
                .map_err(|e| Error::new(e.code, format!("{}: {}", p.name, e.message)))?;
            let values = initializer.values(&p.shape.dims, seed, &p.name)?;
            layout.pack(i, &values, &mut parameters);
        }
        for (i, s) in graph.spec.states.iter().enumerate() {
            state_layout.pack(i, &vec![s.initial; s.shape.width()], &mut states);
        }
        Ok(Self::from_parts(Arc::new(graph), text.to_owned(), layout, state_layout, parameters, states))
    }

    /// The graph with given values: one for each parameter. States that are not given start as the graph says.
    ///
    /// # Errors
    /// As [`Network::initialize`] and [`Network::with_tensors`]; `ERR_SHAPE` for a parameter without values.
    pub fn of(text: &str, tensors: &[(String, Vec<f32>)]) -> Result<Self> {
        let graph = Graph::parse(text)?;
        if let Some(p) = graph.spec.parameters.iter().find(|p| tensors.iter().all(|t| t.0 != p.name)) {
            return Err(Error::shape(format!("{}: there are no values for this parameter", p.name)));
        }
        let (layout, parameters, state_layout, mut states) = zeros(&graph)?;
        for (i, s) in graph.spec.states.iter().enumerate() {
            state_layout.pack(i, &vec![s.initial; s.shape.width()], &mut states);
        }
        Self::from_parts(Arc::new(graph), text.to_owned(), layout, state_layout, parameters, states)
            .with_tensors(tensors)
    }

    /// Names of the inputs.
    pub(crate) fn inputs(&self) -> Vec<&str> {
        self.inner.graph.spec.inputs.iter().map(|i| &i.name[..]).collect()
    }

    /// The checked graph.
    pub(crate) fn parsed(&self) -> &Graph {
        &self.inner.graph
    }

    /// Values of all parameters.
    ///
    /// # Errors
    /// None; the signature is that of what reads tensors.
    pub fn parameters(&self) -> Result<Vec<Output>> {
        let read = |p: &crate::graph::spec::ParameterSpec| {
            Ok(Output { name: p.name.clone(), shape: p.shape.dims.clone(), values: self.tensor(&p.name)? })
        };
        self.inner.graph.spec.parameters.iter().map(read).collect()
    }

    fn from_parts(
        graph: Arc<Graph>,
        text: String,
        layout: ParameterLayout,
        state_layout: ParameterLayout,
        parameters: Floats,
        states: Floats,
    ) -> Self {
        let (forwards, closing) = (Mutex::new(vec![]), Arc::default());
        Self { inner: Arc::new(Inner { graph, text, layout, state_layout, parameters, states, closing, forwards }) }
    }

    /// The same graph with other values.
    pub(crate) fn with_arenas(&self, parameters: Floats, states: Floats) -> Self {
        let i = &*self.inner;
        Self::from_parts(
            Arc::clone(&i.graph),
            i.text.clone(),
            i.layout.clone(),
            i.state_layout.clone(),
            parameters,
            states,
        )
    }

    /// Ends predictions and evaluations that run on this network, or on one made of it by [`Network::with_tensors`], with `ERR_CLOSED` before
    /// their next piece of 1,024 rows. For when a model is closed; there is no way back.
    pub fn cancel(&self) {
        self.inner.closing.store(true, Ordering::Relaxed);
    }

    /// The graph spec it was made from.
    pub fn graph(&self) -> &str {
        &self.inner.text
    }

    pub(crate) fn arenas(&self) -> (&Floats, &Floats) {
        (&self.inner.parameters, &self.inner.states)
    }

    pub(crate) fn layouts(&self) -> (&ParameterLayout, &ParameterLayout) {
        (&self.inner.layout, &self.inner.state_layout)
    }

    /// Parses a graph that extends this network's, as a loss does, and checks that its parameters lie where this network's do.
    pub(crate) fn extended(&self, text: &str) -> Result<Graph> {
        let graph = Graph::parse(text)?;
        let same = |a: &Graph, b: &Graph| {
            a.spec.parameters.iter().map(|p| (&p.name, &p.shape)).eq(b
                .spec
                .parameters
                .iter()
                .map(|p| (&p.name, &p.shape)))
                && a.spec.states.iter().map(|p| (&p.name, &p.shape)).eq(b
                    .spec
                    .states
                    .iter()
                    .map(|p| (&p.name, &p.shape)))
        };
        let layout = ParameterLayout::of(&graph);
        let lies = layout.entries.iter().map(|e| (e.offset, e.kind)).eq(self
            .inner
            .layout
            .entries
            .iter()
            .map(|e| (e.offset, e.kind)));
        if !same(&graph, &self.inner.graph) || !lies {
            return Err(Error::internal("the graph with the loss has other parameters than the model"));
        }
        Ok(graph)
    }

    /// Parameters, then states, in the order of the graph.
    pub fn tensors(&self) -> Vec<TensorInfo> {
        let spec = &self.inner.graph.spec;
        let parameters = spec.parameters.iter().map(|p| (&p.name, &p.shape));
        let states = spec.states.iter().map(|s| (&s.name, &s.shape));
        parameters
            .chain(states)
            .map(|(name, shape)| TensorInfo { name: name.clone(), shape: shape.dims.clone() })
            .collect()
    }

    fn find(&self, name: &str) -> Result<(bool, usize, usize)> {
        let spec = &self.inner.graph.spec;
        if let Some(i) = spec.parameters.iter().position(|p| p.name == name) {
            return Ok((true, i, spec.parameters[i].shape.width()));
        }
        if let Some(i) = spec.states.iter().position(|p| p.name == name) {
            return Ok((false, i, spec.states[i].shape.width()));
        }
        let known: Vec<String> = self.tensors().into_iter().map(|t| t.name).collect();
        Err(Error::option(format!("weights: there is no tensor named {name}; there are {}", known.join(", "))))
    }

    /// Plain row-major values of a parameter or state.
    ///
    /// # Errors
    /// `ERR_OPTION` for an unknown name.
    pub fn tensor(&self, name: &str) -> Result<Vec<f32>> {
        let i = &*self.inner;
        Ok(match self.find(name)? {
            (true, at, _) => i.layout.unpack(at, &i.parameters),
            (false, at, _) => i.state_layout.unpack(at, &i.states),
        })
    }

    /// A network with some tensors replaced.
    ///
    /// # Errors
    /// `ERR_OPTION` for an unknown name, `ERR_SHAPE` for another length, `ERR_DATA` for values that are not finite.
    pub fn with_tensors(&self, tensors: &[(String, Vec<f32>)]) -> Result<Self> {
        let i = &*self.inner;
        let (mut parameters, mut states) = (i.parameters.clone(), i.states.clone());
        for (name, values) in tensors {
            let (parameter, at, len) = self.find(name)?;
            if values.len() != len {
                return Err(Error::shape(format!("{name}: has {len} elements, received {}", values.len())));
            }
            if let Some(bad) = values.iter().position(|x| !x.is_finite()) {
                return Err(Error::data(format!(
                    "{name}: values must be finite, received {} at element {bad}",
                    values[bad]
                )));
            }
            if parameter {
                i.layout.pack(at, values, &mut parameters);
            } else {
                i.state_layout.pack(at, values, &mut states);
            }
        }
        let mut network = self.with_arenas(parameters, states);
        if let Some(inner) = Arc::get_mut(&mut network.inner) {
            inner.closing = Arc::clone(&i.closing);
        }
        Ok(network)
    }

    /// Native memory in bytes.
    pub fn bytes(&self) -> usize {
        let kept: usize = self.forwards().iter().map(Forward::bytes).sum();
        (self.inner.parameters.len() + self.inner.states.len()) * size_of::<f32>() + kept
    }

    fn forwards(&self) -> std::sync::MutexGuard<'_, Vec<Forward>> {
        self.inner.forwards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the forward program on any number of rows. There is a transform for each output, or one for all; `threads` of 0 lets the size of the work decide.
    ///
    /// # Errors
    /// `ERR_SHAPE` for missing inputs, shapes and lengths that do not fit, and more outputs than memory; `ERR_DATA` for
    /// values that are not finite.
    pub fn predict(
        &self,
        inputs: &[Feed<'_>],
        transforms: impl AsRef<[Transform]>,
        threads: usize,
    ) -> Result<Vec<Output>> {
        let i = &*self.inner;
        let transforms = transforms.as_ref();
        if transforms.len() != 1 && transforms.len() != i.graph.outputs.len() {
            return Err(Error::internal("predict: one transform, or one for each output"));
        }
        let (feeds, rows) = self.check(inputs)?;
        self.check_room(rows)?;
        let capacity = match () {
            () if i.graph.mixes_rows() => rows,
            () if rows <= FEW => FEW,
            () => crate::program::PIECE,
        };
        let kept = {
            let mut list = self.forwards();
            list.iter().position(|f| f.capacity() == capacity).map(|at| list.swap_remove(at))
        };
        let mut forward = match kept {
            Some(f) => f,
            None => Forward::new(&i.graph, &i.layout, &i.state_layout, &i.parameters, &i.states, capacity)?,
        };
        let outputs = forward.run(
            &i.layout,
            &i.state_layout,
            (&i.parameters, &i.states),
            &feeds,
            rows,
            transforms,
            threads,
            &i.closing,
        )?;
        let mut list = self.forwards();
        if list.len() < KEPT {
            list.push(forward);
        }
        Ok(outputs)
    }

    /// Said before the program is made, which takes seconds where rows are so long.
    fn check_room(&self, rows: usize) -> Result<()> {
        const SMALL: usize = 1 << 20;
        let graph = &self.inner.graph;
        for (name, id) in &graph.outputs {
            let width = graph.values[*id].ty.shape.width();
            let length = rows.saturating_mul(width);
            if length > SMALL && Vec::<f32>::new().try_reserve_exact(length).is_err() {
                return Err(machine::no_memory(&format!("predict: {rows} rows of {name}"), length));
            }
        }
        Ok(())
    }

    fn check<'a>(&self, inputs: &[Feed<'a>]) -> Result<(Vec<Option<Column<'a>>>, usize)> {
        let spec = &self.inner.graph.spec;
        let mut rows: Option<usize> = None;
        let mut feeds = vec![None; spec.inputs.len()];
        for feed in inputs {
            let Some(at) = spec.inputs.iter().position(|s| s.name == feed.name) else {
                let known: Vec<&str> = spec.inputs.iter().map(|s| &s.name[..]).collect();
                return Err(Error::shape(format!(
                    "predict: there is no input named {}; there are {}",
                    feed.name,
                    known.join(", ")
                )));
            };
            let input = &spec.inputs[at];
            if feeds[at].is_some() {
                return Err(Error::shape(format!("predict: {} is given twice", feed.name)));
            }
            let width = input.shape.width();
            if feed.shape != input.shape.dims && !(width == 1 && feed.shape.iter().product::<usize>() == 1) {
                return Err(Error::shape(format!(
                    "predict: {} takes rows of shape {}, received rows of shape {:?}",
                    feed.name, input.shape, feed.shape
                )));
            }
            let len = match feed.values {
                Column::F32(x) => x.len(),
                Column::U8(x) => x.len(),
                Column::U32(x) => x.len(),
            };
            let is_ids = matches!(feed.values, Column::U32(_));
            if is_ids != (input.kind == TypeName::U32) {
                return Err(Error::data(format!(
                    "predict: {} takes {}",
                    feed.name,
                    if is_ids { "numbers, received ids" } else { "ids, received numbers" }
                )));
            }
            if width == 0 || len % width != 0 || rows.is_some_and(|r| r != len / width) {
                return Err(Error::shape(format!(
                    "predict: {} has {len} values, which are not {} rows of {width}",
                    feed.name,
                    rows.unwrap_or(0)
                )));
            }
            rows = Some(len / width);
            if let Column::F32(x) = feed.values
                && let Some(bad) = x.iter().position(|x| !x.is_finite())
            {
                let (row, column) = (bad / width, bad % width);
                return Err(Error::data(format!(
                    "predict: {} must hold finite numbers, received {} in row {row}, column {column}",
                    feed.name, x[bad]
                )));
            }
            if let (Column::U32(ids), Some(classes)) = (feed.values, self.inner.graph.classes[at])
                && let Some(row) = ids.iter().position(|id| *id as usize >= classes.count)
            {
                return Err(Error::data(format!(
                    "predict: {} must hold ids below {}, received {} in row {row}",
                    feed.name, classes.count, ids[row]
                )));
            }
            feeds[at] = Some(feed.values);
        }
        if let Some(missing) = spec.inputs.iter().zip(&feeds).find(|(_, f)| f.is_none()) {
            return Err(Error::shape(format!("predict: input {} is missing", missing.0.name)));
        }
        match rows {
            Some(rows) if rows > 0 => Ok((feeds, rows)),
            _ => Err(Error::data("predict: at least one row is needed, received none")),
        }
    }

    /// Mean losses and metrics over a data set, in the order asked for; `loss_graph` is the graph with the loss appended.
    ///
    /// # Errors
    /// `ERR_DATA` and `ERR_SHAPE` for data that do not fit, `ERR_OPTION` for unknown metrics.
    pub fn evaluate(
        &self,
        loss_graph: &str,
        data: &Dataset,
        metrics: &[MetricSpec],
        threads: usize,
    ) -> Result<Measured> {
        let graph = self.extended(loss_graph)?;
        let i = &*self.inner;
        let mut evaluator = Evaluator::new(&graph, &i.layout, data, metrics, threads)?;
        let measured = evaluator.run(&i.layout, &i.state_layout, (&i.parameters, &i.states), None, Some(&i.closing));
        measured.ok_or_else(|| Error::closed("evaluate: the model was closed"))
    }

    /// Writes a safetensors file beside, syncs and renames it. `metadata` is one JSON text kept as it is; it must hold the graph's text under
    /// `graph` for [`Network::load`].
    ///
    /// # Errors
    /// `ERR_CHECKPOINT` with the path and the reason.
    pub fn save(&self, path: &Path, metadata: &str) -> Result<()> {
        let list = self.plain()?;
        let refs: Vec<_> = list.iter().map(|(n, s, v)| (&n[..], &s[..], &v[..])).collect();
        checkpoint::write(path, &refs, &wrap(&self.inner.text, metadata, None)?)
    }

    /// All tensors, plain, in the order of [`Network::tensors`].
    pub(crate) fn plain(&self) -> Result<Vec<checkpoint::Tensor>> {
        let tensors = self.tensors().into_iter();
        tensors.map(|t| self.tensor(&t.name).map(|values| (t.name, t.shape, values))).collect()
    }

    /// Reads what [`Network::save`] or [`crate::trainer::Trainer::save`] wrote; also returns the metadata.
    ///
    /// # Errors
    /// `ERR_CHECKPOINT` with the path and the reason.
    pub fn load(path: &Path) -> Result<(Self, String)> {
        let (mut tensors, both) = checkpoint::read(path)?;
        let bad = |what: String| Error::checkpoint(format!("cannot read '{}': {what}", path.display()));
        let strange = || bad("its metadata are not those of a model".to_owned());
        let (text, metadata, run) = unwrap(&both).ok_or_else(strange)?;
        let graph = Graph::parse(&text).map_err(|e| bad(e.message))?;
        if run.is_some() {
            // a checkpoint is a model with what its run needs besides
            tensors.retain(|(name, ..)| graph.value(name).is_some());
        }
        // before any memory is taken, for a graph may promise more than the file holds
        fits(&graph, &tensors).map_err(bad)?;
        let (layout, parameters, state_layout, states) = zeros(&graph).map_err(|e| bad(e.message))?;
        let network = Self::from_parts(Arc::new(graph), text, layout, state_layout, parameters, states);
        let tensors: Vec<(String, Vec<f32>)> = tensors.into_iter().map(|(name, _, values)| (name, values)).collect();
        let network = network.with_tensors(&tensors).map_err(|e| bad(e.message))?;
        Ok((network, metadata))
    }
}

/// Layouts of parameters and of states, each with zeros for them.
fn zeros(graph: &Graph) -> Result<(ParameterLayout, Floats, ParameterLayout, Floats)> {
    let (layout, state_layout) = (ParameterLayout::of(graph), ParameterLayout::of_states(graph));
    // whole vectors may be read behind the last one
    let parameters = machine::memory("the parameters of the network", layout.total + 16)?;
    let states = machine::memory("the states of the network", state_layout.total + 16)?;
    Ok((layout, parameters, state_layout, states))
}

/// Whether the tensors of a file are those of its graph, or what is wrong with them.
fn fits(graph: &Graph, tensors: &[checkpoint::Tensor]) -> std::result::Result<(), String> {
    let (parameters, states) = (&graph.spec.parameters, &graph.spec.states);
    let wanted: HashMap<&str, &[usize]> = (parameters.iter().map(|p| (&p.name[..], &p.shape.dims[..])))
        .chain(states.iter().map(|s| (&s.name[..], &s.shape.dims[..])))
        .collect();
    if tensors.len() != wanted.len() {
        return Err(format!("it holds {} tensors, its graph has {}", tensors.len(), wanted.len()));
    }
    for (name, shape, _) in tensors {
        match wanted.get(&name[..]) {
            Some(want) if want == shape => {}
            Some(want) => return Err(format!("'{name}' must have the shape {want:?}, received {shape:?}")),
            None => return Err(format!("its graph has no tensor named '{name}'")),
        }
    }
    Ok(())
}

/// The graph and the caller's metadata as one JSON text; of a checkpoint also what belongs to its run.
pub(crate) fn wrap(graph: &str, metadata: &str, run: Option<&str>) -> Result<String> {
    let texts: Vec<&str> = [graph, metadata].into_iter().chain(run).collect();
    serde_json::to_string(&texts).map_err(|e| Error::internal(e.to_string()))
}

/// The texts that [`wrap`] was given.
pub(crate) fn unwrap(text: &str) -> Option<(String, String, Option<String>)> {
    let texts: Vec<String> = serde_json::from_str(text).ok()?;
    let mut texts = texts.into_iter();
    let whole = (texts.next()?, texts.next()?, texts.next());
    texts.next().is_none().then_some(whole)
}

/// The column of a data set that feeds an input.
pub(crate) fn column(values: &Values) -> Column<'_> {
    match values {
        Values::F32(x) => Column::F32(x),
        Values::U8(x) => Column::U8(x),
        Values::U32(x) => Column::U32(x),
    }
}
