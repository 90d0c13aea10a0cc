//! Typed arrays of the caller, copied once into native memory and converted on the way.

use downslope_engine::data::{Column, Role, Values};
use downslope_engine::{Error, Result};
use downslope_kernels::memory::with_capacity;
use napi::bindgen_prelude::{Float32Array, Float64Array, Int32Array, Uint8Array, Uint32Array};
use napi_derive::napi;

/// One column as TypeScript hands it over: exactly one of the arrays is present.
#[napi(object, object_to_js = false)]
pub struct NativeColumn {
    /// Name of the graph input, target or label it feeds.
    pub name: String,
    /// `input`, `target`, `label` or `weight`.
    pub role: String,
    /// Shape of one row.
    pub shape: Vec<u32>,
    /// For labels: how many classes there are.
    pub classes: u32,
    /// Kept as they are.
    pub f32: Option<Float32Array>,
    /// Rounded to f32.
    pub f64: Option<Float64Array>,
    /// Kept as bytes.
    pub u8: Option<Uint8Array>,
    /// Class or token ids, not negative.
    pub i32: Option<Int32Array>,
    /// Class or token ids.
    pub u32: Option<Uint32Array>,
}

impl NativeColumn {
    /// Copies the values. After this the caller may do with its arrays what it likes.
    pub fn copied(self) -> Result<Column> {
        let values = match (&self.f32, &self.f64, &self.u8, &self.i32, &self.u32) {
            (Some(values), None, None, None, None) => Values::F32(copy(values)),
            (None, Some(values), None, None, None) => Values::F32(convert(values, |value| value as f32)),
            (None, None, Some(values), None, None) => Values::U8(copy(values)),
            (None, None, None, Some(values), None) => Values::U32(ids(&self.name, values)?),
            (None, None, None, None, Some(values)) => Values::U32(copy(values)),
            _ => return Err(Error::internal(format!("column {}: exactly one array expected", self.name))),
        };
        let role = match self.role.as_str() {
            "input" => Role::Input,
            "target" => Role::Target,
            "label" => Role::Label,
            "weight" => Role::Weight,
            other => return Err(Error::internal(format!("column {}: role {other}", self.name))),
        };
        let shape = self.shape.iter().map(|&size| size as usize).collect();
        Ok(Column { name: self.name, role, shape, values, classes: self.classes as usize })
    }
}

fn copy<T: Copy>(values: &[T]) -> Vec<T> {
    let mut copied = with_capacity(values.len());
    copied.extend_from_slice(values);
    copied
}

fn convert<T: Copy, U: Copy>(values: &[T], f: impl Fn(T) -> U) -> Vec<U> {
    let mut converted = with_capacity(values.len());
    converted.extend(values.iter().map(|value| f(*value)));
    converted
}

fn ids(name: &str, values: &[i32]) -> Result<Vec<u32>> {
    let id = |(index, &value): (usize, &i32)| {
        u32::try_from(value)
            .map_err(|_| Error::data(format!("{name}: ids must not be negative, received {value} at index {index}")))
    };
    values.iter().enumerate().map(id).collect()
}
