//! Seeded permutations: Fisher–Yates with one numbered draw per position.

use super::{Stream, stream::scale};

impl Stream {
    /// The numbers `0..n` in the random order of `epoch`.
    #[must_use]
    pub fn permutation(&self, n: u32, epoch: u64) -> Vec<u32> {
        let mut items: Vec<u32> = (0..n).collect();
        self.permute(&mut items, epoch);
        items
    }

    /// Puts `items` in the random order of `epoch`, which counts modulo 2³²; every order is equally likely.
    ///
    /// Position `i` swaps with one of `0..=i`, chosen by half `i mod 2` of block `epoch · 2³² + i / 2`, from the second
    /// position to the last. Which item goes where depends on the length, never on the values.
    pub fn permute(&self, items: &mut [u32], epoch: u64) {
        let base = epoch << 32;
        let mut block = [0; 4];
        for position in 0..items.len() {
            let half = position % 2;
            if half == 0 {
                block = self.u32x4(base + position as u64 / 2);
            }
            let bits = u64::from(block[2 * half + 1]) << 32 | u64::from(block[2 * half]);
            items.swap(position, scale(bits, position as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn is_a_permutation() {
        for n in [0, 1, 2, 3, 17, 255, 256, 1000] {
            for epoch in [0, 1, 2, u64::from(u32::MAX)] {
                let mut order = Stream::new(9, "order").permutation(n, epoch);
                order.sort_unstable();
                assert!(order.iter().copied().eq(0..n));
            }
        }
    }

    #[test]
    fn depends_on_seed_name_and_epoch_only() {
        let order = Stream::new(9, "order").permutation(100, 4);
        assert_eq!(order, Stream::new(9, "order").permutation(100, 4));
        assert_ne!(order, Stream::new(8, "order").permutation(100, 4));
        assert_ne!(order, Stream::new(9, "other").permutation(100, 4));
        assert_ne!(order, Stream::new(9, "order").permutation(100, 5));
        let mut items: Vec<u32> = (0..100).map(|i| 7 * i).collect();
        Stream::new(9, "order").permute(&mut items, 4);
        assert!(items.iter().zip(&order).all(|(item, index)| *item == 7 * index));
    }

    /// From a second implementation, in Python.
    #[test]
    fn is_pinned() {
        assert_eq!(Stream::new(0, "order").permutation(10, 1), [1, 2, 4, 9, 3, 8, 7, 5, 0, 6]);
    }

    /// All 24 orders of four items; χ² with 23 degrees of freedom has mean 23 and standard deviation 6.8.
    #[test]
    fn all_orders_are_equally_likely() {
        let stream = Stream::new(5, "order");
        let epochs = 24_000u32;
        let mut counts = std::collections::BTreeMap::new();
        for epoch in 0..epochs {
            *counts.entry(stream.permutation(4, u64::from(epoch))).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 24);
        let expected = f64::from(epochs) / 24.0;
        let chi: f64 = counts.values().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum();
        assert!(chi < 57.0, "{chi}");
    }
}
