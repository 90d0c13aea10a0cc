//! Keeps predictions and targets of all rows, for metrics that TypeScript computes.

use super::{Collected, Metric, Setting, TargetView, rows};
use crate::Result;

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    setting.known(&[])?;
    Ok(Box::new(Collect(Collected { width: setting.width, ..Collected::default() })))
}

#[derive(Clone, Debug)]
struct Collect(Collected);

impl Metric for Collect {
    fn reset(&mut self) {
        self.0 = Collected { width: self.0.width, ..Collected::default() };
    }

    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) {
        rows(prediction, k, target, weights);
        self.0.predictions.extend_from_slice(prediction);
        match target {
            TargetView::Ids(ids) => self.0.ids.extend_from_slice(ids),
            TargetView::Values(values, width) => {
                self.0.target_width = width;
                self.0.values.extend_from_slice(values);
            }
        }
    }

    fn value(&self) -> f64 {
        f64::NAN
    }

    fn collected(&self) -> Option<&Collected> {
        Some(&self.0)
    }
}
