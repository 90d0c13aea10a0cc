//! One step: the pieces of a batch through the program.

use std::sync::atomic::{AtomicBool, Ordering};

use downslope_kernels::team::Team;

use super::Trainer;
use crate::cpu::{Feed, Machine, Part, Piece, Step, Tensors};

/// Weights of the rows of the base: in the loss, where classes may have weights as well, and their own, which metrics use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights<'a> {
    pub loss: Option<&'a [f32]>,
    pub own: Option<&'a [f32]>,
}

impl Trainer {
    /// Takes one step with a row of hyperparameters and returns the loss before it; nothing when `cancel` was set between the pieces of a
    /// large batch: no parameter has changed then. Allocates nothing.
    pub(super) fn step(
        &mut self,
        row: &[f64],
        feeds: &[Option<Feed<'_>>],
        Weights { loss: weights, own }: Weights<'_>,
        cancel: &AtomicBool,
    ) -> Option<f64> {
        let p = &mut self.progress;
        self.optimizer.prepare(row, p.total_steps);
        let (from, to) = (p.steps * self.batch, ((p.steps + 1) * self.batch).min(self.rows.len()));
        let batch = &self.rows[from..to];
        let total = weights.map_or(batch.len() as f64, |w| batch.iter().map(|r| f64::from(w[*r as usize])).sum());
        // rows that all weigh nothing have no gradient; decay and momentum go on
        let scale = if total > 0.0 { (1.0 / total) as f32 } else { 0.0 };
        let step = Step {
            number: p.total_steps,
            seed: self.seed,
            scalars: &self.optimizer.scalars,
            rule: self.optimizer.index,
            plain_descent: self.optimizer.plain_descent(),
        };
        let tensors = Tensors::train(&mut self.parameters, &self.states, &mut self.gradients, &mut self.moments);
        let mut machine =
            Machine::new(&self.program, &self.layout, &self.state_layout, self.kernels, &mut self.arenas, tensors);
        let mut team: Option<&mut Team> = if self.threads.use_team() { self.team.as_mut() } else { None };
        let mut piece = Piece { feeds, rows: &[], next: &[], weights, scale, first: 0 };
        if !self.prepared {
            self.prepared = true;
            machine.run(Part::Prepare, &piece, &step, None);
        }
        // what a cancelled step left behind
        self.measures.take_sums().for_each(drop);
        let mut loss = 0.0;
        for rows in batch.chunks(self.program.capacity) {
            if piece.first > 0 && cancel.load(Ordering::Relaxed) {
                return None;
            }
            let after = from + piece.first + rows.len();
            (piece.rows, piece.next) = (rows, &self.rows[after..(after + rows.len()).min(self.rows.len())]);
            machine.run(Part::Body, &piece, &step, team.as_deref_mut());
            let weighing = weights.map(|w| {
                self.piece_weights.clear();
                self.piece_weights.extend(rows.iter().map(|r| w[*r as usize]));
                &self.piece_weights[..]
            });
            loss += self.measures.losses_of(&machine, &self.program.losses, rows.len(), weighing).0;
            let weighing = if self.class_weights.is_none() {
                weighing
            } else {
                // metrics compare predictions with targets as they are: a class counts by its rows
                own.map(|w| {
                    self.piece_weights.clear();
                    self.piece_weights.extend(rows.iter().map(|r| w[*r as usize]));
                    &self.piece_weights[..]
                })
            };
            self.measures.metrics_of(&machine, &self.program.losses, rows.len(), weighing);
            piece.first += rows.len();
        }
        if self.optimizer.clips_norm() {
            machine.run(Part::Norm, &piece, &step, team.as_deref_mut());
            self.optimizer.clip(machine.norm());
        }
        if !self.program.update.is_empty() {
            let step = Step {
                number: p.total_steps,
                seed: self.seed,
                scalars: &self.optimizer.scalars,
                rule: self.optimizer.index,
                plain_descent: self.optimizer.plain_descent(),
            };
            machine.run(Part::Update, &piece, &step, team);
        }
        self.optimizer.done();
        let mean = if total > 0.0 { loss / total } else { 0.0 };
        for (part, sum) in p.parts.iter_mut().zip(self.measures.take_sums()) {
            *part += if total > 0.0 { sum / total } else { 0.0 };
        }
        p.add(mean, row[0]);
        Some(mean)
    }
}
