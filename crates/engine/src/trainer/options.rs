//! Options of a run, and the optimizer made of them.

use downslope_kernels::update::{self, Rule, UpdateScalars};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::loop_options::LoopOptions;
use crate::graph::Graph;
use crate::graph::spec::RegularizerSpec;
use crate::measures::MetricSpec;
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
    /// Names, each of a loss.
    #[serde(default)]
    pub metrics: Vec<MetricSpec>,
    /// Of the gradients, before coupled decay is added.
    #[serde(default)]
    pub clip_norm: Option<f64>,
    /// Of each number of the gradients, before coupled decay is added.
    #[serde(default)]
    pub clip_value: Option<f64>,
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

/// The part of [`TrainerOptions`] that is about updates.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UpdateOptions {
    optimizer: Map<String, Json>,
    #[serde(default)]
    clip_norm: Option<f64>,
    #[serde(default)]
    clip_value: Option<f64>,
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
    /// What the rule carries from step to step: after the last step, and after the one that is prepared.
    carried: Vec<f64>,
    prepared: Vec<f64>,
    clip_norm: Option<f64>,
    clip_value: Option<f32>,
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
            carried: rule.carried.to_vec(),
            prepared: rule.carried.to_vec(),
            clip_norm: None,
            clip_value: None,
        })
    }

    /// From JSON: the rule with its flags, and how gradients are clipped.
    ///
    /// # Errors
    /// As [`Optimizer::new`] and [`Optimizer::clipped`].
    pub fn parse(json: &str, graph: &Graph) -> Result<Self> {
        let options: UpdateOptions =
            serde_json::from_str(json).map_err(|e| Error::option(format!("optimizer: {e}")))?;
        Self::new(&options.optimizer, graph)?.clipped(options.clip_norm, options.clip_value)
    }

    /// The same, with gradients clipped by the norm of all of them, and then each number by itself.
    ///
    /// # Errors
    /// `ERR_OPTION` for a limit that is not above 0.
    pub fn clipped(mut self, norm: Option<f64>, value: Option<f64>) -> Result<Self> {
        for (name, limit) in [("clipNorm", norm), ("clipValue", value)] {
            if let Some(x) = limit
                && !(x.is_finite() && x as f32 > 0.0)
            {
                return Err(Error::option(format!("{name} must be a finite number above 0, received {x}")));
            }
        }
        (self.clip_norm, self.clip_value) = (norm, value.map(|x| x as f32));
        Ok(self)
    }

    /// Whether the norm of all gradients is wanted before they are used.
    pub fn clips_norm(&self) -> bool {
        self.clip_norm.is_some()
    }

    /// Scales gradients of this norm down to the limit, as PyTorch's `clip_grad_norm_` does.
    pub fn clip(&mut self, norm: f64) {
        let Some(limit) = self.clip_norm else { return };
        let scale = (limit / (norm + 1e-6)).min(1.0) as f32;
        for scalars in &mut self.scalars {
            scalars.gradient_scale = scale;
        }
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

    /// Numbers that the rule carries from step to step besides the moments; a run is continued with them.
    pub fn carried(&self) -> &[f64] {
        &self.carried
    }

    /// Continues with what [`Optimizer::carried`] gave.
    ///
    /// # Errors
    /// `ERR_CHECKPOINT` for another number of them, or where one is not finite.
    pub fn restore(&mut self, carried: &[f64]) -> Result<()> {
        if carried.len() != self.carried.len() || carried.iter().any(|x| !x.is_finite()) {
            return Err(Error::checkpoint(format!(
                "{}: carries {} finite numbers from step to step, received {carried:?}",
                self.rule.name,
                self.carried.len()
            )));
        }
        self.carried.copy_from_slice(carried);
        Ok(())
    }

    /// The step that was prepared is done.
    pub fn done(&mut self) {
        self.carried.copy_from_slice(&self.prepared);
    }

    /// Sets the numbers of a step. It may be prepared again until it is [done](Optimizer::done).
    pub fn prepare(&mut self, row: &[f64], step: u64) {
        let rate = row[0];
        let decay = self.decay_at.map_or(0.0, |i| row[i]);
        self.prepared.copy_from_slice(&self.carried);
        let rule = (self.rule.prepare)(row, step, self.index.1, &mut self.prepared);
        for (scalars, (decays, regularizer)) in self.scalars.iter_mut().zip(&self.groups) {
            let decay = if *decays { decay } else { 0.0 };
            let (coupled, shrink) = if self.rule.decoupled { (0.0, 1.0 - rate * decay) } else { (decay, 1.0) };
            *scalars = UpdateScalars::new(rule);
            if let Some(limit) = self.clip_value {
                scalars.clip_value = limit;
            }
            if self.clip_norm.is_none() && self.clip_value.is_none() {
                scalars.l2 = (regularizer.l2 + coupled) as f32;
            } else {
                (scalars.l2, scalars.decay) = (regularizer.l2 as f32, coupled as f32);
            }
            scalars.shrink = shrink as f32;
            if regularizer.proximal {
                scalars.l1_proximal = (rate * regularizer.l1) as f32;
            } else {
                scalars.l1 = regularizer.l1 as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::net::mlp;

    const ROW: [f64; 6] = [0.1, 0.9, 0.99, 1e-8, 0.004, 0.0];

    fn nadam() -> Optimizer {
        let options = serde_json::from_str(r#"{ "kind": "nadam" }"#).expect("JSON");
        let graph = Graph::parse(&mlp(&[2, 2], "relu", "crossEntropy").1).expect("a graph");
        Optimizer::new(&options, &graph).expect("an optimizer")
    }

    #[test]
    fn a_step_that_was_cancelled_carries_nothing() {
        let (mut once, mut twice) = (nadam(), nadam());
        for step in 0..3 {
            once.prepare(&ROW, step);
            once.done();
            twice.prepare(&ROW, step);
            twice.prepare(&ROW, step);
            twice.done();
            assert_eq!(once.scalars, twice.scalars);
        }
        assert!(once.carried() == twice.carried() && once.carried()[0] < 0.2, "{:?}", once.carried());
    }

    #[test]
    fn what_is_carried_continues_a_run() {
        let (mut whole, mut second) = (nadam(), nadam());
        for step in 0..5 {
            whole.prepare(&ROW, step);
            whole.done();
        }
        second.restore(whole.carried()).expect("one number");
        whole.prepare(&ROW, 5);
        second.prepare(&ROW, 5);
        assert_eq!(whole.scalars, second.scalars);
        for wrong in [&[][..], &[1.0, 1.0], &[f64::NAN]] {
            let error = second.restore(wrong).expect_err("not one finite number");
            assert!(error.message.starts_with("nadam: carries 1 finite numbers"), "{error:?}");
        }
    }
}
