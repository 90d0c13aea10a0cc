//! Nested uniform scrambling.

use downslope_kernels::random::Stream;

/// Owen's scrambling of one dimension (Owen 1995): each bit is flipped or not by chance, independently for each value of
/// the bits above it. The result is uniform, and what lay in different dyadic intervals still does.
///
/// The chance is a Philox block for each node of the tree, so this is the scrambling itself, not a hash that resembles it
/// (Laine and Karras 2011, Burley 2020).
#[derive(Clone, Copy, Debug)]
pub struct Scramble(Stream);

/// Bits below those of the sequence: the last ones that f64 can hold.
const FINE: u32 = 20;

impl Scramble {
    /// The scrambling of this name.
    pub fn new(seed: u64, name: &str) -> Self {
        Self(Stream::new(seed, name))
    }

    /// The scrambled number in [0, 1) of which `bits` are the first 32 bits.
    pub fn unit(self, bits: u32) -> f64 {
        let mut result = 0;
        for level in 0..u32::BITS {
            // a leading one tells prefixes of different lengths apart
            let prefix = 1u64 << level | u64::from(bits) >> (u32::BITS - level);
            let flip = self.0.u32x4(prefix)[0] & 1;
            result = result << 1 | (bits >> (u32::BITS - 1 - level) & 1) ^ flip;
        }
        let fine = self.0.u32x4(1 << u32::BITS | u64::from(bits))[1] >> (u32::BITS - FINE);
        (f64::from(result) + f64::from(fine) / f64::from(1u32 << FINE)) / (1u64 << u32::BITS) as f64
    }
}
