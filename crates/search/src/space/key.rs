//! Points as keys of sets.

/// The bits of a point's coordinates; all NaN are one and −0 is 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key(Box<[u64]>);

impl Key {
    /// The key of a point.
    #[must_use]
    pub fn of(point: &[f64]) -> Self {
        let bits = |&x: &f64| if x.is_nan() { u64::MAX } else { (x + 0.0).to_bits() };
        Self(point.iter().map(bits).collect())
    }
}
