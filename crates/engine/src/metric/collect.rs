//! Keeps predictions and targets of all rows, for metrics that TypeScript computes. With the option `probabilities`, softmax or the logistic
//! function are applied to logits first: where the network ends in one, that is what it predicts.

use downslope_kernels::table::Kernels;
use serde_json::Value as Json;

use super::{Collected, Metric, Prediction, Setting, TargetView, rows};
use crate::{Result, machine};

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    setting.known(&["probabilities"])?;
    let probabilities = setting.options.get("probabilities").and_then(Json::as_bool).unwrap_or(false);
    let softmax = match setting.prediction {
        Prediction::Logits if probabilities => Some(true),
        Prediction::BinaryLogits if probabilities => Some(false),
        _ => None,
    };
    let kept = Collected { width: setting.width, ..Collected::default() };
    Ok(Box::new(Collect { kernels: machine::kernels()?, softmax, kept }))
}

#[derive(Clone, Debug)]
struct Collect {
    kernels: &'static Kernels,
    softmax: Option<bool>,
    kept: Collected,
}

impl Metric for Collect {
    fn reset(&mut self) {
        self.kept.predictions.clear();
        self.kept.ids.clear();
        self.kept.values.clear();
    }

    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) {
        rows(prediction, k, target, weights);
        let start = self.kept.predictions.len();
        self.kept.predictions.extend_from_slice(prediction);
        if let Some(softmax) = self.softmax {
            machine::activate(self.kernels, softmax, &mut self.kept.predictions[start..], k);
        }
        match target {
            TargetView::Ids(ids) => self.kept.ids.extend_from_slice(ids),
            TargetView::Values(values, width) => {
                self.kept.target_width = width;
                self.kept.values.extend_from_slice(values);
            }
        }
    }

    fn value(&self) -> f64 {
        f64::NAN
    }

    fn collected(&self) -> Option<&Collected> {
        Some(&self.kept)
    }
}
