//! `recall`: of the rows of a class, the share that are predicted to be. Option `average`.

use super::confusion::{Confusion, recall};
use super::{Metric, Setting};
use crate::Result;

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    Confusion::averaged(setting, recall)
}
