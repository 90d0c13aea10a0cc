//! `auc`: the area under the receiver operating characteristic: how often a row of a class is scored higher than one that is not
//! (half of the ties count). With more than two classes, the mean over each class against the rest (Fawcett 2006) of those that have both
//! kinds of rows; option `average`: `macro` (default) or `weighted` by the rows of a class. NaN where there is only one kind.
//!
//! It has to see all rows at once, so it keeps them: 4 bytes a row and output.

use downslope_kernels::table::Kernels;

use super::{Metric, Prediction, Setting, TargetView, rows};
use crate::{Result, machine};

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    setting.known(&["average"])?;
    setting.tells_apart()?;
    let weighted = setting.word("average", &[("macro", false), ("weighted", true)])?.unwrap_or(false);
    if setting.rows > 1 << 31 {
        return Err(setting.error(format!("sorts at most 2^31 rows, received {}", setting.rows)));
    }
    let floats = setting.rows.saturating_mul(setting.width);
    let mut scores = vec![];
    scores.try_reserve_exact(floats).map_err(|_| machine::no_memory("the scores of auc", floats))?;
    Ok(Box::new(Auc {
        softmax: setting.prediction == Prediction::Logits && setting.width > 1,
        kernels: machine::kernels()?,
        width: setting.width,
        weighted,
        scores,
        ids: Vec::with_capacity(setting.rows),
        values: vec![],
        weights: vec![],
    }))
}

#[derive(Clone, Debug)]
struct Auc {
    softmax: bool,
    kernels: &'static Kernels,
    width: usize,
    weighted: bool,
    scores: Vec<f32>,
    /// Classes of the rows, or `values` where targets are numbers.
    ids: Vec<u32>,
    values: Vec<f32>,
    /// Empty while all are 1.
    weights: Vec<f32>,
}

impl Metric for Auc {
    fn reset(&mut self) {
        self.scores.clear();
        self.ids.clear();
        self.values.clear();
        self.weights.clear();
    }

    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) {
        rows(prediction, k, target, weights);
        assert_eq!(k, self.width, "auc: outputs in a row");
        let start = self.scores.len();
        self.scores.extend_from_slice(prediction);
        if self.softmax {
            machine::activate(self.kernels, true, &mut self.scores[start..], k);
        }
        match target {
            TargetView::Ids(ids) => self.ids.extend_from_slice(ids),
            TargetView::Values(values, _) => self.values.extend_from_slice(values),
        }
        if let Some(weights) = weights {
            self.weights.extend_from_slice(weights);
        }
    }

    fn value(&self) -> f64 {
        let rows = self.scores.len() / self.width;
        let mut sorter = Sorter { keys: Vec::with_capacity(rows), spare: vec![0; rows], counts: [[0; 2048]; 3] };
        let (mut sum, mut weight) = (0.0, 0.0);
        for column in 0..self.width {
            let (area, present) = self.area(column, rows, &mut sorter);
            let w = if self.weighted { present } else { 1.0 };
            if !area.is_nan() {
                sum += w * area;
                weight += w;
            } else if self.scores.iter().any(|x| x.is_nan()) {
                return f64::NAN;
            }
        }
        sum / weight
    }
}

impl Auc {
    /// Whether a row is of the class that an output stands for.
    fn present(&self, row: usize, column: usize) -> bool {
        match (self.ids.get(row), self.width) {
            (Some(id), 1) => *id == 1,
            (Some(id), _) => *id as usize == column,
            (None, width) => self.values[row * width + column] > 0.5,
        }
    }

    /// The area for one output, and how many rows are of its class.
    fn area(&self, column: usize, rows: usize, sorter: &mut Sorter) -> (f64, f64) {
        sorter.begin();
        let weighted = !self.weights.is_empty();
        for row in 0..rows {
            let score = self.scores[row * self.width + column];
            if score.is_nan() {
                return (f64::NAN, 0.0);
            }
            // what the sum below needs to know of a row lies beside its score, so that nothing is looked up in sorted order
            let place = if weighted { (row as u64) << 1 } else { 0 };
            sorter.push(ordered(score), place | u64::from(self.present(row, column)));
        }
        sorter.sort();
        // from the lowest score: the weight of rows below, and of those with the same score
        let (mut below, mut positives, mut area) = (0.0, 0.0, 0.0);
        let (mut same_yes, mut same_no, mut last) = (0.0, 0.0, u64::MAX);
        for key in &sorter.keys {
            if key >> 32 != last {
                area += same_yes * (below + same_no / 2.0);
                below += same_no;
                positives += same_yes;
                (same_yes, same_no, last) = (0.0, 0.0, key >> 32);
            }
            let row = (key & u64::from(u32::MAX)) as usize >> 1;
            let weight = if weighted { f64::from(self.weights[row]) } else { 1.0 };
            if key & 1 == 1 {
                same_yes += weight;
            } else {
                same_no += weight;
            }
        }
        area += same_yes * (below + same_no / 2.0);
        below += same_no;
        positives += same_yes;
        (if below > 0.0 && positives > 0.0 { area / (below * positives) } else { f64::NAN }, positives)
    }
}

/// A number whose order is that of the floats, with one zero.
fn ordered(x: f32) -> u32 {
    let bits = (x + 0.0).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// Digits of 11 bits, from the lowest of the upper half on.
const SHIFTS: [u32; 3] = [32, 43, 54];

/// Sorts keys by their upper half: three passes of 11 bits, which for tens of thousands of rows is several times as fast as comparing.
struct Sorter {
    keys: Vec<u64>,
    spare: Vec<u64>,
    /// How often each digit occurs, counted while keys come in.
    counts: [[u32; 2048]; 3],
}

impl Sorter {
    fn begin(&mut self) {
        self.keys.clear();
        self.counts = [[0; 2048]; 3];
    }

    fn push(&mut self, upper: u32, lower: u64) {
        let key = u64::from(upper) << 32 | lower;
        for (counts, shift) in self.counts.iter_mut().zip(SHIFTS) {
            counts[(key >> shift) as usize & 2047] += 1;
        }
        self.keys.push(key);
    }

    fn sort(&mut self) {
        self.spare.resize(self.keys.len(), 0);
        for (starts, shift) in self.counts.iter_mut().zip(SHIFTS) {
            let mut sum = 0;
            for start in starts.iter_mut() {
                (sum, *start) = (sum + *start, sum);
            }
            for key in &self.keys {
                let at = &mut starts[(key >> shift) as usize & 2047];
                self.spare[*at as usize] = *key;
                *at += 1;
            }
            std::mem::swap(&mut self.keys, &mut self.spare);
        }
    }
}
