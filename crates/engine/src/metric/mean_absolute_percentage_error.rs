//! `meanAbsolutePercentageError`: the mean over rows and outputs of |prediction − target| / max(|target|, 2⁻⁵²), as a share, not in percent
//! (as in scikit-learn).

use super::errors::Errors;
use super::{Metric, Setting};
use crate::Result;

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    Errors::create(setting, |p, t| (p - t).abs() / t.abs().max(f64::EPSILON), |mean| mean)
}
