//! In a finite space no combination is suggested twice.

use downslope_kernels::random::Stream;

use crate::history::History;
use crate::space::{Axis, Combinations, Space};

/// All combinations in a seeded order.
pub struct Duplicates {
    combinations: Combinations,
    /// Combination `start + i · stride`, modulo their number, is the i-th of the order.
    start: u64,
    stride: u64,
    /// All of the order before it have been seen.
    next: u64,
}

impl Duplicates {
    /// None where the space is not finite.
    pub fn new(space: &Space, axes: &[Axis], seed: u64) -> Option<Self> {
        let combinations = Combinations::of(space, axes)?;
        let total = combinations.total();
        let stream = Stream::new(seed, "unseen");
        // a stride without a common divisor visits every combination; among any few numbers there is one
        let stride = (1..).map(|draw| 1 + stream.below(draw, total)).find(|&stride| divisor(stride, total) == 1)?;
        Some(Self { start: stream.below(0, total), stride, next: 0, combinations })
    }

    /// All have been asked.
    pub fn exhausted(&self, history: &History) -> bool {
        history.distinct() as u64 >= self.combinations.total()
    }

    /// The first of the order that was not asked.
    pub fn first_unseen(&mut self, history: &History) -> Option<Vec<f64>> {
        let total = u128::from(self.combinations.total());
        while u128::from(self.next) < total {
            let rank = (u128::from(self.start) + u128::from(self.next) * u128::from(self.stride)) % total;
            let point = self.combinations.point(rank as u64);
            if !history.seen(&point) {
                return Some(point);
            }
            self.next += 1;
        }
        None
    }
}

fn divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { divisor(b, a % b) }
}
