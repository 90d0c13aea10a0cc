//! `balancedAccuracy`: the mean recall of the classes that have rows.

use super::confusion::{Confusion, recall};
use super::{Metric, Setting};
use crate::Result;

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    Confusion::whole(setting, |confusion| {
        let present = || confusion.classes().filter(|c| c.present > 0.0);
        present().map(recall).sum::<f64>() / present().count() as f64
    })
}
