//! Splits and folds: which rows go into which part.
//!
//! Both are decided in two steps. First every class gets a quota in every part, as near to proportional as whole rows
//! allow; without stratification all rows are one class. Then the rows, in random order or as they lie, go to the first
//! part whose quota for their class is not used up. So the result is a function of (seed, number of rows, labels), and
//! never of the values or of where the rows lie in memory.

use downslope_kernels::random::Stream;

use super::{Column, Dataset, Role, Values, View};
use crate::{Error, Result};

/// How far fractions may add up to more than one, or stay below it and still mean all rows.
const TOLERANCE: f64 = 1e-6;

/// Rows of each class in each part.
type Quotas = Vec<Vec<usize>>;

impl Dataset {
    /// Parts by fractions that add up to at most one; what is missing to one is left out.
    ///
    /// With `stratify` every class of the first label column is spread proportionally, to less than one row for two
    /// parts; without such a column the flag changes nothing. With `shuffle` the parts are random and in random order;
    /// without it rows keep their order. Boundaries are rounded, so sizes differ from `fraction × rows` by at most one.
    ///
    /// # Errors
    /// `ERR_OPTION` for no fractions, one that is not in (0, 1] or a sum above one; `ERR_DATA` for a part without rows.
    pub fn split(&self, fractions: &[f64], seed: u64, stratify: bool, shuffle: bool) -> Result<Vec<Self>> {
        let sizes = sizes(fractions, self.rows())?;
        let (data, count) = (self.clone(), fractions.len());
        let work = {
            let sizes = sizes.clone();
            move |parts: &mut [Vec<u32>]| {
                let view = data.view();
                data.deal_split(&sizes, seed, stratify, shuffle, |row, part| {
                    if let Some(rows) = parts.get_mut(part) {
                        rows.push(based(view, row));
                    }
                });
            }
        };
        Ok(View::later("split", self.view.as_deref(), &sizes[..count], work)?
            .into_iter()
            .map(|view| self.pick(view))
            .collect())
    }

    /// `k` pairs of training and validation views. Every row is in exactly one of the validation views, whose sizes
    /// differ by at most one; rows keep their order within a view.
    ///
    /// With `stratify` the rows of each class of the first label column are spread evenly too (their numbers differ by
    /// at most one between folds); without such a column the flag changes nothing. Without `shuffle` the folds are
    /// consecutive (within each class when stratified), as in scikit-learn.
    ///
    /// # Errors
    /// `ERR_OPTION` for k < 2; `ERR_DATA` for fewer rows than folds.
    pub fn folds(&self, k: usize, seed: u64, stratify: bool, shuffle: bool) -> Result<Vec<(Self, Self)>> {
        let rows = self.rows();
        if k < 2 {
            return Err(Error::option(format!("kFold: the number of folds must be at least 2, received {k}")));
        }
        if k > rows {
            return Err(Error::data(format!("kFold: {k} folds need at least {k} rows, received {rows}")));
        }
        // dealt like cards: the first folds have one row more where they differ
        let validation: Vec<usize> = (0..k).map(|part| rows / k + usize::from(part < rows % k)).collect();
        let lens: Vec<usize> = validation.iter().flat_map(|len| [rows - len, *len]).collect();
        let data = self.clone();
        let views = View::later("kFold", self.view.as_deref(), &lens, move |parts| {
            let view = data.view();
            for (row, fold) in data.deal_folds(k, seed, stratify, shuffle).into_iter().enumerate() {
                hand_out(parts, based(view, row as u32), fold);
            }
        })?;
        let picked: Vec<_> = views.into_iter().map(|view| self.pick(view)).collect();
        Ok(picked.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect())
    }

    /// How many rows of this view each class of the first label column has; nothing without labels.
    #[must_use]
    pub fn class_rows(&self) -> Vec<u32> {
        let Some(Column { values: Values::U32(ids), classes, .. }) = self.column_of(Role::Label) else { return vec![] };
        let mut counts = vec![0; *classes];
        match self.view() {
            None => ids.iter().for_each(|id| counts[*id as usize] += 1),
            Some(view) => view.iter().for_each(|row| counts[ids[*row as usize] as usize] += 1),
        }
        counts
    }

    /// Hands every row of this view to its part of a split; rows that are left out go to the part behind the last.
    pub(super) fn deal_split(
        &self,
        sizes: &[usize],
        seed: u64,
        stratify: bool,
        shuffle: bool,
        take: impl FnMut(u32, usize),
    ) {
        let (order, classes) = self.prepare("split", seed, stratify, shuffle);
        let quotas = proportional(sizes, &counts(&classes), seed);
        assign(&order, &classes, quotas, take);
    }

    /// The fold that each row of this view is validated in.
    pub(super) fn deal_folds(&self, k: usize, seed: u64, stratify: bool, shuffle: bool) -> Vec<usize> {
        let (order, classes) = self.prepare("folds", seed, stratify, shuffle);
        let mut fold = vec![0; self.rows()];
        assign(&order, &classes, dealt(k, &counts(&classes)), |row, part| fold[row as usize] = part);
        fold
    }

    /// The order in which rows are dealt, and the class of each row of this view, numbered without gaps.
    fn prepare(&self, stream: &str, seed: u64, stratify: bool, shuffle: bool) -> (Vec<u32>, Vec<u32>) {
        let rows = self.rows() as u32;
        let order = if shuffle { Stream::new(seed, stream).permutation(rows, 0) } else { (0..rows).collect() };
        let labels = self.column_of(Role::Label).filter(|_| stratify).map(|column| &column.values);
        let mut classes = match (labels, self.view()) {
            (Some(Values::U32(ids)), Some(view)) => view.iter().map(|row| ids[*row as usize]).collect(),
            (Some(Values::U32(ids)), None) => ids.clone(),
            _ => vec![0; rows as usize],
        };
        let mut numbers = vec![0; classes.iter().max().map_or(0, |class: &u32| *class as usize + 1)];
        classes.iter().for_each(|class| numbers[*class as usize] = 1);
        let mut next = 0;
        for number in &mut numbers {
            next += std::mem::replace(number, next);
        }
        classes.iter_mut().for_each(|class| *class = numbers[*class as usize]);
        (order, classes)
    }
}

/// The row of the base that a row of a view is.
fn based(view: Option<&[u32]>, row: u32) -> u32 {
    view.map_or(row, |view| view[row as usize])
}

/// Rows in each part, and last those that are left out.
pub(super) fn sizes(fractions: &[f64], rows: usize) -> Result<Vec<usize>> {
    if fractions.is_empty() {
        return Err(Error::option("split: at least one fraction is needed, received none"));
    }
    if let Some(fraction) = fractions.iter().find(|fraction| !(**fraction > 0.0 && **fraction <= 1.0 + TOLERANCE)) {
        return Err(Error::option(format!("split: fractions must be above 0 and at most 1, received {fraction}")));
    }
    let total: f64 = fractions.iter().sum();
    if total > 1.0 + TOLERANCE {
        return Err(Error::option(format!(
            "split: fractions must add up to at most 1, received {fractions:?} with the sum {total}"
        )));
    }
    let (mut sum, mut last) = (0.0, 0);
    let mut sizes = Vec::with_capacity(fractions.len() + 1);
    for (place, fraction) in fractions.iter().enumerate() {
        sum += fraction;
        let whole = place + 1 == fractions.len() && total > 1.0 - TOLERANCE;
        let boundary = if whole { rows } else { ((sum * rows as f64).round() as usize).min(rows) };
        if boundary == last {
            return Err(Error::data(format!(
                "split: the part for fraction {fraction} of {fractions:?} would be empty: there are {rows} rows"
            )));
        }
        sizes.push(boundary - last);
        last = boundary;
    }
    sizes.push(rows - last);
    Ok(sizes)
}

/// Rows per class.
fn counts(classes: &[u32]) -> Vec<usize> {
    let mut counts = vec![0; classes.iter().max().map_or(0, |class| *class as usize + 1)];
    for class in classes {
        counts[*class as usize] += 1;
    }
    counts
}

/// Quotas for parts of given sizes: part after part takes its share of what is left of each class, rounded down, and one
/// more of the classes with the largest remainders, ties broken at random.
fn proportional(sizes: &[usize], counts: &[usize], seed: u64) -> Quotas {
    let ties = Stream::new(seed, "split/ties");
    let mut left = counts.to_vec();
    let mut quotas = vec![Vec::with_capacity(sizes.len()); counts.len()];
    for (part, size) in sizes.iter().enumerate() {
        let total = left.iter().map(|count| *count as u128).sum::<u128>().max(1);
        let mut missing = *size;
        let mut remainders = Vec::with_capacity(counts.len());
        for (class, count) in left.iter().enumerate() {
            let share = *count as u128 * *size as u128;
            let (whole, remainder) = ((share / total) as usize, share % total);
            quotas[class].push(whole);
            missing -= whole;
            remainders.push((remainder, ties.u64((part * counts.len() + class) as u64), class));
        }
        remainders.sort_unstable_by(|one, other| other.cmp(one));
        for (_, _, class) in remainders.into_iter().take(missing) {
            quotas[class][part] += 1;
        }
        for (count, quotas) in left.iter_mut().zip(&quotas) {
            *count -= quotas[part];
        }
    }
    quotas
}

/// Quotas for `k` folds: the rows sorted by class are dealt like cards, so neither the rows of a class nor all rows differ
/// by more than one between folds.
fn dealt(k: usize, counts: &[usize]) -> Quotas {
    let mut next = 0;
    let quotas = counts.iter().map(|count| {
        let mut quota = vec![count / k; k];
        for _ in 0..count % k {
            quota[next] += 1;
            next = (next + 1) % k;
        }
        quota
    });
    quotas.collect()
}

/// Hands the rows out in the given order.
fn assign(order: &[u32], classes: &[u32], mut quotas: Quotas, mut take: impl FnMut(u32, usize)) {
    let mut part = vec![0; quotas.len()];
    for row in order {
        let class = classes[*row as usize] as usize;
        let (part, quota) = (&mut part[class], &mut quotas[class]);
        while quota[*part] == 0 {
            *part += 1;
        }
        quota[*part] -= 1;
        take(*row, *part);
    }
}

/// A row is validated on in its fold and trained on in the others; `parts` has both of the first fold, of the second, …
pub(super) fn hand_out(parts: &mut [Vec<u32>], row: u32, fold: usize) {
    for (at, pair) in parts.chunks_exact_mut(2).enumerate() {
        pair[usize::from(at == fold)].push(row);
    }
}
