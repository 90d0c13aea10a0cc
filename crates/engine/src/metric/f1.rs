//! `f1`: the harmonic mean of precision and recall of each class. Option `average`.

use super::confusion::{Confusion, f1};
use super::{Metric, Setting};
use crate::Result;

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    Confusion::averaged(setting, f1)
}
