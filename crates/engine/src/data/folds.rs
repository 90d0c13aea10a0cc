//! Rules of validation: which rows each fold is trained and validated on.

use std::mem::take;

use serde::Deserialize;

use super::memory::reserve;
use super::{Dataset, partition};
use crate::{Error, Result};

/// How rows are parted. Options were checked where the rule was made; here they are checked against the rows.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FoldRule {
    /// As [`Dataset::folds`].
    KFold {
        /// Number of folds.
        k: usize,
        /// What they follow from.
        seed: u64,
        /// Classes spread evenly.
        stratify: bool,
        /// Random rather than consecutive rows.
        shuffle: bool,
    },
    /// As [`Dataset::split`] with one fraction: the last part is validated on.
    Holdout {
        /// Share of the rows that are validated on.
        fraction: f64,
        /// What it follows from.
        seed: u64,
        /// Classes spread evenly.
        stratify: bool,
        /// Random rather than the last rows.
        shuffle: bool,
    },
    /// Groups are never split, and go one by one, the largest first, to the fold with the fewest rows.
    GroupKFold {
        /// Number of folds.
        k: usize,
    },
    /// Fold after fold, the rows before are trained on and those behind are validated on.
    TimeSeriesSplit {
        /// Number of folds.
        k: usize,
        /// Rows left out between the two.
        gap: usize,
        /// Rows to validate on; rows / (k + 1) where there is none.
        #[serde(default)]
        test_size: Option<usize>,
        /// At most so many rows, the last ones, are trained on.
        #[serde(default)]
        max_train_size: Option<usize>,
    },
}

/// Rows of one fold, by their places in the data set.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldRows {
    /// Trained on.
    pub train: Vec<u32>,
    /// Validated on.
    pub validation: Vec<u32>,
}

impl Dataset {
    /// The folds of a rule. `groups` has the group of each row, numbered without gaps, for `GroupKFold`.
    ///
    /// # Errors
    /// `ERR_DATA` when there are too few rows or groups.
    pub fn fold_rows(&self, rule: FoldRule, groups: &[u32]) -> Result<Vec<FoldRows>> {
        let rows = self.rows();
        match rule {
            FoldRule::KFold { k, seed, stratify, shuffle } => {
                if k < 2 || k > rows {
                    return Err(Error::data(format!("kFold: {k} folds need at least {k} rows, received {rows}")));
                }
                let fold = self.deal_folds(k, seed, stratify, shuffle);
                gathered(k, rows, |row| fold[row])
            }
            FoldRule::Holdout { fraction, seed, stratify, shuffle } => {
                let sizes = partition::sizes(&[1.0 - fraction, fraction], rows)?;
                let mut rows =
                    FoldRows { train: reserve("holdout", sizes[0])?, validation: reserve("holdout", sizes[1])? };
                self.deal_split(&sizes, seed, stratify, shuffle, |row, part| match part {
                    0 => rows.train.push(row),
                    _ => rows.validation.push(row),
                });
                Ok(vec![rows])
            }
            FoldRule::GroupKFold { k } => {
                if groups.len() != rows {
                    return Err(Error::data(format!("groupKFold: {} groups for {rows} rows", groups.len())));
                }
                let fold = balanced(k, groups)?;
                gathered(k, rows, |row| fold[groups[row] as usize])
            }
            FoldRule::TimeSeriesSplit { k, gap, test_size, max_train_size } => {
                let test = test_size.unwrap_or(rows / (k + 1));
                let tests = test.checked_mul(k).filter(|tests| test > 0 && *tests < rows.saturating_sub(gap));
                let Some(tests) = tests else {
                    let text = format!(
                        "timeSeriesSplit: {k} times {} rows to validate on and a gap of {gap} need more than {rows} rows",
                        test.max(1)
                    );
                    return Err(Error::data(text));
                };
                (0..k)
                    .map(|fold| {
                        let begin = rows - tests + fold * test;
                        let end = begin - gap;
                        let first = end - max_train_size.unwrap_or(end).clamp(1, end);
                        Ok(FoldRows { train: range(first, end)?, validation: range(begin, begin + test)? })
                    })
                    .collect()
            }
        }
    }
}

fn range(begin: usize, end: usize) -> Result<Vec<u32>> {
    let mut rows = reserve("timeSeriesSplit", end - begin)?;
    rows.extend(begin as u32..end as u32);
    Ok(rows)
}

/// Every row is validated on in its fold and trained on in the others, in order.
fn gathered(k: usize, rows: usize, fold: impl Fn(usize) -> usize) -> Result<Vec<FoldRows>> {
    let mut sizes = vec![0; k];
    (0..rows).for_each(|row| sizes[fold(row)] += 1);
    let parts = sizes.into_iter().flat_map(|size| [rows - size, size]).map(|size| reserve("kFold", size));
    let mut parts = parts.collect::<Result<Vec<_>>>()?;
    (0..rows).for_each(|row| partition::hand_out(&mut parts, row as u32, fold(row)));
    let pairs = parts.chunks_exact_mut(2);
    Ok(pairs.map(|pair| FoldRows { train: take(&mut pair[0]), validation: take(&mut pair[1]) }).collect())
}

/// The fold of each group, as scikit-learn's `GroupKFold`: groups by size, the largest (among equals the last) first, each to
/// the fold with the fewest rows (among equals the first).
fn balanced(k: usize, groups: &[u32]) -> Result<Vec<usize>> {
    let mut sizes = vec![0_usize; groups.iter().max().map_or(0, |group| *group as usize + 1)];
    groups.iter().for_each(|group| sizes[*group as usize] += 1);
    if k < 2 || k > sizes.len() {
        return Err(Error::data(format!("groupKFold: {k} folds need at least {k} groups, received {}", sizes.len())));
    }
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|group| sizes[*group]);
    let mut weights = vec![0_usize; k];
    let mut fold = vec![0; sizes.len()];
    for group in order.into_iter().rev() {
        let lightest = (0..k).min_by_key(|fold| weights[*fold]).unwrap_or(0);
        weights[lightest] += sizes[group];
        fold[group] = lightest;
    }
    Ok(fold)
}
