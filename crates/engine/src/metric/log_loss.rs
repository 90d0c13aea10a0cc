//! `logLoss`: the mean of −log of the probability that a row's class was given; of the mean over outputs where each is a decision of
//! its own. All from logits, so no probability has to be kept away from 0 and 1.

use downslope_kernels::table::Kernels;

use super::mean::Mean;
use super::{Metric, Prediction, Setting, TargetView, rows};
use crate::{Result, machine};

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    setting.known(&[])?;
    if matches!(setting.prediction, Prediction::Values | Prediction::Scores) {
        return Err(setting.error("needs probabilities, which this loss does not have"));
    }
    Ok(Box::new(LogLoss {
        prediction: setting.prediction,
        kernels: machine::kernels()?,
        logs: vec![],
        mean: Mean::default(),
    }))
}

#[derive(Clone, Debug)]
struct LogLoss {
    prediction: Prediction,
    kernels: &'static Kernels,
    /// Logarithms of the softmax of the rows at hand.
    logs: Vec<f32>,
    mean: Mean,
}

/// −log of the probability of a yes or a no (or something in between) by a logit: log(1 + e^z) − yes · z.
fn of_logit(z: f64, yes: f64) -> f64 {
    z.max(0.0) - yes * z + libm::log1p(libm::exp(-z.abs()))
}

impl Metric for LogLoss {
    fn reset(&mut self) {
        self.mean = Mean::default();
    }

    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) {
        rows(prediction, k, target, weights);
        let one_by_one = k == 1 || self.prediction.independent();
        if !one_by_one {
            self.logs.clear();
            self.logs.extend_from_slice(prediction);
            machine::log_softmax(self.kernels, &mut self.logs, k);
        }
        for (row, outputs) in prediction.chunks_exact(k).enumerate() {
            let share = |column: usize| match target {
                TargetView::Ids(ids) if k == 1 => f64::from(ids[row]),
                TargetView::Ids(ids) => f64::from(u8::from(ids[row] as usize == column)),
                TargetView::Values(values, _) => f64::from(values[row * k + column]),
            };
            let loss = if one_by_one {
                let sum: f64 = outputs.iter().enumerate().map(|(i, x)| of_logit(f64::from(*x), share(i))).sum();
                sum / k as f64
            } else {
                let log = |column: usize| f64::from(self.logs[row * k + column]);
                match target {
                    TargetView::Ids(ids) => -log(ids[row] as usize),
                    TargetView::Values(..) => {
                        -(0..k).filter(|c| share(*c) != 0.0).map(|c| share(c) * log(c)).sum::<f64>()
                    }
                }
            };
            self.mean.add(loss, weights.map_or(1.0, |weights| f64::from(weights[row])));
        }
    }

    fn value(&self) -> f64 {
        self.mean.value()
    }
}
