//! The order in which the rows of a data set are visited.

use downslope_kernels::random::Stream;

/// The order of rows in each epoch: a function of (seed, epoch, rows, shuffle).
#[derive(Clone, Copy, Debug)]
pub struct BatchOrder {
    stream: Stream,
    rows: u32,
    shuffle: bool,
}

impl BatchOrder {
    /// The orders of `rows` rows; without `shuffle` every epoch visits them as they lie.
    ///
    /// # Panics
    /// When there are 2³² rows or more, which no [`super::Dataset`] has.
    #[must_use]
    pub fn new(seed: u64, rows: usize, shuffle: bool) -> Self {
        assert!(rows <= u32::MAX as usize, "BatchOrder: too many rows");
        Self { stream: Stream::new(seed, "batches"), rows: rows as u32, shuffle }
    }

    /// Writes the rows of `epoch` (from 1) in their order. Nothing is allocated when `order` has held an epoch before.
    ///
    /// These are rows of the view that is trained on; [`super::Dataset::locate`] finds them in the base.
    pub fn fill(&self, epoch: u64, order: &mut Vec<u32>) {
        order.clear();
        order.extend(0..self.rows);
        if self.shuffle {
            self.stream.permute(order, epoch);
        }
    }

    /// The rows of `epoch` (from 1) in their order.
    #[must_use]
    pub fn epoch(&self, epoch: u64) -> Vec<u32> {
        let mut order = Vec::new();
        self.fill(epoch, &mut order);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::BatchOrder;

    #[test]
    fn every_epoch_is_another_permutation() {
        let order = BatchOrder::new(1, 100, true);
        let (first, second) = (order.epoch(1), order.epoch(2));
        assert_ne!(first, second);
        assert_eq!(first, BatchOrder::new(1, 100, true).epoch(1));
        assert_ne!(first, BatchOrder::new(2, 100, true).epoch(1));
        for mut rows in [first, second] {
            rows.sort_unstable();
            assert!(rows.into_iter().eq(0..100));
        }
    }

    #[test]
    fn without_shuffling_rows_stay_in_order() {
        assert!(BatchOrder::new(1, 100, false).epoch(7).into_iter().eq(0..100));
    }

    #[test]
    fn filling_again_keeps_the_memory() {
        let order = BatchOrder::new(1, 100, true);
        let mut rows = order.epoch(1);
        let memory = rows.as_ptr();
        order.fill(2, &mut rows);
        assert_eq!(memory, rows.as_ptr());
        assert_eq!(rows, order.epoch(2));
    }
}
