//! `matthewsCorrelation`: the correlation of classes and predicted classes, in [−1, 1] (Gorodkin 2004 for more than two);
//! 0 where one of them does not vary.

use super::confusion::Confusion;
use super::{Metric, Setting};
use crate::Result;

pub(super) fn create(setting: &Setting<'_>) -> Result<Box<dyn Metric>> {
    Confusion::whole(setting, |confusion| {
        let n = confusion.total();
        let (mut right, mut both, mut predicted, mut present) = (0.0, 0.0, 0.0, 0.0);
        for c in confusion.classes() {
            right += c.hits;
            both += c.predicted * c.present;
            predicted += c.predicted * c.predicted;
            present += c.present * c.present;
        }
        let spread = (n * n - predicted) * (n * n - present);
        if spread > 0.0 { (right * n - both) / spread.sqrt() } else { 0.0 }
    })
}
