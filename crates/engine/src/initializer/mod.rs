//! Initial weights as functions of (initializer, shape, seed, name).
//!
//! Element `i` of a parameter is a function of the seed, the parameter's name, its shape and `i` alone, so adding a layer
//! does not change the weights of another. Everything is computed in 64 bits and rounded once. Definitions are those of
//! Keras.

mod orthogonal;
mod parse;

use downslope_kernels::random::{Stream, inverse_normal};
use serde::Deserialize;
use serde_json::Value;

use crate::{Error, Result};

/// How a parameter starts.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub enum Initializer {
    /// Uniform within ±√(6 / (in + out)) (Glorot, Bengio 2010).
    GlorotUniform,
    /// Truncated normal of deviation √(2 / (in + out)) (Glorot, Bengio 2010).
    GlorotNormal,
    /// Uniform within ±√(6 / in) (He et al. 2015).
    HeUniform,
    /// Truncated normal of deviation √(2 / in) (He et al. 2015).
    HeNormal,
    /// Truncated normal of deviation √(1 / in) (LeCun et al. 1998).
    LecunNormal,
    /// Orthonormal columns, or rows where there are fewer, times `gain` (Saxe et al. 2014).
    Orthogonal {
        /// Factor; default 1.
        gain: f64,
    },
    /// Uniform from `min` to `max`.
    Uniform {
        /// Lower bound; default −0.05.
        min: f64,
        /// Upper bound; default 0.05.
        max: f64,
    },
    /// Normal.
    Normal {
        /// Mean; default 0.
        mean: f64,
        /// Standard deviation; default 0.05.
        deviation: f64,
    },
    /// Normal, cut at two deviations from the mean, where `deviation` is that of the normal before the cut.
    TruncatedNormal {
        /// Mean; default 0.
        mean: f64,
        /// Standard deviation before the cut; default 0.05.
        deviation: f64,
    },
    /// All elements alike: `zeros`, `ones`, and `constant` with a `value`.
    Constant {
        /// The value.
        value: f64,
    },
}

/// The probability that a standard normal is below −2.
const BELOW_CUT: f64 = 0.022_750_131_948_179_21;
/// The deviation of a standard normal cut at ±2.
const CUT_DEVIATION: f64 = 0.879_625_661_034_239_8;

impl Initializer {
    /// The initial values of the parameter `name`, row-major. `shape` is that of the parameter: `[in, out]`,
    /// `[height, width, in, out]`, `[n]`, ….
    ///
    /// # Errors
    /// `ERR_SHAPE` for `orthogonal` with fewer than two axes.
    pub fn values(&self, shape: &[usize], seed: u64, name: &str) -> Result<Vec<f32>> {
        let stream = Stream::new(seed, &format!("initializer/{name}"));
        let length: usize = shape.iter().product();
        let (fan_in, fan_out) = fans(shape);
        let draw = |value: &dyn Fn(u64) -> f64| (0..length as u64).map(|i| value(i) as f32).collect();
        let uniform = |min: f64, max: f64| draw(&|i| min + (max - min) * stream.unit(i));
        let truncated = |mean: f64, deviation: f64| {
            draw(&|i| mean + deviation * inverse_normal(BELOW_CUT + (1.0 - 2.0 * BELOW_CUT) * stream.unit(i)))
        };
        let balanced = |scale: f64, fan: f64| {
            let limit = libm::sqrt(3.0 * scale / fan);
            uniform(-limit, limit)
        };
        let scaled = |scale: f64, fan: f64| truncated(0.0, libm::sqrt(scale / fan) / CUT_DEVIATION);
        let both = (fan_in + fan_out) / 2.0;
        Ok(match *self {
            Self::GlorotUniform => balanced(1.0, both),
            Self::GlorotNormal => scaled(1.0, both),
            Self::HeUniform => balanced(2.0, fan_in),
            Self::HeNormal => scaled(2.0, fan_in),
            Self::LecunNormal => scaled(1.0, fan_in),
            Self::Uniform { min, max } => uniform(min, max),
            Self::Normal { mean, deviation } => draw(&|i| mean + deviation * stream.normal(i)),
            Self::TruncatedNormal { mean, deviation } => truncated(mean, deviation),
            Self::Constant { value } => vec![value as f32; length],
            Self::Orthogonal { gain } => match shape {
                [rows @ .., columns] if !rows.is_empty() => {
                    orthogonal::matrix(rows.iter().product(), *columns, gain, |i| stream.normal(i))
                }
                _ => {
                    return Err(Error::shape(format!(
                        "initializer orthogonal: '{name}' must have at least two axes, received the shape {shape:?}"
                    )));
                }
            },
        })
    }
}

/// Inputs and outputs of one unit: all axes but the last two are places of a convolution.
fn fans(shape: &[usize]) -> (f64, f64) {
    let (fan_in, fan_out) = match *shape {
        [] => (1, 1),
        [n] => (n, n),
        [ref places @ .., inputs, outputs] => {
            let places: usize = places.iter().product();
            (places * inputs, places * outputs)
        }
    };
    (fan_in.max(1) as f64, fan_out.max(1) as f64)
}

#[cfg(test)]
mod tests;
