//! The samplers: one file and one line in the registry each.

mod gaussian_process;
mod grid;
mod manual;
mod quasi_random;
mod random;
mod tpe;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::history::History;
use crate::space::Space;
use crate::{Error, Result};

/// A search strategy over one space.
pub trait Sampler: Send {
    /// The point for the next trial, number `history.asked()`; `None` when every combination was suggested.
    ///
    /// Must be a pure function of the sampler's options and the history: what is kept between calls (a factorisation, a
    /// sorted list) may save time, never change a bit of the result. A sampler made anew and given the same history
    /// suggests the same.
    ///
    /// What takes longer than milliseconds looks at `cancel` now and then.
    ///
    /// # Errors
    /// `Error::Cancelled`; `Error::Internal` when the numerics fail, which is a bug.
    fn suggest(&mut self, history: &History, cancel: &AtomicBool) -> Result<Option<Vec<f64>>>;

    /// In a finite space, when what was suggested has been asked before: another point for the same trial, `attempt` 1,
    /// 2, …; `None` when it has no other. Called after `suggest` with the same history.
    ///
    /// # Errors
    /// As `suggest`.
    fn retry(&mut self, _history: &History, _attempt: u32) -> Result<Option<Vec<f64>>> {
        Ok(None)
    }

    /// Bytes that it holds beside the history, roughly.
    fn bytes(&self) -> usize {
        0
    }

    /// True for samplers that say themselves what is suggested twice: for them nobody looks for duplicates.
    fn decides_on_duplicates(&self) -> bool {
        false
    }
}

/// What a sampler is made with.
#[derive(Clone, Debug)]
pub struct Start {
    /// Where points lie.
    pub space: Arc<Space>,
    /// How many values a trial has.
    pub objectives: usize,
    /// Of the study.
    pub seed: u64,
}

type Make = fn(&Start, Value) -> Result<Box<dyn Sampler>>;

macro_rules! samplers {
    ($($kind:literal => $module:ident,)*) => {
        const SAMPLERS: &[(&str, Make)] = &[$(($kind, |start, options| Ok(Box::new($module::make(start, read($kind, options)?)?)))),*];
    };
}

// the registry: the name of each sampler and its module, whose `make` takes its options as any type that JSON can give
samplers! {
    "gaussianProcess" => gaussian_process,
    "grid" => grid,
    "manual" => manual,
    "quasiRandom" => quasi_random,
    "random" => random,
    "tpe" => tpe,
}

/// The sampler of this name.
///
/// # Errors
/// `Error::Option` when there is none, or its options cannot be read.
pub fn make(kind: &str, start: &Start, options: Value) -> Result<Box<dyn Sampler>> {
    let (_, make) = SAMPLERS
        .iter()
        .find(|(name, _)| *name == kind)
        .ok_or_else(|| Error::Option(format!("sampler: must be one of {}, received {kind}", kinds().join(", "))))?;
    make(start, options)
}

/// Names of all samplers.
#[must_use]
pub fn kinds() -> Vec<&'static str> {
    SAMPLERS.iter().map(|(name, _)| *name).collect()
}

fn read<T: DeserializeOwned>(kind: &str, options: Value) -> Result<T> {
    serde_json::from_value(options).map_err(|error| Error::Option(format!("{kind}: {error}")))
}
