//! `accuracy`: the share of rows whose class is predicted.
//!
//! With several outputs that exclude each other the largest one is the class, the first of equals; a target given as
//! probabilities is read the same way. A single output above the threshold means class 1; a target of one number, above
//! ½. Where each output is a decision of its own, a row counts with the share of outputs that are right. A row with a
//! NaN is wrong.

use std::any::Any;

use super::mean::{Mean, same};
use super::{Metric, Prediction, TargetView, rows};
use crate::Result;

pub(super) fn create(prediction: Prediction) -> Result<Box<dyn Metric>> {
    Ok(Box::new(Accuracy {
        threshold: prediction.threshold(),
        independent: prediction.independent(),
        mean: Mean::default(),
    }))
}

#[derive(Clone, Copy, Debug)]
struct Accuracy {
    threshold: f32,
    independent: bool,
    mean: Mean,
}

impl Metric for Accuracy {
    fn reset(&mut self) {
        self.mean = Mean::default();
    }

    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) {
        rows(prediction, k, target, weights);
        let one_by_one = k == 1 || self.independent;
        if let TargetView::Values(_, width) = target {
            assert_eq!(k, width, "accuracy: as many targets as predictions in a row");
        }
        for (row, outputs) in prediction.chunks_exact(k).enumerate() {
            let right = match target {
                TargetView::Ids(ids) if k == 1 => share(outputs, self.threshold, |_| ids[row] == 1),
                TargetView::Ids(ids) if one_by_one => {
                    share(outputs, self.threshold, |column| ids[row] as usize == column)
                }
                TargetView::Ids(ids) => hit(largest(outputs), Some(ids[row] as usize)),
                TargetView::Values(values, _) => {
                    let expected = &values[row * k..][..k];
                    if one_by_one {
                        share(outputs, self.threshold, |column| expected[column] > 0.5)
                    } else {
                        hit(largest(outputs), largest(expected))
                    }
                }
            };
            self.mean.add(right, weights.map_or(1.0, |weights| f64::from(weights[row])));
        }
    }

    fn value(&self) -> f64 {
        self.mean.value()
    }

    fn merge(&mut self, other: &dyn Metric) -> Result<()> {
        self.mean.merge(&same::<Self>(other)?.mean);
        Ok(())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The index of the largest number, the first of equals; none when one is NaN.
fn largest(numbers: &[f32]) -> Option<usize> {
    let mut best = 0;
    for (index, number) in numbers.iter().enumerate() {
        if number.is_nan() {
            return None;
        }
        if *number > numbers[best] {
            best = index;
        }
    }
    Some(best)
}

fn hit(predicted: Option<usize>, expected: Option<usize>) -> f64 {
    f64::from(u8::from(predicted.is_some() && predicted == expected))
}

/// The share of outputs on the right side of the threshold.
fn share(outputs: &[f32], threshold: f32, expected: impl Fn(usize) -> bool) -> f64 {
    let right = |(column, output): &(usize, &f32)| !output.is_nan() && (**output > threshold) == expected(*column);
    outputs.iter().enumerate().filter(right).count() as f64 / outputs.len() as f64
}
