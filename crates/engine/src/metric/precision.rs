//! `precision`: of the rows that are predicted to be of a class, the share that are. Option `average`.

use super::confusion::{Confusion, precision};
use super::{Metric, Setting};
use crate::Result;

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    Confusion::averaged(setting, precision)
}
