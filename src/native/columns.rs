//! Typed arrays of the caller, copied once into native memory and converted on the way.

use downslope_engine::data::{Builder, Column, Kind, Piece, Role, Values, reserve};
use downslope_engine::{Error, Result};
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

/// Values that follow those a column has: exactly one of the arrays is present.
#[napi(object, object_to_js = false)]
pub struct NativePiece {
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
        let name = self.name.clone();
        let (role, shape, classes) = (role(&self.role)?, sizes(&self.shape), self.classes as usize);
        let piece = NativePiece { f32: self.f32, f64: self.f64, u8: self.u8, i32: self.i32, u32: self.u32 };
        let values = match piece.borrowed()? {
            Piece::F32(values) => Values::F32(copy(values)?),
            Piece::F64(values) => Values::F32(convert(values, |value| value as f32)?),
            Piece::U8(values) => Values::U8(copy(values)?),
            Piece::I32(values) => Values::U32(ids(&name, values)?),
            Piece::U32(values) => Values::U32(copy(values)?),
        };
        Ok(Column { name, role, shape, values, classes })
    }

    /// Adds a column like this one, with its values, to a data set that grows.
    pub fn add_to(self, builder: &mut Builder, index: usize) -> Result<()> {
        let (role, shape, classes) = (role(&self.role)?, sizes(&self.shape), self.classes as usize);
        let piece = NativePiece { f32: self.f32, f64: self.f64, u8: self.u8, i32: self.i32, u32: self.u32 };
        let values = piece.borrowed()?;
        builder.column(self.name, role, shape, classes, kind_of(&values));
        builder.append(index, values)
    }
}

impl NativePiece {
    /// The array that is present; valid during the call that brought it.
    pub fn borrowed(&self) -> Result<Piece<'_>> {
        Ok(match (&self.f32, &self.f64, &self.u8, &self.i32, &self.u32) {
            (Some(values), None, None, None, None) => Piece::F32(values),
            (None, Some(values), None, None, None) => Piece::F64(values),
            (None, None, Some(values), None, None) => Piece::U8(values),
            (None, None, None, Some(values), None) => Piece::I32(values),
            (None, None, None, None, Some(values)) => Piece::U32(values),
            _ => return Err(Error::internal("exactly one array expected")),
        })
    }
}

fn kind_of(piece: &Piece<'_>) -> Kind {
    match piece {
        Piece::F32(_) | Piece::F64(_) => Kind::F32,
        Piece::U8(_) => Kind::U8,
        Piece::I32(_) | Piece::U32(_) => Kind::U32,
    }
}

fn role(name: &str) -> Result<Role> {
    Ok(match name {
        "input" => Role::Input,
        "target" => Role::Target,
        "label" => Role::Label,
        "weight" => Role::Weight,
        other => return Err(Error::internal(format!("role {other}"))),
    })
}

fn sizes(shape: &[u32]) -> Vec<usize> {
    shape.iter().map(|&size| size as usize).collect()
}

fn copy<T: Copy>(values: &[T]) -> Result<Vec<T>> {
    let mut copied = reserve("predict", values.len())?;
    copied.extend_from_slice(values);
    Ok(copied)
}

fn convert<T: Copy, U: Copy>(values: &[T], f: impl Fn(T) -> U) -> Result<Vec<U>> {
    let mut converted = reserve("predict", values.len())?;
    converted.extend(values.iter().map(|value| f(*value)));
    Ok(converted)
}

fn ids(name: &str, values: &[i32]) -> Result<Vec<u32>> {
    let mut ids = reserve("predict", values.len())?;
    for (index, &value) in values.iter().enumerate() {
        ids.push(u32::try_from(value).map_err(|_| {
            Error::data(format!("{name}: ids must not be negative, received {value} at index {index}"))
        })?);
    }
    Ok(ids)
}
