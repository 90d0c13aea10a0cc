//! The Cholesky factor of a covariance matrix, which grows by a row at a time.

use crate::lanes::{LANES, add_scaled, add_scaled4, dot};

/// Pivots are at least this: far below any noise that is used, it only keeps duplicates at large scales from stopping a
/// study.
const LEAST_PIVOT: f64 = 1e-12;

/// L with L Lᵀ = K, rows packed one after the other.
///
/// Row i follows from K's row i and the rows before it alone (the bordered form). So appending a row gives the bits that
/// factorising the larger matrix anew would give, and taking rows away gives those of the smaller one.
#[derive(Clone, Debug, Default)]
pub struct Factor {
    rows: Vec<f64>,
    size: usize,
}

/// Where row `i` of a packed triangle begins.
fn start(i: usize) -> usize {
    i * (i + 1) / 2
}

impl Factor {
    /// How many rows there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.rows)
    }

    /// Row `i` up to its diagonal.
    #[must_use]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.rows[start(i)..start(i + 1)]
    }

    /// Keeps the first `size` rows.
    pub fn truncate(&mut self, size: usize) {
        if size < self.size {
            self.size = size;
            self.rows.truncate(start(size));
        }
    }

    /// Appends the row of a matrix: covariances with the points before it, and its own variance.
    pub fn push(&mut self, covariances: &[f64], variance: f64) {
        debug_assert_eq!(covariances.len(), self.size);
        let begin = self.rows.len();
        self.rows.extend_from_slice(covariances);
        self.rows.push(variance);
        let (before, row) = self.rows.split_at_mut(begin);
        forward(before, &mut row[..self.size]);
        let pivot = variance - dot(&row[..self.size], &row[..self.size]);
        row[self.size] = pivot.max(LEAST_PIVOT).sqrt();
        self.size += 1;
    }

    /// ln det K.
    #[must_use]
    pub fn log_determinant(&self) -> f64 {
        let mut sum = 0.0;
        for i in 0..self.size {
            sum += libm::log(self.rows[start(i) + i]);
        }
        2.0 * sum
    }

    /// L⁻¹ b in place, for the first rows if b is shorter.
    pub fn solve_lower(&self, b: &mut [f64]) {
        forward(&self.rows, b);
    }

    /// L⁻ᵀ b in place.
    pub fn solve_upper(&self, b: &mut [f64]) {
        debug_assert_eq!(b.len(), self.size);
        for i in (0..self.size).rev() {
            let row = self.row(i);
            let value = b[i] / row[i];
            b[i] = value;
            add_scaled(&mut b[..i], -value, row);
        }
    }

    /// L⁻¹ B in place for [`LANES`] right-hand sides at once, and Σ of the squares of each column.
    pub fn solve_lower_block(&self, b: &mut [[f64; LANES]]) -> [f64; LANES] {
        debug_assert_eq!(b.len(), self.size);
        let mut squares = [0.0; LANES];
        for i in 0..self.size {
            let row = self.row(i);
            let (before, rest) = b.split_at_mut(i);
            let mut sums = rest[0];
            for (&factor, values) in row[..i].iter().zip(before.iter()) {
                for lane in 0..LANES {
                    sums[lane] -= factor * values[lane];
                }
            }
            let inverse = 1.0 / row[i];
            for lane in 0..LANES {
                sums[lane] *= inverse;
                squares[lane] += sums[lane] * sums[lane];
            }
            rest[0] = sums;
        }
        squares
    }

    /// The lower triangle of K⁻¹, packed as the factor is.
    #[must_use]
    pub fn inverse(&self) -> Vec<f64> {
        let n = self.size;
        let mut lower = vec![0.0; start(n)];
        for i in 0..n {
            let (before, rest) = lower.split_at_mut(start(i));
            let row = self.row(i);
            let target = &mut rest[..=i];
            combine(&mut target[..i], before, &row[..i]);
            let inverse = 1.0 / row[i];
            for value in &mut target[..i] {
                *value *= -inverse;
            }
            target[i] = inverse;
        }
        let mut result = vec![0.0; start(n)];
        for i in 0..n {
            // row i of K⁻¹ is Σ over k ≥ i of M[k][i] · M[k][..=i], with M = L⁻¹
            let target = &mut result[start(i)..start(i + 1)];
            let mut k = i;
            while k + 4 <= n {
                let rows = [k, k + 1, k + 2, k + 3].map(|at| &lower[start(at)..start(at + 1)]);
                add_scaled4(target, rows.map(|row| row[i]), rows);
                k += 4;
            }
            for at in k..n {
                let row = &lower[start(at)..start(at + 1)];
                add_scaled(target, row[i], row);
            }
        }
        result
    }
}

/// target += Σ factors[k] · (row k of a packed triangle), each as far as its diagonal.
fn combine(target: &mut [f64], triangle: &[f64], factors: &[f64]) {
    let n = factors.len();
    let mut k = 0;
    while k + 4 <= n {
        let rows = [k, k + 1, k + 2, k + 3].map(|at| &triangle[start(at)..start(at + 1)]);
        let [a, b, c, d] = [factors[k], factors[k + 1], factors[k + 2], factors[k + 3]];
        add_scaled4(&mut target[..=k], [a, b, c, d], rows);
        // what the later of the four have beyond the first
        for (at, factor) in [(k + 1, b), (k + 2, c), (k + 3, d)] {
            add_scaled(&mut target[k + 1..=at], factor, &triangle[start(at) + k + 1..start(at + 1)]);
        }
        k += 4;
    }
    for at in k..n {
        add_scaled(&mut target[..=at], factors[at], &triangle[start(at)..start(at + 1)]);
    }
}

/// L⁻¹ b in place with packed rows.
fn forward(rows: &[f64], b: &mut [f64]) {
    for i in 0..b.len() {
        let row = &rows[start(i)..start(i + 1)];
        b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A positive definite matrix: numbers below 1/2 off the diagonal, the size on it.
    fn matrix(n: usize) -> Vec<Vec<f64>> {
        let entry = |i: usize, j: usize| {
            if i == j { n as f64 } else { ((i.min(j) * 7 + i.max(j) * 13) % 11) as f64 / 11.0 - 0.5 }
        };
        (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
    }

    fn factor(k: &[Vec<f64>]) -> Factor {
        let mut result = Factor::default();
        for (i, row) in k.iter().enumerate() {
            result.push(&row[..i], row[i]);
        }
        result
    }

    #[test]
    fn its_square_is_the_matrix() {
        for n in [1, 2, 7, 8, 9, 33] {
            let k = matrix(n);
            let l = factor(&k);
            for (i, row) in k.iter().enumerate() {
                for (j, entry) in row.iter().enumerate().take(i + 1) {
                    let product: f64 = l.row(i).iter().zip(l.row(j)).map(|(p, q)| p * q).sum();
                    assert!((product - entry).abs() < 1e-13 * n as f64);
                }
            }
        }
    }

    #[test]
    fn solves_and_inverts() {
        for n in [1, 3, 8, 13, 30] {
            let k = matrix(n);
            let l = factor(&k);
            let inverse = l.inverse();
            for column in 0..n {
                let mut b: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == column))).collect();
                l.solve_lower(&mut b);
                let mut block: Vec<[f64; LANES]> = (0..n).map(|i| [f64::from(u8::from(i == column)); LANES]).collect();
                let squares = l.solve_lower_block(&mut block);
                assert!(b.iter().zip(&block).all(|(value, lanes)| (value - lanes[3]).abs() < 1e-14));
                assert!((squares[5] - dot(&b, &b)).abs() < 1e-14);
                l.solve_upper(&mut b);
                for (i, row) in k.iter().enumerate() {
                    let product: f64 = row.iter().zip(&b).map(|(p, q)| p * q).sum();
                    assert!((product - f64::from(u8::from(i == column))).abs() < 1e-13);
                    let packed = if i >= column { start(i) + column } else { start(column) + i };
                    assert!((inverse[packed] - b[i]).abs() < 1e-14);
                }
            }
        }
    }

    #[test]
    fn growing_gives_the_bits_of_starting_anew() {
        let k = matrix(41);
        let whole = factor(&k);
        let mut grown = factor(&k[..17]);
        // rows that were only there for a while leave no trace
        grown.push(&[0.25; 17], 50.0);
        grown.push(&[0.125; 18], 60.0);
        grown.truncate(17);
        for (i, row) in k.iter().enumerate().skip(17) {
            grown.push(&row[..i], row[i]);
        }
        let bits = |l: &Factor| l.rows.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&whole), bits(&grown));
        assert!((whole.log_determinant() - grown.log_determinant()).abs() == 0.0);
    }

    #[test]
    fn a_singular_matrix_has_a_least_pivot() {
        let mut l = Factor::default();
        l.push(&[], 1.0);
        l.push(&[1.0], 1.0);
        assert!(l.row(1)[1] > 0.0 && l.row(1)[1] < 1e-5);
    }
}
