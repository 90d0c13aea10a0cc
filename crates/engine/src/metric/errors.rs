//! What the metrics of numbers share: a mean over rows of a mean over the numbers of a row.

use super::mean::Mean;
use super::{Metric, Prediction, Setting, TargetView, rows};
use crate::Result;

/// The mean of a function of prediction and target, and a last step on the whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errors {
    of: fn(f64, f64) -> f64,
    finish: fn(f64) -> f64,
    mean: Mean,
}

impl Errors {
    pub(super) fn create(
        setting: &Setting<'_>,
        of: fn(f64, f64) -> f64,
        finish: fn(f64) -> f64,
    ) -> Result<Box<dyn Metric>> {
        setting.known(&[])?;
        on_the_scale_of_targets(setting)?;
        Ok(Box::new(Self { of, finish, mean: Mean::default() }))
    }
}

/// Refuses logits and scores.
pub(super) fn on_the_scale_of_targets(setting: &Setting<'_>) -> Result<()> {
    if setting.prediction == Prediction::Scores {
        return Err(
            setting.error("needs predictions on the scale of the targets, received scores of decisions; use accuracy")
        );
    }
    if setting.prediction.is_logits() {
        return Err(setting.error(
            "needs predictions on the scale of the targets, received logits; end the network in softmax or sigmoid, or use accuracy",
        ));
    }
    Ok(())
}

/// The number that an output is compared with: a class id is a number with a single output, and a 1 among zeros with several.
pub(super) fn expected(target: TargetView<'_>, row: usize, k: usize, column: usize) -> f64 {
    match target {
        TargetView::Ids(ids) if k == 1 => f64::from(ids[row]),
        TargetView::Ids(ids) => f64::from(u8::from(ids[row] as usize == column)),
        TargetView::Values(values, _) => f64::from(values[row * k + column]),
    }
}

impl Metric for Errors {
    fn reset(&mut self) {
        self.mean = Mean::default();
    }

    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) {
        let rows = rows(prediction, k, target, weights);
        if let TargetView::Values(_, width) = target {
            assert_eq!(k, width, "as many targets as predictions in a row");
        }
        for (row, outputs) in prediction.chunks_exact(k).enumerate().take(rows) {
            let mut sum = 0.0;
            for (column, output) in outputs.iter().enumerate() {
                sum += (self.of)(f64::from(*output), expected(target, row, k, column));
            }
            self.mean.add(sum / k as f64, weights.map_or(1.0, |weights| f64::from(weights[row])));
        }
    }

    fn value(&self) -> f64 {
        (self.finish)(self.mean.value())
    }
}
