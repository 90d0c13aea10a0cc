//! Matérn 5/2 with a length scale for each column, over numbers and categories.

use crate::lanes::{LANES, exp_minus, lane_sum};

/// Points as columns of numbers, so that one column of all points lies together.
#[derive(Clone, Debug, Default)]
pub struct Points {
    columns: Vec<Vec<f64>>,
    /// Which columns are categories: two are 0 or 1 apart.
    categories: Vec<bool>,
    count: usize,
}

impl Points {
    /// No points yet.
    #[must_use]
    pub fn new(categories: Vec<bool>) -> Self {
        Self { columns: vec![Vec::new(); categories.len()], categories, count: 0 }
    }

    /// How many points.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// Bytes that they take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.count * self.columns.len() * size_of::<f64>()
    }

    /// Adds a point.
    pub fn push(&mut self, point: &[f64]) {
        debug_assert_eq!(point.len(), self.columns.len());
        for (column, &value) in self.columns.iter_mut().zip(point) {
            column.push(value);
        }
        self.count += 1;
    }

    /// Keeps the first `count` points.
    pub fn truncate(&mut self, count: usize) {
        for column in &mut self.columns {
            column.truncate(count);
        }
        self.count = self.count.min(count);
    }

    /// The first `count` points.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        let mut result = self.clone();
        result.truncate(count);
        result
    }

    /// Point `i`.
    #[must_use]
    pub fn point(&self, i: usize) -> Vec<f64> {
        self.columns.iter().map(|column| column[i]).collect()
    }

    /// Squared distances of a point to the first points, each column weighted: Σ w (x − y)², or w where categories differ.
    pub fn distances(&self, weights: &[f64], point: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for (index, column) in self.columns.iter().enumerate() {
            let (weight, at) = (weights[index], point[index]);
            if self.categories[index] {
                for (sum, &value) in out.iter_mut().zip(column) {
                    *sum += if value == at { 0.0 } else { weight };
                }
            } else {
                for (sum, &value) in out.iter_mut().zip(column) {
                    let difference = at - value;
                    *sum += weight * (difference * difference);
                }
            }
        }
    }

    /// The same for [`LANES`] points at once.
    pub fn distances_block(&self, weights: &[f64], block: &[[f64; LANES]], out: &mut [[f64; LANES]]) {
        out.fill([0.0; LANES]);
        for (index, column) in self.columns.iter().enumerate() {
            let (weight, at) = (weights[index], block[index]);
            if self.categories[index] {
                for (sums, &value) in out.iter_mut().zip(column) {
                    for lane in 0..LANES {
                        sums[lane] += if value == at[lane] { 0.0 } else { weight };
                    }
                }
            } else {
                for (sums, &value) in out.iter_mut().zip(column) {
                    for lane in 0..LANES {
                        let difference = at[lane] - value;
                        sums[lane] += weight * (difference * difference);
                    }
                }
            }
        }
    }

    /// To each column Σᵢ cᵢ (x − yᵢ)² over the first points is added, or Σ cᵢ where categories differ: how weights act.
    pub fn weigh(&self, point: &[f64], factors: &[f64], out: &mut [f64]) {
        for (index, column) in self.columns.iter().enumerate() {
            let at = point[index];
            out[index] += if self.categories[index] {
                lane_sum(column, factors, |value, factor| if value == at { 0.0 } else { factor })
            } else {
                lane_sum(column, factors, |value, factor| factor * ((at - value) * (at - value)))
            };
        }
    }

    /// For each column of numbers Σᵢ cᵢ (x − yᵢ); 0 for categories.
    pub fn pull(&self, point: &[f64], factors: &[f64], out: &mut [f64]) {
        for (index, column) in self.columns.iter().enumerate() {
            let at = point[index];
            out[index] = if self.categories[index] {
                0.0
            } else {
                lane_sum(column, factors, |value, factor| factor * (at - value))
            };
        }
    }
}

/// What the marginal likelihood chooses.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// 1/ℓ² for each column.
    pub weights: Vec<f64>,
    /// Variance of the function.
    pub scale: f64,
    /// Variance of the noise.
    pub noise: f64,
}

impl Parameters {
    /// Those of a function that changes as fast as either, in each column.
    #[must_use]
    pub fn sharper(&self, other: &Self) -> Self {
        Self {
            weights: self.weights.iter().zip(&other.weights).map(|(a, b)| a.max(*b)).collect(),
            scale: self.scale.max(other.scale),
            noise: self.noise.max(other.noise),
        }
    }
}

const SQRT_5: f64 = 2.236_067_977_499_79;

/// Covariances from weighted squared distances, in place: scale (1 + s + s²/3) e^−s with s = √5 r.
pub fn matern(scale: f64, values: &mut [f64]) {
    for value in values {
        let s = SQRT_5 * value.sqrt();
        *value = ((1.0 + s) + s * s * (1.0 / 3.0)) * (scale * exp_minus(s));
    }
}

/// The same, and −dk/d(r²) = 5/6 scale (1 + s) e^−s into `slopes`.
pub fn matern_with_slopes(scale: f64, values: &mut [f64], slopes: &mut [f64]) {
    for (value, slope) in values.iter_mut().zip(slopes) {
        let s = SQRT_5 * value.sqrt();
        let decay = scale * exp_minus(s);
        *value = ((1.0 + s) + s * s * (1.0 / 3.0)) * decay;
        *slope = (5.0 / 6.0) * (1.0 + s) * decay;
    }
}
