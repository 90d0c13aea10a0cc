//! A weighted mean over rows.

/// The sum of weighted values and the sum of weights.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mean {
    total: f64,
    weight: f64,
}

impl Mean {
    pub(super) fn add(&mut self, value: f64, weight: f64) {
        self.total += weight * value;
        self.weight += weight;
    }

    pub(super) fn value(&self) -> f64 {
        self.total / self.weight
    }
}
