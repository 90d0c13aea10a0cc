//! The combinations of a finite space, counted and numbered.

use super::{Axis, Condition, Space};

/// The values of one dimension, ascending.
#[derive(Clone, Debug)]
pub enum Levels {
    /// All that its axis has, and how many.
    All(Axis, u64),
    /// These.
    Some(Vec<f64>),
}

impl Levels {
    fn count(&self) -> u64 {
        match self {
            Levels::All(_, count) => *count,
            Levels::Some(values) => values.len() as u64,
        }
    }

    fn at(&self, index: u64) -> f64 {
        match self {
            Levels::All(axis, _) => axis.at(index),
            Levels::Some(values) => values[index as usize],
        }
    }

    /// The first index whose value satisfies a condition that all later ones satisfy.
    fn first(&self, holds: impl Fn(f64) -> bool) -> u64 {
        let (mut below, mut above) = (0, self.count());
        while below < above {
            let middle = below + (above - below) / 2;
            if holds(self.at(middle)) {
                above = middle;
            } else {
                below = middle + 1;
            }
        }
        below
    }
}

/// Values `from` … of a dimension up to the next run, with the dimensions that depend on them.
#[derive(Clone, Debug)]
struct Run {
    from: u64,
    length: u64,
    children: Vec<usize>,
    /// Combinations of the children.
    each: u64,
}

/// Every combination of levels that can be reached, in an order like that of nested loops: the last dimension changes first.
#[derive(Clone, Debug)]
pub struct Combinations {
    levels: Vec<Levels>,
    roots: Vec<usize>,
    runs: Vec<Vec<Run>>,
    total: u64,
}

impl Combinations {
    /// All of a space; none where a dimension is continuous or they are 2⁶⁴ or more.
    #[must_use]
    pub fn of(space: &Space, axes: &[Axis]) -> Option<Self> {
        let all = |axis: &Axis| axis.count().map(|count| Levels::All(*axis, count));
        Self::new(space, axes.iter().map(all).collect::<Option<_>>()?)
    }

    /// Those of the given levels, one list for each dimension; none where they are 2⁶⁴ or more.
    #[must_use]
    pub fn new(space: &Space, levels: Vec<Levels>) -> Option<Self> {
        let dimensions = &space.dimensions;
        let mut runs = vec![Vec::new(); dimensions.len()];
        let mut counts = vec![0u64; dimensions.len()];
        // children come after their parents
        for index in (0..dimensions.len()).rev() {
            let conditions: Vec<(usize, Condition)> = (index + 1..dimensions.len())
                .filter_map(|child| Some((child, dimensions[child].when?)))
                .filter(|(_, when)| when.parent == index)
                .collect();
            runs[index] = split(&levels[index], &conditions, &counts)?;
            counts[index] =
                runs[index].iter().try_fold(0u64, |sum, run| sum.checked_add(run.length.checked_mul(run.each)?))?;
        }
        let roots: Vec<usize> = (0..dimensions.len()).filter(|&index| dimensions[index].when.is_none()).collect();
        let total = product(&roots, &counts)?;
        Some(Self { levels, roots, runs, total })
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Combination number `rank`, below the total.
    #[must_use]
    pub fn point(&self, rank: u64) -> Vec<f64> {
        let mut point = vec![f64::NAN; self.levels.len()];
        self.place(&self.roots, rank, &mut point);
        point
    }

    /// Gives coordinates to siblings and what depends on them; the last sibling changes first.
    fn place(&self, siblings: &[usize], mut rank: u64, point: &mut [f64]) {
        for &index in siblings.iter().rev() {
            let count = self.runs[index].iter().map(|run| run.length * run.each).sum::<u64>();
            let mut rest = rank % count;
            rank /= count;
            for run in &self.runs[index] {
                let size = run.length * run.each;
                if rest < size {
                    point[index] = self.levels[index].at(run.from + rest / run.each);
                    self.place(&run.children, rest % run.each, point);
                    break;
                }
                rest -= size;
            }
        }
    }
}

/// Splits the values of a dimension where the set of its active children changes.
fn split(levels: &Levels, children: &[(usize, Condition)], counts: &[u64]) -> Option<Vec<Run>> {
    let intervals: Vec<(usize, u64, u64)> = children
        .iter()
        .map(|&(child, when)| (child, levels.first(|value| value >= when.low), levels.first(|value| value > when.high)))
        .collect();
    let mut cuts = vec![0, levels.count()];
    cuts.extend(intervals.iter().flat_map(|&(_, from, to)| [from, to]));
    cuts.sort_unstable();
    cuts.dedup();
    let run = |pair: &[u64]| {
        let from = pair[0];
        let active = intervals.iter().filter(|&&(_, low, high)| low <= from && from < high);
        let children: Vec<usize> = active.map(|&(child, ..)| child).collect();
        Some(Run { from, length: pair[1] - from, each: product(&children, counts)?, children })
    };
    cuts.windows(2).map(run).collect()
}

fn product(indices: &[usize], counts: &[u64]) -> Option<u64> {
    indices.iter().try_fold(1u64, |product, &index| product.checked_mul(counts[index]))
}
