//! `topKAccuracy`: the share of rows whose class is among the k largest outputs, the first of equals first. Option `k`, default 5.

use super::decisions::largest;
use super::mean::Mean;
use super::{Metric, Setting, TargetView, rows};
use crate::Result;

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    setting.known(&["k"])?;
    setting.exclusive()?;
    if setting.width < 2 {
        return Err(setting.error("needs an output for each class, received one output"));
    }
    let k = match setting.options.get("k") {
        None => 5,
        Some(k) => k
            .as_u64()
            .filter(|k| *k > 0)
            .ok_or_else(|| setting.error(format!("needs k to be an integer of at least 1, received {k}")))?,
    };
    Ok(Box::new(TopKAccuracy { k: usize::try_from(k).unwrap_or(usize::MAX), mean: Mean::default() }))
}

#[derive(Clone, Copy, Debug)]
struct TopKAccuracy {
    k: usize,
    mean: Mean,
}

impl Metric for TopKAccuracy {
    fn reset(&mut self) {
        self.mean = Mean::default();
    }

    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) {
        rows(prediction, k, target, weights);
        for (row, outputs) in prediction.chunks_exact(k).enumerate() {
            let expected = match target {
                TargetView::Ids(ids) => Some(ids[row] as usize),
                TargetView::Values(values, _) => largest(&values[row * k..][..k]),
            };
            let hit = expected.is_some_and(|class| {
                let own = outputs[class];
                let before = |(i, x): &(usize, &f32)| **x > own || (**x == own && *i < class);
                !outputs.iter().any(|x| x.is_nan()) && outputs.iter().enumerate().filter(before).count() < self.k
            });
            let weight = weights.map_or(1.0, |weights| f64::from(weights[row]));
            self.mean.add(f64::from(u8::from(hit)), weight);
        }
    }

    fn value(&self) -> f64 {
        self.mean.value()
    }
}
