//! The density of one side of a group: a weighted sum of product kernels, one for each trial, and a prior.

use super::column::{Column, Shape, Side, constant};
use super::group::{Coordinate, Group};
use super::numeric::{Lanes, exp};
use super::settings::Settings;
use crate::lanes::LANES;

/// Kernels that are this much below what a density has already, in the logarithm, are left out: 4e-18 of it.
const NEGLIGIBLE: f64 = -40.0;
/// After so many dimensions it is looked whether the rest can be left out.
const PATIENCE: usize = 2;

/// Kernels of one side with their weights.
pub struct Mixture<'a> {
    group: &'a Group,
    settings: &'a Settings,
    side: Side,
    /// Ascending: kernels are added in the order of trials.
    rows: Vec<u32>,
    /// Of each column with few values: which of its tables the rows have.
    classes: Vec<Vec<u32>>,
    /// Logarithms of weight and normalising constants of each.
    heights: Vec<f64>,
    /// Sums of the weights up to each, and with the prior at the end.
    sums: Vec<f64>,
    prior: f64,
}

impl<'a> Mixture<'a> {
    /// `weight` is for each row of the side relative to the prior's; rows of weight 0 are left out.
    pub fn new(group: &'a Group, side: Side, settings: &'a Settings, weight: impl Fn(usize) -> f64) -> Self {
        let rows: Vec<u32> = (0..group.sides.len())
            .filter(|&row| group.sides[row] == side && weight(row) > 0.0)
            .map(|row| row as u32)
            .collect();
        let mut sums = Vec::with_capacity(rows.len() + 1);
        let mut sum = 0.0;
        for &row in &rows {
            sum += weight(row as usize);
            sums.push(sum);
        }
        let total = sum + settings.prior;
        sums.push(total);
        let mut last = (0.0, 0.0);
        let height = |&row: &u32| {
            let weight = weight(row as usize);
            if weight != last.0 {
                last = (weight, libm::log(weight / total));
            }
            last.1 + group.base[row as usize]
        };
        let heights = rows.iter().map(height).collect();
        let classes = group.columns.iter().map(|column| classes(column, &rows)).collect();
        Self { group, settings, side, rows, classes, heights, sums, prior: libm::log(settings.prior / total) }
    }

    /// The row of a kernel drawn by weight, or none for the prior.
    pub fn draw(&self, unit: f64) -> Option<usize> {
        let place = unit * self.sums[self.rows.len()];
        let at = self.sums.partition_point(|&sum| sum <= place);
        self.rows.get(at).map(|&row| row as usize)
    }

    /// The logarithm of the density at up to [`LANES`] candidates, coordinates by column: densities over units, masses
    /// where there are few values.
    pub fn log_density(&self, candidates: &[Vec<Coordinate>]) -> Lanes {
        let part = |at| self.part(at, |lane| candidates[lane.min(candidates.len() - 1)][at]);
        let parts: Vec<Part<'_>> = (0..self.group.columns.len()).map(part).collect();
        // the prior is there from the start, so no density is 0
        let mut peak: Lanes = [self.prior; LANES];
        for part in &parts {
            peak.iter_mut().zip(&part.prior).for_each(|(sum, x)| *sum += x);
        }
        let mut sum: Lanes = [1.0; LANES];
        'kernels: for (&row, &start) in self.rows.iter().zip(&self.heights) {
            let mut height: Lanes = [start; LANES];
            for (at, part) in parts.iter().enumerate() {
                part.add(row as usize, &mut height);
                // from here it only falls
                if at % PATIENCE == PATIENCE - 1 && negligible(&height, &peak) {
                    continue 'kernels;
                }
            }
            if negligible(&height, &peak) {
                continue;
            }
            if height.iter().zip(&peak).any(|(height, peak)| height > peak) {
                for lane in 0..LANES {
                    let top = if height[lane] > peak[lane] { height[lane] } else { peak[lane] };
                    sum[lane] *= exp(peak[lane] - top);
                    peak[lane] = top;
                }
            }
            for lane in 0..LANES {
                sum[lane] += exp(height[lane] - peak[lane]);
            }
        }
        std::array::from_fn(|lane| peak[lane] + libm::log(sum[lane]))
    }

    fn part(&self, at: usize, coordinate: impl Fn(usize) -> Coordinate) -> Part<'a> {
        let column: &Column = &self.group.columns[at];
        match &column.shape {
            Shape::Continuous => {
                let constant = constant(0.5, 1.0);
                let units: Lanes = std::array::from_fn(|lane| coordinate(lane).unit);
                let prior = units.map(|unit| constant - 0.5 * (unit - 0.5) * (unit - 0.5));
                Part { prior, kind: Kind::Normal { units, centres: &column.units, scales: &column.scales } }
            }
            Shape::Steps(edges) => {
                let table =
                    |table: &[f64]| -> Lanes { std::array::from_fn(|lane| table[coordinate(lane).index as usize]) };
                let prior = table(&column.prior);
                let width = edges.len() - 1;
                let mut tables = vec![[0.0; LANES]; column.tables.len() / width];
                for &class in &self.classes[at] {
                    let class = class as usize;
                    tables[class] = table(&column.tables[class * width..(class + 1) * width]);
                }
                Part { prior, kind: Kind::Table { classes: &column.classes, tables } }
            }
            Shape::Category(count) => {
                let (own, other) = self.settings.category(*count, self.group.count(self.side));
                let table = |category: u32| -> Lanes {
                    std::array::from_fn(|lane| if coordinate(lane).index == category { own } else { other })
                };
                let prior = [-libm::log(f64::from(*count)); LANES];
                Part { prior, kind: Kind::Table { classes: &column.indices, tables: (0..*count).map(table).collect() } }
            }
        }
    }
}

/// The classes of some rows, each once.
fn classes(column: &Column, rows: &[u32]) -> Vec<u32> {
    let Shape::Steps(edges) = &column.shape else { return Vec::new() };
    let mut there = vec![false; column.tables.len() / (edges.len() - 1)];
    rows.iter().for_each(|&row| there[column.classes[row as usize] as usize] = true);
    (0..there.len()).filter(|&class| there[class]).map(|class| class as u32).collect()
}

#[inline(always)]
fn negligible(height: &Lanes, peak: &Lanes) -> bool {
    height.iter().zip(peak).fold(true, |all, (height, peak)| all & (height - peak < NEGLIGIBLE))
}

/// A column with the candidates' coordinates in it.
struct Part<'a> {
    prior: Lanes,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Normal { units: Lanes, centres: &'a [f64], scales: &'a [f64] },
    Table { classes: &'a [u32], tables: Vec<Lanes> },
}

impl Part<'_> {
    /// Adds the logarithm of a row's kernel, without its constant.
    #[inline(always)]
    fn add(&self, row: usize, height: &mut Lanes) {
        match &self.kind {
            Kind::Normal { units, centres, scales } => {
                let (centre, scale) = (centres[row], scales[row]);
                for lane in 0..LANES {
                    let distance = (units[lane] - centre) * scale;
                    height[lane] -= distance * distance;
                }
            }
            Kind::Table { classes, tables } => {
                let table = &tables[classes[row] as usize];
                for lane in 0..LANES {
                    height[lane] += table[lane];
                }
            }
        }
    }
}
