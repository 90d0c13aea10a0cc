//! Gaussian processes for tuning: pure Rust in f64, without FMA, with bits that do not depend on the machine.
//!
//! [`coordinates`] makes rows of points and [`outcomes`] values of trials; [`fit`] chooses a [`kernel`]'s parameters;
//! [`model`] has mean and variance; [`acquisition`] says what a trial would be worth and [`search`] where it is worth most.

pub mod acquisition;
pub mod coordinates;
pub mod factor;
pub mod fit;
pub mod kernel;
pub mod lattice;
pub mod lbfgs;
pub mod model;
pub mod outcomes;
pub mod search;
pub mod values;

#[cfg(test)]
mod tests;
