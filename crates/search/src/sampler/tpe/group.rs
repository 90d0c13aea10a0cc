//! Dimensions that are active together, and the trials in which they were.

use super::column::{Column, Shape, Side};
use super::settings::Settings;

/// One row for each trial in which the group was active.
#[derive(Default)]
pub struct Group {
    /// Its dimensions, those with more than one value.
    pub columns: Vec<Column>,
    /// Number of the trial of each row, ascending.
    pub numbers: Vec<usize>,
    /// Which side each is on.
    pub sides: Vec<Side>,
    /// Sum of the constants of a row in all columns.
    pub base: Vec<f64>,
    counts: [usize; 2],
    changed: Vec<u32>,
}

/// What a candidate is in a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinate {
    /// In [0, 1]; of no meaning for categories.
    pub unit: f64,
    /// Of its value, where there are few.
    pub index: u32,
}

impl Group {
    /// Without rows.
    pub fn new(columns: Vec<Column>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// The dimension by which it is known.
    pub fn first(&self) -> usize {
        self.columns[0].dimension
    }

    /// Bytes that it holds, roughly.
    pub fn bytes(&self) -> usize {
        let row = size_of::<usize>() + size_of::<Side>() + size_of::<f64>();
        self.numbers.len() * row + self.columns.iter().map(Column::bytes).sum::<usize>()
    }

    /// How many rows a side has.
    pub fn count(&self, side: Side) -> usize {
        self.counts[side as usize]
    }

    /// The values of a candidate.
    pub fn values(&self, candidate: &[Coordinate]) -> Vec<f64> {
        let value = |(column, coordinate): (&Column, &Coordinate)| match column.shape {
            Shape::Continuous => column.axis.value(coordinate.unit),
            _ => column.axis.at(u64::from(coordinate.index)),
        };
        self.columns.iter().zip(candidate).map(value).collect()
    }

    /// A trial that was asked, bad as long as nothing else is known.
    pub fn push(&mut self, number: usize, point: &[f64], settings: &Settings) {
        self.numbers.push(number);
        self.sides.push(Side::Bad);
        self.base.push(0.0);
        for column in &mut self.columns {
            column.push(point[column.dimension]);
        }
        self.enter(self.numbers.len() - 1, Side::Bad, settings);
        self.settle();
    }

    /// Puts a row on a side, whichever it was on.
    pub fn turn(&mut self, row: usize, side: Side, settings: &Settings) {
        let before = self.sides[row];
        if before == side {
            return;
        }
        self.counts[before as usize] -= 1;
        for column in &mut self.columns {
            column.leave(before, row as u32, settings, &mut self.changed);
        }
        self.resize(before, self.counts[before as usize] + 1, settings);
        self.enter(row, side, settings);
        self.settle();
    }

    fn enter(&mut self, row: usize, side: Side, settings: &Settings) {
        self.sides[row] = side;
        self.counts[side as usize] += 1;
        for column in &mut self.columns {
            column.enter(side, row as u32, settings, &mut self.changed);
        }
        self.resize(side, self.counts[side as usize] - 1, settings);
    }

    /// As long as a side has few rows, all its kernels change with their number.
    fn resize(&mut self, side: Side, before: usize, settings: &Settings) {
        let now = self.counts[side as usize];
        if settings.narrowest(before).to_bits() != settings.narrowest(now).to_bits() {
            for column in &mut self.columns {
                column.refresh(side, 0..now, settings, &mut self.changed);
            }
        }
    }

    fn settle(&mut self) {
        for row in self.changed.drain(..) {
            let row = row as usize;
            self.base[row] = self.columns.iter().fold(0.0, |sum, column| sum + column.constants[row]);
        }
    }
}
