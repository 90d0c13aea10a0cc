//! `meanAbsoluteError`: the mean over rows and outputs of |prediction − target|.

use super::errors::Errors;
use super::{Metric, Prediction};
use crate::Result;

pub(super) fn create(prediction: Prediction) -> Result<Box<dyn Metric>> {
    Errors::create("meanAbsoluteError", prediction, f64::abs, |mean| mean)
}
