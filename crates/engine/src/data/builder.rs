//! A data set that grows column by column and piece by piece; every value is checked while it is copied.

use super::check::{self, Culprit};
use super::memory::reserve;
use super::{Column, Dataset, Role, Values};
use crate::{Error, Result};

/// What a column will hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit floats.
    F32,
    /// Bytes.
    U8,
    /// Class or token ids.
    U32,
}

/// Values on their way into a column.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// Kept as they are.
    F32(&'a [f32]),
    /// Rounded to 32 bits.
    F64(&'a [f64]),
    /// Kept as bytes.
    U8(&'a [u8]),
    /// Ids, not negative.
    I32(&'a [i32]),
    /// Ids.
    U32(&'a [u32]),
}

/// Grows a data set.
#[derive(Debug)]
pub struct Builder {
    place: &'static str,
    columns: Vec<Growing>,
}

#[derive(Debug)]
struct Growing {
    /// Without values until the end.
    column: Column,
    chunks: Chunks,
    len: usize,
}

#[derive(Debug)]
enum Chunks {
    F32(Vec<Vec<f32>>),
    U8(Vec<Vec<u8>>),
    U32(Vec<Vec<u32>>),
}

/// Values in a chunk, at most, unless one piece has more: appending never moves what is there.
const CHUNK: usize = 1 << 20;
/// Values that are copied and then checked while they are in the first-level cache.
const BLOCK: usize = 2048;

impl Builder {
    /// Nothing yet; `place` is how messages begin.
    #[must_use]
    pub fn new(place: &'static str) -> Self {
        Self { place, columns: vec![] }
    }

    /// One more column.
    pub fn column(&mut self, name: String, role: Role, shape: Vec<usize>, classes: usize, kind: Kind) {
        let chunks = match kind {
            Kind::F32 => Chunks::F32(vec![]),
            Kind::U8 => Chunks::U8(vec![]),
            Kind::U32 => Chunks::U32(vec![]),
        };
        let column = Column { name, role, shape, values: Values::U8(vec![]), classes };
        self.columns.push(Growing { column, chunks, len: 0 });
    }

    /// Native memory in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let bytes = |growing: &Growing| match &growing.chunks {
            Chunks::F32(chunks) => chunks.iter().map(|chunk| chunk.capacity() * 4).sum::<usize>(),
            Chunks::U32(chunks) => chunks.iter().map(|chunk| chunk.capacity() * 4).sum(),
            Chunks::U8(chunks) => chunks.iter().map(Vec::capacity).sum(),
        };
        self.columns.iter().map(bytes).sum()
    }

    /// Appends values to a column. After an error the builder has no columns any more: what was refused lies among their values.
    ///
    /// # Errors
    /// `ERR_DATA` for values that the column cannot hold, with their row, and when there is no memory for them.
    pub fn append(&mut self, column: usize, piece: Piece<'_>) -> Result<()> {
        self.extend(column, piece).inspect_err(|_| self.columns.clear())
    }

    fn extend(&mut self, column: usize, piece: Piece<'_>) -> Result<()> {
        let place = self.place;
        let Some(Growing { column, chunks, len }) = self.columns.get_mut(column) else {
            return Err(Error::internal(format!("{place}: there is no column {column}")));
        };
        let role = column.role;
        let added = match (chunks, piece) {
            (Chunks::F32(chunks), Piece::F32(values)) => {
                grow(place, chunks, *len, values, |block| unfit(role, block), |block, out| out.extend_from_slice(block))
            }
            (Chunks::F32(chunks), Piece::F64(values)) => {
                let copy = |block: &[f64], out: &mut Vec<f32>| out.extend(block.iter().map(|value| *value as f32));
                grow(place, chunks, *len, values, |block| unfit(role, block), copy)
            }
            (Chunks::U8(chunks), Piece::U8(values)) => {
                grow(place, chunks, *len, values, |_| None, |block, out| out.extend_from_slice(block))
            }
            (Chunks::U32(chunks), Piece::U32(values)) => {
                let classes = column.classes;
                let unfit = |block: &[u32]| {
                    (role == Role::Label).then(|| block.iter().position(|id| *id as usize >= classes)).flatten()
                };
                grow(place, chunks, *len, values, unfit, |block, out| out.extend_from_slice(block))
            }
            (Chunks::U32(chunks), Piece::I32(values)) => {
                // a negative id has its highest bit set
                let most = if role == Role::Label { column.classes.min(1 << 31) } else { 1 << 31 };
                let unfit = |block: &[u32]| block.iter().position(|id| *id as usize >= most);
                let copy = |block: &[i32], out: &mut Vec<u32>| out.extend(block.iter().map(|id| *id as u32));
                grow(place, chunks, *len, values, unfit, copy)
            }
            _ => return Err(Error::internal(format!("{place}: column '{}' holds another type", column.name))),
        };
        match added {
            Ok(added) => {
                *len += added;
                Ok(())
            }
            Err(Trouble::Memory(error)) => Err(error),
            Err(Trouble::At(at)) => {
                let culprit = |what: &str, value: &dyn std::fmt::Display| {
                    Culprit { place, name: &column.name, shape: &column.shape, at: *len + at }.refuse(what, value)
                };
                Err(match piece {
                    Piece::F32(values) => culprit(number_text(role, f64::from(values[at])), &values[at]),
                    Piece::F64(values) if values[at].abs() < 1e16 => {
                        culprit(number_text(role, values[at]), &values[at])
                    }
                    Piece::F64(values) => culprit(number_text(role, values[at]), &format!("{:e}", values[at])),
                    Piece::U32(values) => culprit(&check::class_text(column.classes), &values[at]),
                    Piece::I32(values) if values[at] >= 0 => culprit(&check::class_text(column.classes), &values[at]),
                    Piece::I32(values) => culprit("must be an id, which must not be negative", &values[at]),
                    Piece::U8(_) => Error::internal("a byte that is none"),
                })
            }
        }
    }

    /// Checks that the columns fit each other and makes them one piece each. `classes` has for each column that was
    /// filled with provisional ids their final ones.
    ///
    /// # Errors
    /// `ERR_DATA` as [`Dataset::new`], and when there is no memory.
    pub fn finish(self, classes: &[Option<Vec<u32>>]) -> Result<Dataset> {
        let place = self.place;
        let mut columns = Vec::with_capacity(self.columns.len());
        for (index, Growing { mut column, chunks, .. }) in self.columns.into_iter().enumerate() {
            column.values = match chunks {
                Chunks::F32(chunks) => Values::F32(joined(place, chunks)?),
                Chunks::U8(chunks) => Values::U8(joined(place, chunks)?),
                Chunks::U32(chunks) => {
                    let mut ids = joined(place, chunks)?;
                    if let Some(Some(last)) = classes.get(index) {
                        column.classes = last.len();
                        let known = ids.iter_mut().all(|id| match last.get(*id as usize) {
                            Some(&other) => {
                                *id = other;
                                (other as usize) < last.len()
                            }
                            None => false,
                        });
                        if !known {
                            return Err(Error::internal(format!("{place}: column '{}': unknown ids", column.name)));
                        }
                    }
                    Values::U32(ids)
                }
            };
            columns.push(column);
        }
        Dataset::checked(place, columns)
    }
}

enum Trouble {
    Memory(Error),
    /// The value at this place of the piece is unfit.
    At(usize),
}

/// Appends to the last chunk, and to a new one when it is full. Gives the number of values.
fn grow<S: Copy, T: Copy>(
    place: &str,
    chunks: &mut Vec<Vec<T>>,
    len: usize,
    mut values: &[S],
    unfit: impl Fn(&[T]) -> Option<usize>,
    copy: impl Fn(&[S], &mut Vec<T>),
) -> std::result::Result<usize, Trouble> {
    let all = values.len();
    while !values.is_empty() {
        let room = chunks.last().map_or(0, |chunk| chunk.capacity() - chunk.len());
        if room == 0 {
            // the first piece may be all there is: then nothing is copied again
            let size = if len == 0 && chunks.is_empty() { values.len() } else { values.len().max(len.min(CHUNK)) };
            chunks.push(reserve(place, size).map_err(Trouble::Memory)?);
            continue;
        }
        let Some(chunk) = chunks.last_mut() else { continue };
        let (block, rest) = values.split_at(values.len().min(room).min(BLOCK));
        let before = chunk.len();
        copy(block, chunk);
        if let Some(at) = unfit(&chunk[before..]) {
            return Err(Trouble::At(all - values.len() + at));
        }
        values = rest;
    }
    Ok(all)
}

/// The place of a number that is not finite or, for weights, negative.
fn unfit(role: Role, block: &[f32]) -> Option<usize> {
    let bad = check::infinite(block) || (role == Role::Weight && check::negative(block));
    bad.then(|| block.iter().position(|x| !x.is_finite() || (role == Role::Weight && *x < 0.0))).flatten()
}

fn number_text(role: Role, value: f64) -> &'static str {
    match value.is_finite() {
        true if role == Role::Weight && value < 0.0 => "must not be negative",
        true => "must be finite, also when rounded to 32 bits (at most 3.4e38)",
        false => "must be finite",
    }
}

/// All chunks in one piece; each is freed once it is copied.
fn joined<T: Copy>(place: &str, mut chunks: Vec<Vec<T>>) -> Result<Vec<T>> {
    if chunks.len() == 1 {
        return Ok(chunks.remove(0));
    }
    let mut whole = reserve(place, chunks.iter().map(Vec::len).sum())?;
    for chunk in chunks {
        whole.extend_from_slice(&chunk);
    }
    Ok(whole)
}
