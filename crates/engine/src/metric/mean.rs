//! A weighted mean over rows.

use super::Metric;
use crate::{Error, Result};

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

    pub(super) fn merge(&mut self, other: &Self) {
        self.total += other.total;
        self.weight += other.weight;
    }
}

/// The same metric behind `other`.
pub(super) fn same<M: Metric + 'static>(other: &dyn Metric) -> Result<&M> {
    other
        .as_any()
        .downcast_ref()
        .ok_or_else(|| Error::internal(format!("metric: only metrics of one kind can be merged, received {other:?}")))
}
