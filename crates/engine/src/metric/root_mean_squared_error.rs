//! `rootMeanSquaredError`: the square root of the mean over rows and outputs of (prediction − target)².

use super::errors::Errors;
use super::{Metric, Prediction};
use crate::Result;

pub(super) fn create(prediction: Prediction) -> Result<Box<dyn Metric>> {
    Errors::create("rootMeanSquaredError", prediction, |difference| difference * difference, f64::sqrt)
}
