//! `meanSquaredError`: the mean over rows and outputs of (prediction − target)².

use super::errors::Errors;
use super::{Metric, Prediction};
use crate::Result;

pub(super) fn create(prediction: Prediction) -> Result<Box<dyn Metric>> {
    Errors::create("meanSquaredError", prediction, |difference| difference * difference, |mean| mean)
}
