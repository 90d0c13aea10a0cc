//! What a metric is made from.

use serde_json::{Map, Value as Json};

use super::Prediction;
use crate::{Error, Result};

/// What is known of predictions and targets before the first row, and the options that the user gave.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Name in the registry, for messages.
    pub name: &'a str,
    /// What the numbers of a prediction mean.
    pub prediction: Prediction,
    /// Outputs in a row.
    pub width: usize,
    /// Ids of the targets are below this; nothing where targets are numbers.
    pub labels: Option<usize>,
    /// Most rows between two resets, so that memory is taken once.
    pub rows: usize,
    /// Options, without the name.
    pub options: &'a Map<String, Json>,
}

impl Setting<'_> {
    /// Refuses options that the metric does not have.
    ///
    /// # Errors
    /// `ERR_OPTION`.
    pub fn known(&self, options: &[&str]) -> Result<()> {
        match self.options.keys().find(|name| !options.contains(&&name[..])) {
            Some(unknown) => Err(self.error(format!("has no option {unknown}"))),
            None => Ok(()),
        }
    }

    /// One of some words.
    ///
    /// # Errors
    /// `ERR_OPTION`.
    pub fn word<T: Copy>(&self, option: &str, known: &[(&str, T)]) -> Result<Option<T>> {
        let Some(value) = self.options.get(option) else { return Ok(None) };
        let found = value.as_str().and_then(|word| known.iter().find(|(name, _)| *name == word));
        found.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let words: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            self.error(format!("needs {option} to be one of {}, received {value}", words.join(", ")))
        })
    }

    /// Whether every output is a decision of its own, and there are several.
    #[must_use]
    pub fn several_decisions(&self) -> bool {
        self.width > 1 && self.prediction.independent()
    }

    /// How many classes exclude each other: two with a single output.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.width.max(2)
    }

    /// Refuses more classes than the outputs tell apart: a loss of the caller's own may take labels with any outputs.
    ///
    /// # Errors
    /// `ERR_OPTION`.
    pub fn tells_apart(&self) -> Result<()> {
        match self.labels.filter(|labels| *labels > self.classes()) {
            None => Ok(()),
            Some(labels) => {
                let outputs = if self.width == 1 { "output tells" } else { "outputs tell" };
                let text =
                    format!("cannot compare {labels} classes: {} {outputs} {} apart", self.width, self.classes());
                Err(self.error(text))
            }
        }
    }

    /// Refuses outputs that are decisions of their own.
    ///
    /// # Errors
    /// `ERR_OPTION`.
    pub fn exclusive(&self) -> Result<()> {
        if self.several_decisions() {
            return Err(
                self.error("needs classes that exclude each other, received outputs that are decisions of their own")
            );
        }
        Ok(())
    }

    /// An error about this metric.
    pub fn error(&self, message: impl AsRef<str>) -> Error {
        Error::option(format!("metrics: {} {}", self.name, message.as_ref()))
    }
}
