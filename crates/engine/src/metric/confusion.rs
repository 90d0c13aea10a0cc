//! Counts of classes, predicted classes and hits, and the averages over classes that are made of them.
//!
//! As in scikit-learn, a ratio without a denominator is 0, and classes that occur neither in the rows nor in the predictions take no part.

use super::decisions::Decisions;
use super::{Metric, Setting, TargetView, rows};
use crate::Result;

/// How the numbers of several classes become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Average {
    /// The mean over classes.
    Macro,
    /// Of the sums over classes.
    Micro,
    /// The mean over classes, weighted by their rows.
    Weighted,
    /// The second of two classes alone.
    Binary,
}

/// Rows of one class.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Of the class, and predicted.
    pub hits: f64,
    /// Predicted.
    pub predicted: f64,
    /// Of the class.
    pub present: f64,
}

/// A metric that is a function of the counts.
#[derive(Clone, Debug)]
pub(super) struct Confusion {
    decisions: Decisions,
    /// Outputs are decisions of their own.
    several: bool,
    /// Of each class, or of each output.
    counts: Vec<Counts>,
    weight: f64,
    of: Of,
}

#[derive(Clone, Copy, Debug)]
enum Of {
    Classes(fn(Counts) -> f64, Average),
    All(fn(&Confusion) -> f64),
}

fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

impl Confusion {
    /// A mean over classes of a function of their counts, with the option `average`.
    pub(super) fn averaged(setting: &Setting<'_>, of: fn(Counts) -> f64) -> Result<Box<dyn Metric>> {
        setting.known(&["average"])?;
        let known = [
            ("macro", Average::Macro),
            ("micro", Average::Micro),
            ("weighted", Average::Weighted),
            ("binary", Average::Binary),
        ];
        let average = setting.word("average", &known)?.unwrap_or(Average::Macro);
        if average == Average::Binary && (setting.classes() != 2 || setting.several_decisions()) {
            return Err(setting.error(format!("with average binary needs two classes, received {}", setting.width)));
        }
        Self::create(setting, Of::Classes(of, average))
    }

    /// A function of all counts; classes exclude each other.
    pub(super) fn whole(setting: &Setting<'_>, of: fn(&Self) -> f64) -> Result<Box<dyn Metric>> {
        setting.known(&[])?;
        setting.exclusive()?;
        Self::create(setting, Of::All(of))
    }

    fn create(setting: &Setting<'_>, of: Of) -> Result<Box<dyn Metric>> {
        let several = setting.several_decisions();
        let classes = if several { setting.width } else { setting.classes() };
        let counts = vec![Counts::default(); classes];
        Ok(Box::new(Self { decisions: Decisions::of(setting)?, several, counts, weight: 0.0, of }))
    }

    /// The counts of each class.
    pub(super) fn classes(&self) -> impl Iterator<Item = Counts> + '_ {
        self.counts.iter().copied()
    }

    /// The sum of all weights.
    pub(super) fn total(&self) -> f64 {
        self.weight
    }

    fn average(&self, of: fn(Counts) -> f64, average: Average) -> f64 {
        match average {
            Average::Binary => self.classes().nth(1).map_or(f64::NAN, of),
            Average::Micro => of(self.classes().fold(Counts::default(), |a, b| Counts {
                hits: a.hits + b.hits,
                predicted: a.predicted + b.predicted,
                present: a.present + b.present,
            })),
            Average::Macro | Average::Weighted => {
                let (mut sum, mut weight) = (0.0, 0.0);
                for c in self.classes() {
                    let w = match average {
                        Average::Weighted => c.present,
                        _ if self.several || c.present + c.predicted > 0.0 => 1.0,
                        _ => 0.0,
                    };
                    if w > 0.0 {
                        sum += w * of(c);
                        weight += w;
                    }
                }
                ratio(sum, weight)
            }
        }
    }
}

impl Metric for Confusion {
    fn reset(&mut self) {
        self.counts.fill(Counts::default());
        self.weight = 0.0;
    }

    fn update(&mut self, prediction: &[f32], k: usize, target: TargetView<'_>, weights: Option<&[f32]>) {
        rows(prediction, k, target, weights);
        for (row, outputs) in prediction.chunks_exact(k).enumerate() {
            let weight = weights.map_or(1.0, |weights| f64::from(weights[row]));
            self.weight += weight;
            if self.several {
                for (column, output) in outputs.iter().enumerate() {
                    let expected = self.decisions.expected(target, row, k, column);
                    // a NaN is the wrong answer, whichever that is
                    let predicted = self.decisions.yes(*output).unwrap_or(!expected);
                    let counts = &mut self.counts[column];
                    counts.present += if expected { weight } else { 0.0 };
                    counts.predicted += if predicted { weight } else { 0.0 };
                    counts.hits += if expected && predicted { weight } else { 0.0 };
                }
                continue;
            }
            let (expected, predicted) = self.decisions.classes(outputs, target, row);
            let Some(expected) = expected else { continue };
            self.counts[expected].present += weight;
            // a NaN predicts nothing
            let Some(predicted) = predicted else { continue };
            self.counts[predicted].predicted += weight;
            if predicted == expected {
                self.counts[expected].hits += weight;
            }
        }
    }

    fn value(&self) -> f64 {
        if self.weight <= 0.0 {
            return f64::NAN;
        }
        match self.of {
            Of::Classes(of, average) => self.average(of, average),
            Of::All(of) => of(self),
        }
    }
}

/// hits / predicted
pub(super) fn precision(c: Counts) -> f64 {
    ratio(c.hits, c.predicted)
}

/// hits / present
pub(super) fn recall(c: Counts) -> f64 {
    ratio(c.hits, c.present)
}

/// The harmonic mean of both.
pub(super) fn f1(c: Counts) -> f64 {
    ratio(2.0 * c.hits, c.predicted + c.present)
}
