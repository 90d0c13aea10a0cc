//! A named stream of numbered random values.

use super::{inverse_normal, philox4x32};

/// A named sequence of random numbers, each a pure function of (seed, name, counter).
///
/// The seed is the key of Philox; its 128-bit counter holds the caller's counter in the low half and the hash of the
/// name in the high half. So two streams of one seed share no block unless their names hash alike.
///
/// All methods take their bits from block `counter`: use one kind of number per stream, or keep the counters apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    key: [u32; 2],
    stream: u64,
}

impl Stream {
    /// The stream called `name` of `seed`. The name is hashed with FNV-1a (64 bits) over its UTF-8 bytes.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32], stream: fnv1a(name.as_bytes()) }
    }

    /// The hash of the name, for kernels that draw many numbers at once.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.stream
    }

    /// Four random words: block `counter`.
    #[inline]
    #[must_use]
    pub fn u32x4(&self, counter: u64) -> [u32; 4] {
        let stream = self.stream;
        philox4x32(self.key, [counter as u32, (counter >> 32) as u32, stream as u32, (stream >> 32) as u32])
    }

    /// 64 random bits: the first two words of block `counter`, low word first.
    #[inline]
    #[must_use]
    pub fn u64(&self, counter: u64) -> u64 {
        let [low, high, ..] = self.u32x4(counter);
        u64::from(high) << 32 | u64::from(low)
    }

    /// A multiple of 2⁻⁵³, uniform in [0, 1).
    #[inline]
    #[must_use]
    pub fn unit(&self, counter: u64) -> f64 {
        (self.u64(counter) >> 11) as f64 * EPSILON
    }

    /// Uniform in the open interval (0, 1), for functions that are infinite at its ends.
    ///
    /// An odd multiple of 2⁻⁵³, so that neither end can be reached by rounding.
    #[inline]
    #[must_use]
    pub fn open_unit(&self, counter: u64) -> f64 {
        ((self.u64(counter) >> 11) | 1) as f64 * EPSILON
    }

    /// Standard normal, by the inverse of the distribution function; at most about 8.2 in magnitude.
    #[inline]
    #[must_use]
    pub fn normal(&self, counter: u64) -> f64 {
        inverse_normal(self.open_unit(counter))
    }

    /// Uniform in `0..n` by multiply and shift; some values are likelier than others by at most n / 2⁶⁴.
    ///
    /// # Panics
    /// When `n` is 0.
    #[inline]
    #[must_use]
    pub fn below(&self, counter: u64, n: u64) -> u64 {
        assert!(n > 0, "below: n must be positive");
        scale(self.u64(counter), n)
    }
}

const EPSILON: f64 = 1.0 / (1u64 << 53) as f64;

/// `bits` as a fraction of 2⁶⁴, times `n`, rounded down.
#[inline]
pub(super) fn scale(bits: u64, n: u64) -> u64 {
    ((u128::from(bits) * u128::from(n)) >> 64) as u64
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the test suite of the reference implementation (draft-eastlake-fnv).
    #[test]
    fn hash_is_fnv1a() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    /// From a second implementation, in Python.
    #[test]
    fn numbers_are_pinned() {
        let stream = Stream::new(42, "dense_1/kernel");
        assert_eq!(
            [0, 1, 1 << 32, u64::MAX].map(|counter| stream.u64(counter)),
            [0x7bc6_71b5_2ff7_4313, 0x26fb_7909_6b45_73b0, 0x50fa_ddf1_ce1c_5957, 0x3fca_7cf7_1745_fea5]
        );
        assert_eq!(stream.unit(7), 0.278_681_414_906_755_13);
        assert_eq!(stream.normal(7), -0.586_763_089_026_639_1);
    }

    #[test]
    fn seeds_names_and_counters_all_matter() {
        let base = Stream::new(1, "a").u64(0);
        for other in [Stream::new(2, "a"), Stream::new(1 | 1 << 32, "a"), Stream::new(1, "b"), Stream::new(1, "")] {
            assert_ne!(base, other.u64(0));
        }
        assert_ne!(base, Stream::new(1, "a").u64(1));
        assert_ne!(base, Stream::new(1, "a").u64(1 << 32));
    }

    /// χ² over 64 cells has mean 63 and standard deviation 11.2: 120 is five of them away.
    #[test]
    fn uniform() {
        let draws = 64_000;
        for seed in 0..8 {
            let stream = Stream::new(seed, "uniform");
            let mut cells = [[0u32; 64]; 3];
            for counter in 0..draws {
                let unit = stream.unit(counter);
                let open = stream.open_unit(counter);
                assert!((0.0..1.0).contains(&unit) && open > 0.0 && open < 1.0);
                cells[0][(unit * 64.0) as usize] += 1;
                cells[1][stream.below(counter, 64) as usize] += 1;
                cells[2][stream.u64(counter) as usize % 64] += 1;
            }
            let expected = draws as f64 / 64.0;
            for cells in cells {
                let chi: f64 = cells.iter().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum();
                assert!(chi < 120.0, "seed {seed}: {chi}");
            }
        }
    }

    #[test]
    fn moments_of_normal() {
        let draws = 200_000;
        let stream = Stream::new(3, "normal");
        let mut sums = [0.0; 4];
        for counter in 0..draws {
            let x = stream.normal(counter);
            for (power, sum) in sums.iter_mut().enumerate() {
                *sum += x.powi(power as i32 + 1);
            }
        }
        // standard errors of the four moments are 1, √2, √15 and √96 over √draws; five of them allowed
        let scale = 5.0 / (draws as f64).sqrt();
        for (sum, (expected, error)) in sums.iter().zip([(0.0, 1.0), (1.0, 1.42), (0.0, 3.9), (3.0, 9.8)]) {
            assert!((sum / draws as f64 - expected).abs() < error * scale);
        }
    }

    #[test]
    fn below_stays_below() {
        let stream = Stream::new(0, "below");
        for counter in 0..1000 {
            assert_eq!(stream.below(counter, 1), 0);
            assert!(stream.below(counter, 3) < 3);
            assert!(stream.below(counter, u64::MAX) < u64::MAX);
        }
        assert_eq!(scale(u64::MAX, u64::MAX), u64::MAX - 1);
    }

    #[test]
    #[should_panic(expected = "n must be positive")]
    fn below_zero_is_refused() {
        let _ = Stream::new(0, "below").below(0, 0);
    }
}
