//! Options of a run, and the optimizer made of them.

use downslope_kernels::update::{self, Rule, UpdateScalars};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::loop_options::LoopOptions;
use crate::graph::Graph;
use crate::graph::spec::RegularizerSpec;
use crate::{Error, Result};

/// What [`super::Trainer::new`] takes as JSON.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrainerOptions {
    /// The rule and its flags.
    pub optimizer: Map<String, Json>,
    /// Rows of a batch, 0 for all.
    pub batch_size: usize,
    /// A new order of rows in each epoch.
    #[serde(default = "yes")]
    pub shuffle: bool,
    /// Of the order and of dropout.
    #[serde(default)]
    pub seed: u64,
    /// 0 for automatic.
    #[serde(default)]
    pub threads: usize,
    /// Names.
    #[serde(default)]
    pub metrics: Vec<String>,
    /// About its epochs.
    #[serde(default)]
    pub run: LoopOptions,
}

fn yes() -> bool {
    true
}

/// Parses the options.
///
/// # Errors
/// `ERR_OPTION`.
pub fn parse(json: &str) -> Result<TrainerOptions> {
    serde_json::from_str(json).map_err(|e| Error::option(format!("options: {e}")))
}

/// A rule with its flags, and what it does to each parameter.
#[derive(Debug)]
pub struct Optimizer {
    rule: &'static Rule,
    /// Indices of the rule and its variant in the kernels' tables.
    pub index: (usize, usize),
    decay_at: Option<usize>,
    /// (weight decay applies, regulariser) of each parameter.
    groups: Vec<(bool, RegularizerSpec)>,
    /// The numbers of the present step for each parameter.
    pub scalars: Vec<UpdateScalars>,
}

impl Optimizer {
    /// Looks the rule up.
    ///
    /// # Errors
    /// `ERR_OPTION` for unknown rules and flags.
    pub fn new(options: &Map<String, Json>, graph: &Graph) -> Result<Self> {
        let kind = options.get("kind").and_then(Json::as_str).unwrap_or_default();
        let Some(index) = update::find(kind) else {
            let known: Vec<&str> = update::RULES.iter().map(|r| r.name).collect();
            return Err(Error::option(format!(
                "optimizer: there is no rule named '{kind}'; known are {}",
                known.join(", ")
            )));
        };
        let rule = &update::RULES[index];
        for (name, value) in options {
            if name != "kind" && !(rule.flags.contains(&&name[..]) && value.is_boolean()) {
                return Err(Error::option(format!("{kind}: there is no switch {name} (of {})", rule.flags.join(", "))));
            }
        }
        let variant = (rule.variant)(&|name| options.get(name).and_then(Json::as_bool).unwrap_or(false));
        let groups: Vec<_> =
            graph.spec.parameters.iter().map(|p| (p.decay, p.regularizer.unwrap_or_default())).collect();
        Ok(Self {
            rule,
            index: (index, variant),
            decay_at: rule.hyperparameters.iter().position(|n| *n == "weightDecay"),
            scalars: vec![UpdateScalars::new([0.0; 8]); groups.len()],
            groups,
        })
    }

    /// Names of the numbers in a row.
    pub fn hyperparameters(&self) -> &'static [&'static str] {
        self.rule.hyperparameters
    }

    /// Whether it is gradient descent without any state, which products can do in their epilogue.
    pub fn plain_descent(&self) -> bool {
        self.rule.name == "sgd" && self.states() == 0
    }

    /// How many moments it keeps for each weight.
    pub fn states(&self) -> usize {
        self.rule.variants[self.index.1].states.len()
    }

    /// The names of the moments, as checkpoints store them.
    pub fn state_names(&self) -> &'static [&'static str] {
        self.rule.variants[self.index.1].states
    }

    /// Checks rows of numbers.
    ///
    /// # Errors
    /// `ERR_OPTION`, naming the number and the step.
    pub fn check(&self, rows: &[f64]) -> Result<()> {
        let width = self.rule.hyperparameters.len();
        for (i, x) in rows.iter().enumerate() {
            let name = self.rule.hyperparameters[i % width];
            // of zero gradients 0 / epsilon is taken
            let positive = name == "epsilon";
            if !x.is_finite() || *x < 0.0 || (positive && *x as f32 == 0.0) {
                let (step, least) = (i / width, if positive { "above" } else { "of at least" });
                return Err(Error::option(format!(
                    "{}: {name} must be a finite number {least} 0, received {x} at step {step} of this chunk",
                    self.rule.name
                )));
            }
        }
        Ok(())
    }

    /// Sets the numbers of a step.
    pub fn prepare(&mut self, row: &[f64], step: u64) {
        let rate = row[0];
        let decay = self.decay_at.map_or(0.0, |i| row[i]);
        let rule = (self.rule.prepare)(row, step, self.index.1);
        for (scalars, (decays, regularizer)) in self.scalars.iter_mut().zip(&self.groups) {
            let decay = if *decays { decay } else { 0.0 };
            let (coupled, shrink) = if self.rule.decoupled { (0.0, 1.0 - rate * decay) } else { (decay, 1.0) };
            *scalars = UpdateScalars::new(rule);
            scalars.l2 = (regularizer.l2 + coupled) as f32;
            scalars.shrink = shrink as f32;
            if regularizer.proximal {
                scalars.l1_proximal = (rate * regularizer.l1) as f32;
            } else {
                scalars.l1 = regularizer.l1 as f32;
            }
        }
    }
}
