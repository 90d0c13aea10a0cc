//! What the metrics of numbers share: a mean over rows of a mean over the numbers of a row.

use std::any::Any;

use super::mean::{Mean, same};
use super::{Metric, Prediction, TargetView, rows};
use crate::{Error, Result};

/// The mean of a function of the differences, and a last step on the whole.
///
/// A class id is compared as a number with a single output, and as a 1 among zeros with several.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errors {
    name: &'static str,
    of: fn(f64) -> f64,
    finish: fn(f64) -> f64,
    mean: Mean,
}

impl Errors {
    pub(super) fn create(
        name: &'static str,
        prediction: Prediction,
        of: fn(f64) -> f64,
        finish: fn(f64) -> f64,
    ) -> Result<Box<dyn Metric>> {
        if prediction.is_logits() {
            return Err(Error::option(format!(
                "metrics: {name} needs predictions on the scale of the targets, received logits; end the network in \
                 softmax or sigmoid, or use accuracy"
            )));
        }
        Ok(Box::new(Self { name, of, finish, mean: Mean::default() }))
    }
}

impl Metric for Errors {
    fn reset(&mut self) {
        self.mean = Mean::default();
    }

    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) {
        let rows = rows(prediction, k, target, weights);
        if let TargetView::Values(_, width) = target {
            assert_eq!(k, width, "{}: as many targets as predictions in a row", self.name);
        }
        for (row, outputs) in prediction.chunks_exact(k).enumerate().take(rows) {
            let mut sum = 0.0;
            for (column, output) in outputs.iter().enumerate() {
                let expected = match target {
                    TargetView::Ids(ids) if k == 1 => f64::from(ids[row]),
                    TargetView::Ids(ids) => f64::from(u8::from(ids[row] as usize == column)),
                    TargetView::Values(values, _) => f64::from(values[row * k + column]),
                };
                sum += (self.of)(f64::from(*output) - expected);
            }
            self.mean.add(sum / k as f64, weights.map_or(1.0, |weights| f64::from(weights[row])));
        }
    }

    fn value(&self) -> f64 {
        (self.finish)(self.mean.value())
    }

    fn merge(&mut self, other: &dyn Metric) -> Result<()> {
        let other: &Self = same(other)?;
        if self.name != other.name {
            return Err(Error::internal(format!("metric: {} cannot be merged into {}", other.name, self.name)));
        }
        self.mean.merge(&other.mean);
        Ok(())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
