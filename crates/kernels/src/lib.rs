//! Arithmetic on slices with the same bits on every instruction set and for any number of threads.
//!
//! The bit contract and what it costs are described in `docs/design/kernels.md`.

pub mod batch;
pub mod binary;
pub mod dropout;
pub mod elementwise;
pub mod gemm;
pub mod loss;
pub mod mat;
pub mod math;
pub mod memory;
pub mod noise;
pub mod random;
pub mod reduce;
pub mod simd;
pub mod table;
pub mod team;
pub mod update;

pub use mat::Mat;
pub use table::Kernels;
