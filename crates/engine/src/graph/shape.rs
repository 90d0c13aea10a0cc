//! Shapes: an optional leading dimension of rows, and fixed dimensions.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeSeq};
use serde_json::Value as Json;

use super::spec::TypeName;

/// The shape of a value. `rows` says that it has one row per sample of the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Whether the first dimension is the batch.
    pub rows: bool,
    /// The other dimensions, all of them fixed.
    pub dims: Vec<usize>,
}

/// More elements than this in one row or tensor is surely a mistake.
const MOST_ELEMENTS: usize = 1 << 31;

impl Shape {
    /// One row per sample.
    pub fn per_row(dims: impl Into<Vec<usize>>) -> Self {
        Self { rows: true, dims: dims.into() }
    }

    /// A fixed shape.
    pub fn fixed(dims: impl Into<Vec<usize>>) -> Self {
        Self { rows: false, dims: dims.into() }
    }

    /// Whether it has so many elements that it is surely a mistake; [`Shape::width`] could not count them.
    pub fn is_huge(&self) -> bool {
        let elements = self.dims.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
        elements.is_none_or(|n| n > MOST_ELEMENTS)
    }

    /// Elements of one row, or of the whole tensor when it has no rows.
    pub fn width(&self) -> usize {
        self.dims.iter().product()
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows.then(|| "rows".to_owned());
        let all: Vec<String> = rows.into_iter().chain(self.dims.iter().map(ToString::to_string)).collect();
        write!(f, "[{}]", all.join(", "))
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        if self.rows {
            list.serialize_element("rows")?;
        }
        for d in &self.dims {
            list.serialize_element(d)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<Json>::deserialize(deserializer)?;
        let mut shape = Shape::fixed([]);
        let mut elements = 1usize;
        for (i, d) in list.iter().enumerate() {
            match d {
                Json::String(s) if s == "rows" && i == 0 => shape.rows = true,
                Json::Number(n) => {
                    let n = n.as_u64().filter(|n| *n > 0).ok_or_else(|| D::Error::custom(bad(d)))? as usize;
                    elements = elements.checked_mul(n).filter(|e| *e <= MOST_ELEMENTS).ok_or_else(|| {
                        D::Error::custom(format!(
                            "a shape must have at most {MOST_ELEMENTS} elements, received {}",
                            Json::from(list.clone())
                        ))
                    })?;
                    shape.dims.push(n);
                }
                _ => return Err(D::Error::custom(bad(d))),
            }
        }
        Ok(shape)
    }
}

fn bad(d: &Json) -> String {
    format!("a dimension must be a positive whole number (or \"rows\" in front), received {d}")
}

/// Shape and element type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TensorType {
    /// The shape.
    pub shape: Shape,
    /// The element type.
    #[serde(rename = "type", default)]
    pub kind: TypeName,
}

impl TensorType {
    /// Floats of a shape.
    pub fn f32(shape: Shape) -> Self {
        Self { shape, kind: TypeName::F32 }
    }
}
