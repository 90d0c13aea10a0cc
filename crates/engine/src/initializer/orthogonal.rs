//! Random orthogonal matrices.

/// A row-major `rows × columns` matrix with orthonormal columns (rows, where there are more columns) times `gain`.
///
/// The columns of a normal random matrix are made orthonormal by Gram–Schmidt, each projection taken twice because one
/// pass leaves errors that grow with the condition of the matrix. The diagonal of R is positive, so the result is
/// uniformly distributed; it is the Q that Keras gets from QR after its correction of signs.
pub(super) fn matrix(rows: usize, columns: usize, gain: f64, normal: impl Fn(u64) -> f64) -> Vec<f32> {
    let (length, count) = (rows.max(columns), rows.min(columns));
    // vector v holds column v of the tall matrix, drawn row by row
    let mut vectors: Vec<Vec<f64>> =
        (0..count).map(|v| (0..length).map(|i| normal((i * count + v) as u64)).collect()).collect();
    for v in 0..count {
        let (done, rest) = vectors.split_at_mut(v);
        let vector = &mut rest[0];
        for _ in 0..2 {
            for other in &*done {
                let projection = dot(other, vector);
                vector.iter_mut().zip(other).for_each(|(x, o)| *x -= projection * o);
            }
        }
        let norm = libm::sqrt(dot(vector, vector));
        vector.iter_mut().for_each(|x| *x /= norm);
    }
    let element = |i: usize| {
        let (row, column) = (i / columns, i % columns);
        if rows >= columns { vectors[column][row] } else { vectors[row][column] }
    };
    (0..rows * columns).map(|i| (gain * element(i)) as f32).collect()
}

/// In eight partial sums, so that it vectorises without a change of bits between machines.
fn dot(left: &[f64], right: &[f64]) -> f64 {
    let (left, left_rest) = left.as_chunks::<8>();
    let (right, right_rest) = right.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (l, r) in left.iter().zip(right) {
        for lane in 0..8 {
            sums[lane] += l[lane] * r[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let rest: f64 = left_rest.iter().zip(right_rest).map(|(l, r)| l * r).sum();
    ((a + b) + (c + d)) + ((e + f) + (g + h)) + rest
}
