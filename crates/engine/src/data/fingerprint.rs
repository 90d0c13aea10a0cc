//! A number that tells data sets apart.

use super::{Dataset, Role, Values};

/// Odd, with bits well spread: 2⁶⁴ divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

struct Mixer(u64);

impl Mixer {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(SPREAD);
    }

    fn text(&mut self, text: &str) {
        self.add(text.len() as u64);
        text.bytes().for_each(|byte| self.add(u64::from(byte)));
    }

    fn column<T: Copy>(&mut self, values: &[T], width: usize, view: Option<&[u32]>, word: impl Fn(T) -> u64) {
        match view {
            None => values.iter().for_each(|value| self.add(word(*value))),
            Some(view) => view.iter().for_each(|row| {
                values[*row as usize * width..][..width].iter().for_each(|value| self.add(word(*value)));
            }),
        }
    }

    /// The last words count as much as the first.
    fn finish(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(SPREAD);
        mixed ^ (mixed >> 29)
    }
}

impl Dataset {
    /// A number that follows from the rows of this view in their order, wherever they lie: columns with their names, roles,
    /// shapes, types and values. For telling whether work goes on with the same data, not against an adversary.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut mixer = Mixer(SPREAD);
        mixer.add(self.rows() as u64);
        let view = self.view();
        for column in self.columns() {
            mixer.text(&column.name);
            mixer.add(match column.role {
                Role::Input => 0,
                Role::Target => 1,
                Role::Label => 2,
                Role::Weight => 3,
            });
            mixer.add(column.classes as u64);
            mixer.add(column.shape.len() as u64);
            column.shape.iter().for_each(|size| mixer.add(*size as u64));
            let width = column.width();
            match &column.values {
                Values::F32(values) => mixer.column(values, width, view, |value| u64::from(value.to_bits())),
                Values::U8(values) => mixer.column(values, width, view, |value| 1 << 32 | u64::from(value)),
                Values::U32(values) => mixer.column(values, width, view, |value| 2 << 32 | u64::from(value)),
            }
        }
        mixer.finish()
    }
}
