//! Evenly spread points at the price of a multiplication each.

use downslope_kernels::random::Stream;

/// Multiples of irrational numbers, shifted at random: point i is frac(shift + (i + 1) · ratio) in each dimension, with the
/// ratios 1/g, 1/g², … of the root g of g^(d+1) = g + 1 (Roberts 2018). For screening, where a thousand points are drawn
/// for every trial.
#[derive(Clone, Debug)]
pub struct Lattice {
    ratios: Vec<f64>,
    shifts: Vec<f64>,
}

/// Steps of the fixed-point iteration; each gains more than a bit.
const STEPS: u32 = 64;

impl Lattice {
    /// The lattice of so many dimensions, shifted as `stream` has it for this trial.
    #[must_use]
    pub fn new(dimensions: usize, stream: Stream, number: usize) -> Self {
        let mut root: f64 = 1.5;
        for _ in 0..STEPS {
            root = libm::pow(1.0 + root, 1.0 / (dimensions as f64 + 1.0));
        }
        let ratios = (1..=dimensions).map(|power| libm::pow(1.0 / root, power as f64)).collect();
        let shift = |dimension| stream.unit((number * dimensions + dimension) as u64);
        Self { ratios, shifts: (0..dimensions).map(shift).collect() }
    }

    /// A coordinate of point `index`, in [0, 1).
    #[must_use]
    pub fn unit(&self, index: usize, dimension: usize) -> f64 {
        libm::fmod(self.shifts[dimension] + self.ratios[dimension] * (index as f64 + 1.0), 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_covers_every_part_of_every_plane() {
        let lattice = Lattice::new(5, Stream::new(1, "lattice"), 3);
        for a in 0..5 {
            for b in 0..a {
                let mut cells = [0_u32; 64];
                for index in 0..1024 {
                    let (x, y) = (lattice.unit(index, a), lattice.unit(index, b));
                    cells[(x * 8.0) as usize * 8 + (y * 8.0) as usize] += 1;
                }
                // 16 each. Some planes are no more even than uniform draws, which have cells with 6 or 28 now and then, but no
                // part of any plane is left out
                assert!(cells.iter().all(|&count| (8..=28).contains(&count)), "{a} {b}: {cells:?}");
            }
        }
    }
}
