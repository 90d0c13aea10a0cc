//! `meanSquaredError`: the mean over rows and outputs of (prediction − target)².

use super::errors::Errors;
use super::{Metric, Setting};
use crate::Result;

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    Errors::create(setting, |p, t| (p - t) * (p - t), |mean| mean)
}
