//! A run in a file: written at the end of an epoch, and gone on with to the same bits.
//!
//! The file is a model file with more tensors, which [`crate::network::Network::load`] leaves alone: under a prefix that no tensor of the
//! graph begins with, `optimizer/<state>/<parameter>` are the moments and `best/<tensor>` the weights that were kept. The counters, what the
//! optimizer remembers in 64 bits and what the caller remembers are JSON; numbers in 64 bits are written as their bits.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Trainer;
use crate::checkpoint;
use crate::network::{self, Network};
use crate::{Error, Result};

/// What a checkpoint holds besides tensors and the model's metadata.
#[derive(Debug, Serialize, Deserialize)]
struct Run {
    prefix: String,
    epoch: usize,
    steps: u64,
    /// Bits of what the optimizer carries from step to step.
    carried: Vec<u64>,
    identity: BTreeMap<String, String>,
    best: bool,
    driver: String,
}

type Found = HashMap<String, (Vec<usize>, Vec<f32>)>;

impl Trainer {
    /// Writes a checkpoint. `metadata` is what [`Network::save`] takes; `driver` is kept for [`Trainer::resume`].
    ///
    /// # Errors
    /// `ERR_CHECKPOINT` with the path and the reason; `ERR_INTERNAL` in the middle of an epoch.
    pub fn save(&self, path: &Path, metadata: &str, driver: &str) -> Result<()> {
        if self.progress.steps != 0 || self.diverged {
            return Err(Error::internal("a checkpoint is written at the end of an epoch"));
        }
        let prefix = self.prefix();
        let mut tensors = self.network()?.plain()?;
        for (state, arena) in self.optimizer.state_names().iter().zip(&self.moments) {
            for (i, p) in self.graph.spec.parameters.iter().enumerate() {
                let name = format!("{prefix}optimizer/{state}/{}", p.name);
                tensors.push((name, p.shape.dims.clone(), self.layout.unpack(i, arena)));
            }
        }
        if let Some((parameters, states)) = &self.best
            && self.has_best
        {
            let best = self.network.with_arenas(parameters.clone(), states.clone());
            tensors.extend(best.plain()?.into_iter().map(|(name, s, v)| (format!("{prefix}best/{name}"), s, v)));
        }
        let run = Run {
            prefix,
            epoch: self.progress.epoch,
            steps: self.progress.total_steps,
            carried: self.optimizer.carried().iter().map(|x| x.to_bits()).collect(),
            identity: self.identity.clone(),
            best: self.has_best,
            driver: driver.to_owned(),
        };
        let run = serde_json::to_string(&run).map_err(|e| Error::internal(e.to_string()))?;
        let refs: Vec<_> = tensors.iter().map(|(n, s, v)| (&n[..], &s[..], &v[..])).collect();
        checkpoint::write(path, &refs, &network::wrap(self.network.graph(), metadata, Some(&run))?)
    }

    /// Goes on where a checkpoint was written; before the first step only. Returns what the caller gave to [`Trainer::save`].
    ///
    /// # Errors
    /// `ERR_CHECKPOINT` when the file cannot be read, is damaged, is no checkpoint, or is one of another run, naming the difference.
    pub fn resume(&mut self, path: &Path) -> Result<String> {
        let (tensors, text) = checkpoint::read(path)?;
        let bad = |what: &str| Error::checkpoint(format!("cannot resume '{}': {what}", path.display()));
        let run = network::unwrap(&text).and_then(|(_, _, run)| run);
        let run = run.ok_or_else(|| bad("it is a model and no checkpoint of a run"))?;
        let run: Run = serde_json::from_str(&run).map_err(|e| bad(&format!("its metadata are not readable ({e})")))?;
        self.compare(&run.identity).map_err(|what| bad(&what))?;
        let wanted = self.optimizer.state_names().len() * self.graph.spec.parameters.len()
            + self.network.tensors().len() * (1 + usize::from(run.best));
        if tensors.len() != wanted || run.best && self.best.is_none() {
            return Err(bad(&format!("it holds {} tensors, this run has {wanted}", tensors.len())));
        }
        let mut found: Found = tensors.into_iter().map(|(name, shape, values)| (name, (shape, values))).collect();
        self.restore(&run, &mut found).map_err(|what| bad(&what))?;
        self.progress.epoch = run.epoch;
        self.progress.total_steps = run.steps;
        Ok(run.driver)
    }

    fn restore(&mut self, run: &Run, found: &mut Found) -> std::result::Result<(), String> {
        let prefix = &run.prefix;
        let (parameters, states) = (&self.graph.spec.parameters, &self.graph.spec.states);
        for (i, p) in parameters.iter().enumerate() {
            self.layout.pack(i, &take(found, &p.name, &p.shape.dims)?, &mut self.parameters);
            for (state, arena) in self.optimizer.state_names().iter().zip(&mut self.moments) {
                let name = format!("{prefix}optimizer/{state}/{}", p.name);
                self.layout.pack(i, &take(found, &name, &p.shape.dims)?, arena);
            }
        }
        for (i, s) in states.iter().enumerate() {
            self.state_layout.pack(i, &take(found, &s.name, &s.shape.dims)?, &mut self.states);
        }
        let carried: Vec<f64> = run.carried.iter().map(|bits| f64::from_bits(*bits)).collect();
        self.optimizer.restore(&carried).map_err(|e| e.message)?;
        self.good.copy_from_slice(&self.parameters);
        if let Some((best, best_states)) = self.best.as_mut().filter(|_| run.best) {
            for (i, p) in parameters.iter().enumerate() {
                self.layout.pack(i, &take(found, &format!("{prefix}best/{}", p.name), &p.shape.dims)?, best);
            }
            for (i, s) in states.iter().enumerate() {
                let name = format!("{prefix}best/{}", s.name);
                self.state_layout.pack(i, &take(found, &name, &s.shape.dims)?, best_states);
            }
            self.has_best = true;
        }
        if self.parameters.iter().chain(&self.states[..]).any(|x| !x.is_finite()) {
            return Err("its weights must be finite, and some are not".to_owned());
        }
        Ok(())
    }

    /// What differs between the run that was saved and this one.
    fn compare(&self, saved: &BTreeMap<String, String>) -> std::result::Result<(), String> {
        let absent = "nothing".to_owned();
        for name in saved.keys().chain(self.identity.keys()) {
            let (was, is) = (saved.get(name).unwrap_or(&absent), self.identity.get(name).unwrap_or(&absent));
            if was == is {
                continue;
            }
            const SHOWN: usize = 120;
            return Err(if was.len().max(is.len()) <= SHOWN {
                format!("it was written with {name} {was}, this run has {is}")
            } else {
                format!("it was written with another {name} than this run has")
            });
        }
        Ok(())
    }

    /// A prefix that no tensor of the graph begins with.
    fn prefix(&self) -> String {
        let names = self.network.tensors();
        let mut prefix = "checkpoint/".to_owned();
        while names.iter().any(|t| t.name.starts_with(&prefix)) {
            prefix.insert(0, '_');
        }
        prefix
    }

    /// Keeps the present weights for [`Trainer::network_kept`], in place of those that were kept before.
    ///
    /// # Errors
    /// `ERR_INTERNAL` when the options did not ask for room.
    pub fn keep(&mut self) -> Result<()> {
        let Some((parameters, states)) = &mut self.best else {
            return Err(Error::internal("there is no room to keep weights"));
        };
        parameters.copy_from_slice(&self.parameters);
        states.copy_from_slice(&self.states);
        self.has_best = true;
        Ok(())
    }

    /// The model with the weights that were kept, or with the present ones where none were.
    ///
    /// # Errors
    /// As [`Trainer::network`].
    pub fn network_kept(&self) -> Result<Network> {
        match &self.best {
            Some((parameters, states)) if self.has_best => {
                Ok(self.network.with_arenas(parameters.clone(), states.clone()))
            }
            _ => self.network(),
        }
    }
}

fn take(found: &mut Found, name: &str, shape: &[usize]) -> std::result::Result<Vec<f32>, String> {
    match found.remove(name) {
        Some((have, values)) if have == shape => Ok(values),
        Some((have, _)) => Err(format!("'{name}' must have the shape {shape:?}, received {have:?}")),
        None => Err(format!("it has no tensor named '{name}'")),
    }
}
