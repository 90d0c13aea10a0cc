//! `r2`: 1 − Σ (target − prediction)² / Σ (target − mean)², the mean over outputs; 1 for targets that do not vary and are met, 0 if they
//! are not met (as in scikit-learn).

use super::{Metric, Setting, TargetView, rows};
use crate::Result;

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    setting.known(&[])?;
    super::errors::on_the_scale_of_targets(setting)?;
    Ok(Box::new(R2 { weight: 0.0, outputs: vec![Sums::default(); setting.width] }))
}

/// Of one output. Targets are taken relative to the first one, so that a large mean costs no digits.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    first: f64,
    errors: f64,
    sum: f64,
    squares: f64,
}

#[derive(Clone, Debug)]
struct R2 {
    weight: f64,
    outputs: Vec<Sums>,
}

impl Metric for R2 {
    fn reset(&mut self) {
        self.weight = 0.0;
        self.outputs.fill(Sums::default());
    }

    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) {
        rows(prediction, k, target, weights);
        for (row, outputs) in prediction.chunks_exact(k).enumerate() {
            let weight = weights.map_or(1.0, |weights| f64::from(weights[row]));
            if weight == 0.0 {
                continue;
            }
            for (column, (output, sums)) in outputs.iter().zip(&mut self.outputs).enumerate() {
                let expected = super::errors::expected(target, row, k, column);
                if self.weight == 0.0 {
                    sums.first = expected;
                }
                let (error, shifted) = (expected - f64::from(*output), expected - sums.first);
                sums.errors += weight * error * error;
                sums.sum += weight * shifted;
                sums.squares += weight * shifted * shifted;
            }
            self.weight += weight;
        }
    }

    fn value(&self) -> f64 {
        if self.weight <= 0.0 {
            return f64::NAN;
        }
        let of = |s: &Sums| {
            let spread = s.squares - s.sum * s.sum / self.weight;
            match () {
                () if spread > 0.0 => 1.0 - s.errors / spread,
                () if s.errors == 0.0 => 1.0,
                () => 0.0,
            }
        };
        self.outputs.iter().map(of).sum::<f64>() / self.outputs.len() as f64
    }
}
