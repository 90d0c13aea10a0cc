//! What metrics of classes share: which class a row has and which one is predicted.

use super::{Setting, TargetView};
use crate::Result;

/// Reads the classes of rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decisions {
    threshold: f32,
    independent: bool,
}

impl Decisions {
    /// # Errors
    /// `ERR_OPTION` for more classes than the outputs tell apart.
    pub(super) fn of(setting: &Setting<'_>) -> Result<Self> {
        setting.tells_apart()?;
        let prediction = setting.prediction;
        Ok(Self { threshold: prediction.threshold(), independent: prediction.independent() })
    }

    /// Whether outputs of a row of `k` are looked at one by one.
    pub(super) fn one_by_one(self, k: usize) -> bool {
        k == 1 || self.independent
    }

    /// Whether an output means yes; nothing for NaN.
    pub(super) fn yes(self, output: f32) -> Option<bool> {
        (!output.is_nan()).then_some(output > self.threshold)
    }

    /// What one output of a row should be.
    pub(super) fn expected(self, target: TargetView<'_>, row: usize, k: usize, column: usize) -> bool {
        match target {
            TargetView::Ids(ids) if k == 1 => ids[row] == 1,
            TargetView::Ids(ids) => ids[row] as usize == column,
            TargetView::Values(values, _) => values[row * k + column] > 0.5,
        }
    }

    /// The class of a row and the predicted one, where classes exclude each other; nothing where a NaN decides.
    pub(super) fn classes(self, outputs: &[f32], target: TargetView<'_>, row: usize) -> (Option<usize>, Option<usize>) {
        let k = outputs.len();
        if k == 1 {
            let expected = self.expected(target, row, k, 0);
            return (Some(usize::from(expected)), self.yes(outputs[0]).map(usize::from));
        }
        let expected = match target {
            TargetView::Ids(ids) => Some(ids[row] as usize),
            TargetView::Values(values, _) => largest(&values[row * k..][..k]),
        };
        (expected, largest(outputs))
    }
}

/// The index of the largest number, the first of equals; none when one is NaN.
pub(super) fn largest(numbers: &[f32]) -> Option<usize> {
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
