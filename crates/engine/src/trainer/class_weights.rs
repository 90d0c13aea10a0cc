//! Weights of rows that follow from their classes.

use std::sync::Arc;

use super::loop_options::ClassWeights;
use crate::data::{Dataset, Role, Values};
use crate::{Error, Result};

/// The weight of each row of the base: that of its class times its own.
///
/// # Errors
/// `ERR_OPTION` without labels, for another number of classes, weights that are negative, not finite in 32 bits, or zero for all rows.
pub fn row_weights(options: &ClassWeights, data: &Dataset, own: Option<&[f32]>) -> Result<Arc<[f32]>> {
    let Some((column, Values::U32(ids))) = data.column_of(Role::Label).map(|c| (c, &c.values)) else {
        return Err(Error::option("classWeights: the data set must have labels, received one without"));
    };
    let rows = |row: usize| ids[data.locate(row)] as usize;
    let weights: Vec<f32> = match options {
        ClassWeights::Given(weights) => {
            if weights.len() != column.classes {
                let (classes, received) = (column.classes, weights.len());
                return Err(Error::option(format!(
                    "classWeights must hold one number per class ({classes}), received {received}"
                )));
            }
            let good = |w: &f64| *w >= 0.0 && (*w as f32).is_finite();
            if let Some(bad) = weights.iter().position(|w| !good(w)) {
                let received = weights[bad];
                return Err(Error::option(format!("classWeights[{bad}] must be a number ≥ 0, received {received}")));
            }
            weights.iter().map(|w| *w as f32).collect()
        }
        ClassWeights::Named(_) => {
            let mut counts = vec![0_usize; column.classes];
            (0..data.rows()).for_each(|row| counts[rows(row)] += 1);
            let present = counts.iter().filter(|count| **count > 0).count();
            let balanced = |count: &usize| data.rows() as f64 / (present * count) as f64;
            counts.iter().map(|count| if *count == 0 { 0.0 } else { balanced(count) as f32 }).collect()
        }
    };
    let all: Arc<[f32]> = match own {
        Some(own) => ids.iter().zip(own).map(|(id, w)| weights[*id as usize] * w).collect(),
        None => ids.iter().map(|id| weights[*id as usize]).collect(),
    };
    if !(0..data.rows()).any(|row| all[data.locate(row)] > 0.0) {
        return Err(Error::option("classWeights: at least one row must have a weight above 0, received none"));
    }
    Ok(all)
}
