//! `accuracy`: the share of rows whose class is predicted.
//!
//! With several outputs that exclude each other the largest one is the class, the first of equals; a target given as
//! probabilities is read the same way. A single output above the threshold means class 1; a target of one number, above
//! ½. Where each output is a decision of its own, a row counts with the share of outputs that are right. A row with a
//! NaN is wrong.

use super::decisions::Decisions;
use super::mean::Mean;
use super::{Metric, Setting, TargetView, rows};
use crate::Result;

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    setting.known(&[])?;
    Ok(Box::new(Accuracy { decisions: Decisions::of(setting)?, mean: Mean::default() }))
}

#[derive(Clone, Copy, Debug)]
struct Accuracy {
    decisions: Decisions,
    mean: Mean,
}

impl Metric for Accuracy {
    fn reset(&mut self) {
        self.mean = Mean::default();
    }

    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) {
        rows(prediction, k, target, weights);
        if let TargetView::Values(_, width) = target {
            assert_eq!(k, width, "accuracy: as many targets as predictions in a row");
        }
        let decisions = self.decisions;
        for (row, outputs) in prediction.chunks_exact(k).enumerate() {
            let right = if decisions.one_by_one(k) {
                let right = |(column, output): &(usize, &f32)| {
                    decisions.yes(**output) == Some(decisions.expected(target, row, k, *column))
                };
                outputs.iter().enumerate().filter(right).count() as f64 / k as f64
            } else {
                let (expected, predicted) = decisions.classes(outputs, target, row);
                f64::from(u8::from(predicted.is_some() && predicted == expected))
            };
            self.mean.add(right, weights.map_or(1.0, |weights| f64::from(weights[row])));
        }
    }

    fn value(&self) -> f64 {
        self.mean.value()
    }
}
