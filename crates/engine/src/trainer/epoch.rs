//! What is known about the present epoch, its beginning and its end.

use super::{EpochRecord, Trainer};
use crate::measures::Measures;
use crate::program::Kind;

/// Counters of a run.
#[derive(Debug)]
pub struct Progress {
    /// From 1; 0 before the first.
    pub epoch: usize,
    /// Steps done in this epoch.
    pub steps: usize,
    /// Steps done in the run.
    pub total_steps: u64,
    /// Sum of the batches' mean losses.
    pub losses: f64,
    /// The same of each loss, without its weight.
    pub parts: Vec<f64>,
    /// Learning rate of the last step.
    pub rate: f64,
    /// Seconds spent in this epoch.
    pub seconds: f64,
}

impl Progress {
    pub fn new(measures: &Measures) -> Self {
        let parts = vec![0.0; measures.losses()];
        Self { epoch: 0, steps: 0, total_steps: 0, losses: 0.0, parts, rate: 0.0, seconds: 0.0 }
    }

    /// Counts a step.
    pub fn add(&mut self, loss: f64, rate: f64) {
        self.steps += 1;
        self.total_steps += 1;
        self.losses += loss;
        self.rate = rate;
    }

    /// The epoch so far, without metrics, which may have to look at all rows again.
    pub fn unfinished(&self, rate: f64) -> EpochRecord {
        EpochRecord {
            epoch: self.epoch,
            steps: self.steps,
            loss: self.losses / self.steps as f64,
            losses: self.parts.iter().map(|sum| sum / self.steps as f64).collect(),
            learning_rate: rate,
            seconds: self.seconds,
            ..EpochRecord::default()
        }
    }

    /// The finished epoch.
    pub fn record(&self, rate: f64, measures: &Measures) -> EpochRecord {
        let (metrics, collected) = (measures.metrics().collect(), measures.collected());
        EpochRecord { complete: true, metrics, collected, ..self.unfinished(rate) }
    }
}

impl Trainer {
    pub(super) fn begin_epoch(&mut self) {
        let p = &mut self.progress;
        p.epoch += 1;
        self.batch = self.batches.at(p.epoch);
        (p.losses, p.seconds) = (0.0, 0.0);
        p.parts.fill(0.0);
        self.order.fill(p.epoch as u64, &mut self.rows);
        if let Some(view) = self.data.view() {
            for r in &mut self.rows {
                *r = view[*r as usize];
            }
        }
        self.measures.reset();
    }

    /// The record of a finished epoch, or nothing when a weight is not finite.
    pub(super) fn finish_epoch(&mut self, rate: f64) -> Option<EpochRecord> {
        if !self.parameters.iter().all(|w| w.is_finite()) {
            return None;
        }
        self.good.copy_from_slice(&self.parameters);
        let mut record = self.progress.record(rate, &self.measures);
        record.penalty = self.penalty();
        if let Some(validation) = &mut self.validation {
            let tensors = (&self.parameters, &self.states);
            let team = if self.threads.use_team() { self.team.as_mut() } else { None };
            let started = std::time::Instant::now();
            record.validation = validation.run(&self.layout, &self.state_layout, tensors, team, None);
            record.seconds += started.elapsed().as_secs_f64();
        }
        self.progress.steps = 0;
        Some(record)
    }

    /// Σ l1 |w| + l2/2 w² of the present weights, in 64 bits.
    fn penalty(&self) -> f64 {
        let mut total = 0.0;
        for (p, e) in self.graph.spec.parameters.iter().zip(&self.layout.entries) {
            let Some(r) = p.regularizer.filter(|r| r.l1 != 0.0 || r.l2 != 0.0) else { continue };
            let at = &self.parameters[e.offset..e.offset + e.len];
            // pads are zero and add nothing
            debug_assert!(matches!(e.kind, Kind::Panels { .. } | Kind::Plain { .. }));
            let (mut absolute, mut squares) = (0.0, 0.0);
            for w in at {
                let w = f64::from(*w);
                absolute += w.abs();
                squares += w * w;
            }
            total += r.l1 * absolute + r.l2 / 2.0 * squares;
        }
        total
    }
}
