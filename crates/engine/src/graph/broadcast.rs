//! Shapes of two operands made one, as numpy does it.

use super::Shape;

/// Where the elements of an operand lie that is broadcast to a space: element i of the space's row r is at `r · row + Σ index · stride`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strides {
    /// From row to row; 0 where the operand has none.
    pub row: usize,
    /// For each fixed axis of the space; 0 where the operand is repeated.
    pub axes: Vec<usize>,
}

impl Shape {
    /// All axes, rows included.
    pub fn rank(&self) -> usize {
        usize::from(self.rows) + self.dims.len()
    }

    /// Size of an axis that counts from the end: 1 beyond the first, nothing for rows.
    fn size_from_end(&self, i: usize) -> Option<usize> {
        match self.dims.len().checked_sub(i + 1) {
            Some(at) => Some(self.dims[at]),
            None if self.rows && i == self.dims.len() => None,
            None => Some(1),
        }
    }

    /// The shape of both operands together: axes are matched from the last one, an axis of 1 is repeated, rows match rows, 1 or nothing.
    pub fn broadcast(&self, other: &Shape) -> Option<Shape> {
        let rank = self.rank().max(other.rank());
        let rows = self.rows || other.rows;
        let mut dims = vec![];
        for i in (0..rank).rev() {
            let first = i + 1 == rank;
            match (self.size_from_end(i), other.size_from_end(i)) {
                (None, None | Some(1)) | (Some(1), None) if first => {}
                (Some(a), Some(b)) if a == b || b == 1 => dims.push(a),
                (Some(1), Some(b)) => dims.push(b),
                _ => return None,
            }
        }
        (rows == (dims.len() + 1 == rank)).then_some(Shape { rows, dims })
    }

    /// How an operand of this shape is read in a space that [`Shape::broadcast`] gave.
    pub fn strides_in(&self, space: &Shape) -> Strides {
        let mut axes = vec![0; space.dims.len()];
        let mut stride = 1;
        for (i, size) in self.dims.iter().rev().enumerate() {
            // a leading 1 may stand for the rows
            if let Some(at) = space.dims.len().checked_sub(i + 1) {
                axes[at] = if *size == 1 { 0 } else { stride };
            }
            stride *= size;
        }
        Strides { row: if self.rows { stride } else { 0 }, axes }
    }

    /// Axes of the space (rows are axis 0) along which an operand of this shape is repeated.
    pub fn repeated_in(&self, space: &Shape) -> Vec<usize> {
        let rank = space.rank();
        (0..rank)
            .filter(|a| space.size_from_end(rank - 1 - a) != Some(1) && self.size_from_end(rank - 1 - a) == Some(1))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, Strides};

    fn shape(text: &str) -> Shape {
        let json = text.replace('r', "\"rows\"");
        serde_json::from_str(&json).expect("a shape")
    }

    #[test]
    fn shapes_are_matched_from_the_last_axis() {
        for (a, b, both) in [
            ("[3]", "[2,3]", "[2,3]"),
            ("[2,1]", "[3]", "[2,3]"),
            ("[]", "[]", "[]"),
            ("[]", "[r]", "[r]"),
            ("[4]", "[r,4]", "[r,4]"),
            ("[1,4]", "[r,1]", "[r,4]"),
            ("[r,1]", "[r,5]", "[r,5]"),
            ("[1,2,4]", "[r,1,4]", "[r,2,4]"),
        ] {
            for (a, b) in [(a, b), (b, a)] {
                assert_eq!(shape(a).broadcast(&shape(b)), Some(shape(both)), "{a} {b}");
            }
        }
        for (a, b) in [("[2]", "[3]"), ("[r]", "[r,2]"), ("[2,4]", "[r,4]"), ("[2]", "[r]"), ("[1,1,4]", "[r,4]")] {
            for (a, b) in [(a, b), (b, a)] {
                assert_eq!(shape(a).broadcast(&shape(b)), None, "{a} {b}");
            }
        }
    }

    #[test]
    fn strides_repeat_what_is_broadcast() {
        let strides = |a: &str, space: &str| shape(a).strides_in(&shape(space));
        assert_eq!(strides("[r,1,4]", "[r,2,4]"), Strides { row: 4, axes: vec![0, 1] });
        assert_eq!(strides("[2,1]", "[r,2,4]"), Strides { row: 0, axes: vec![1, 0] });
        assert_eq!(strides("[1,2,4]", "[r,2,4]"), Strides { row: 0, axes: vec![4, 1] });
        assert_eq!(shape("[2,1]").repeated_in(&shape("[r,2,4]")), [0, 2]);
        assert_eq!(shape("[]").repeated_in(&shape("[2,1]")), [0]);
        assert_eq!(shape("[r,1]").repeated_in(&shape("[r,3]")), [1]);
    }
}
