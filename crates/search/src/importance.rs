//! Which parameters decide whether a trial is among the best: PED-ANOVA.

use crate::pareto;
use crate::session::Direction;
use crate::space::{Axis, Kind, Space};
use crate::{Error, Result};

/// The share of trials that are the best.
const TARGET: f64 = 0.1;
/// Cells of a dimension without steps, or with more.
const CELLS: u64 = 50;
/// Added to probabilities, so that none is 0.
const LEAST: f64 = 1e-12;
/// Dimensions that were active in fewer trials have no importance.
const FEWEST: usize = 2;

/// The importance of each dimension, adding up to 1: how far its distribution among the best tenth of the trials is from that
/// among all of them (Pearson's divergence of density estimates on a grid; Watanabe, Bansal, Hutter 2023). A dimension of a
/// branch is compared among the trials in which it is active, times α²/β for the shares of them among the best and among all.
///
/// `points` and `values` of completed trials one after the other; those with infinite values are left out. With several
/// directions the best are those of the first fronts. When nothing differs all are equal.
///
/// # Errors
/// `Error::Option` when space, directions, points and values do not fit to each other.
pub fn importance(space: &str, directions: &str, points: &[f64], values: &[f64]) -> Result<Vec<f64>> {
    let space = Space::parse(space)?;
    let directions: Vec<Direction> =
        serde_json::from_str(directions).map_err(|error| Error::Option(format!("directions: {error}")))?;
    let (width, objectives) = (space.dimensions.len(), directions.len());
    if width == 0 {
        return Ok(Vec::new());
    }
    if objectives == 0 || !points.len().is_multiple_of(width) || points.len() / width * objectives != values.len() {
        return Err(Error::Option("importance: must have a value of each direction for each point".into()));
    }
    let minimised = |(&value, direction): (&f64, &Direction)| direction.minimised(value);
    let (points, values): (Vec<&[f64]>, Vec<Vec<f64>>) = points
        .chunks_exact(width)
        .zip(values.chunks_exact(objectives))
        .filter(|(_, values)| values.iter().all(|value| value.is_finite()))
        .map(|(point, values)| (point, values.iter().zip(&directions).map(minimised).collect()))
        .unzip();
    let best = best(&values);
    let raw: Vec<f64> = (0..width).map(|index| of_dimension(&space, index, &points, &best)).collect();
    let sum = raw.iter().fold(0.0, |sum, share| sum + share);
    Ok(raw.into_iter().map(|share| if sum > 0.0 { share / sum } else { 1.0 / width as f64 }).collect())
}

/// Whether each is among the best; with one value all that equal the last of them are, too.
fn best(values: &[Vec<f64>]) -> Vec<bool> {
    let count = libm::ceil(TARGET * values.len() as f64) as usize;
    if values.first().is_none_or(|values| values.len() == 1) {
        let mut sorted: Vec<f64> = values.iter().map(|values| values[0]).collect();
        sorted.sort_by(f64::total_cmp);
        return values.iter().map(|values| values[0] <= sorted[count - 1]).collect();
    }
    let points: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
    let mut best = vec![false; values.len()];
    pareto::choose(&points, count).iter().flat_map(|front| &front.members).for_each(|&index| best[index] = true);
    best
}

fn of_dimension(space: &Space, index: usize, points: &[&[f64]], best: &[bool]) -> f64 {
    let kind = &space.dimensions[index].kind;
    let axis = Axis::new(kind);
    let cells = cells(kind, axis);
    let (mut all, mut top) = (vec![0.0; cells], vec![0.0; cells]);
    let (mut active, mut active_best) = (0usize, 0usize);
    for (point, &best) in points.iter().zip(best).filter(|(point, _)| !point[index].is_nan()) {
        let cell = cell(axis, cells, point[index]);
        all[cell] += 1.0;
        active += 1;
        if best {
            top[cell] += 1.0;
            active_best += 1;
        }
    }
    if cells < 2 || active < FEWEST || active_best == 0 {
        return 0.0;
    }
    let estimate = if axis.ordered() { grid } else { categories };
    let (all, top) = (estimate(&all), estimate(&top));
    let divergence = all.iter().zip(&top).fold(0.0, |sum, (all, top)| {
        let excess = (top + LEAST) / (all + LEAST) - 1.0;
        sum + (all + LEAST) * excess * excess
    });
    let count = best.iter().filter(|&&best| best).count() as f64;
    let (alpha, beta) = (active_best as f64 / count, active as f64 / points.len() as f64);
    alpha * alpha / beta * divergence
}

/// Grid points of a dimension: one for each value, where there are few.
fn cells(kind: &Kind, axis: Axis) -> usize {
    let (low, high) = axis.bounds();
    let count = match (kind, axis.count()) {
        (Kind::Category { count }, _) => return *count as usize,
        // as many as it has binary digits, and one
        (Kind::Int { log: true, .. }, Some(2..)) => libm::ceil(libm::log2(high - low + 1.0)) as u64 + 1,
        (_, count) => count.unwrap_or(CELLS),
    };
    count.min(CELLS) as usize
}

/// The nearest of the grid points, which include both ends; the lower of two.
fn cell(axis: Axis, cells: usize, value: f64) -> usize {
    if !axis.ordered() {
        return (value as usize).min(cells - 1);
    }
    let (low, high) = axis.bounds();
    let [low, high, value] = [low, high, value].map(|x| if axis.logarithmic() { libm::log(x) } else { x });
    if cells < 2 {
        return 0;
    }
    // halves, so that the widest range stays finite
    let place = (0.5 * value - 0.5 * low) / ((0.5 * high - 0.5 * low) / (cells - 1) as f64);
    (libm::ceil(place - 0.5).max(0.0) as usize).min(cells - 1)
}

/// Kernels on the categories that were seen, weighted by how often, and a prior of weight 1.
fn categories(counts: &[f64]) -> Vec<f64> {
    let seen = counts.iter().filter(|&&count| count > 0.0).count() as f64;
    let share = 1.0 / (seen + 1.0);
    let total = counts.iter().fold(1.0, |sum, count| sum + count);
    let norm = 1.0 + counts.len() as f64 * share;
    let prior = 1.0 / counts.len() as f64;
    let spread = (total - 1.0) * share / norm + prior;
    counts.iter().map(|count| (count / norm + spread) / total).collect()
}

/// Normal kernels with a bandwidth by Scott's rule (1992) on the grid points that were seen, and a prior of weight 1.
fn grid(counts: &[f64]) -> Vec<f64> {
    let total = counts.iter().fold(0.0, |sum, count| sum + count);
    let mean = counts.iter().enumerate().fold(0.0, |sum, (at, count)| sum + at as f64 * count) / total;
    let square = |at: usize| (at as f64 - mean) * (at as f64 - mean);
    let variance =
        counts.iter().enumerate().fold(0.0, |sum, (at, count)| sum + square(at) * count) / (total - 1.0).max(1.0);
    let range = quantile(counts, libm::floor(0.75 * total), true) - quantile(counts, libm::floor(0.25 * total), false);
    let scott = 1.059 * (range / 1.34).min(libm::sqrt(variance)) * libm::pow(total, -0.2);
    // nine tenths of a kernel lie in its own cell, at least
    let bandwidth = scott.max(0.5 / 1.64);
    let cells = counts.len() as f64;
    let mut sum = masses(counts.len(), 0.5 * (cells - 1.0), cells);
    for (at, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0.0) {
        sum.iter_mut().zip(masses(counts.len(), at as f64, bandwidth)).for_each(|(sum, mass)| *sum += count * mass);
    }
    sum.into_iter().map(|mass| mass / (total + 1.0)).collect()
}

/// The first grid point up to which there are so many, or more than so many.
fn quantile(counts: &[f64], limit: f64, more: bool) -> f64 {
    let mut sum = 0.0;
    let mut last = 0;
    for (at, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0.0) {
        sum += count;
        last = at;
        if sum > limit || !more && sum >= limit {
            break;
        }
    }
    last as f64
}

/// Masses of a truncated normal in cells of width 1.
fn masses(cells: usize, centre: f64, bandwidth: f64) -> Vec<f64> {
    let below = |edge: f64| 0.5 * libm::erfc(-(edge - 0.5 - centre) / bandwidth * std::f64::consts::FRAC_1_SQRT_2);
    let all = below(cells as f64) - below(0.0);
    (0..cells).map(|cell| (below(cell as f64 + 1.0) - below(cell as f64)) / all).collect()
}

#[cfg(test)]
mod tests;
