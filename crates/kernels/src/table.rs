//! All kernels of one instruction set in one table, chosen once when a program is compiled.

use crate::batch::BatchKernels;
use crate::binary::{BinaryKernels, ChooseKernels};
use crate::dropout::DropoutKernels;
use crate::elementwise::{BasicKernels, FunctionKernels};
use crate::gemm::GemmKernels;
use crate::loss::{Loss, LossKernels};
use crate::noise::NoiseKernels;
use crate::reduce::{AxisKernels, ReduceKernels};
use crate::simd::Isa;
use crate::update::{LimitKernels, VariantKernels};

/// The instances of all kernels for one instruction set.
///
/// They are `unsafe fn` on raw pointers, because buffers are updated in place and one matrix is written by several threads
/// in disjoint columns. Each field says what must be valid and what may overlap. All kernels of a table may be called only
/// on a machine that has the instruction set, which is true of what [`Isa::available`], [`Isa::select`] and
/// [`Isa::active`] return.
#[derive(Clone, Copy, Debug)]
pub struct Kernels {
    /// The instruction set.
    pub isa: Isa,
    /// Functions of one number, by the identity that [`crate::elementwise::find`] returns.
    pub functions: &'static [FunctionKernels],
    /// Functions of two numbers, by the identity that [`crate::binary::find`] returns.
    pub binaries: &'static [BinaryKernels],
    /// Choices between numbers.
    pub choose: ChooseKernels,
    /// Sums and extremes along an axis.
    pub axis: AxisKernels,
    /// Small arithmetic over slices.
    pub basic: BasicKernels,
    /// The matrix product.
    pub gemm: GemmKernels,
    /// Update rules, by the identity that [`crate::update::find`] returns, then by variant.
    pub rules: &'static [&'static [VariantKernels]],
    /// Norms of gradients, limits of weights.
    pub limit: LimitKernels,
    /// Sums, maxima, softmax.
    pub reduce: ReduceKernels,
    /// Losses of rows with their gradients, by the identity that [`crate::loss::find`] returns.
    pub loss: &'static [Loss],
    /// Assembling a batch.
    pub batch: BatchKernels,
    /// Dropout masks.
    pub dropout: DropoutKernels,
    /// Random noise.
    pub noise: NoiseKernels,
    // a new room of kernels: its struct made by `instances!` here, one line in the macro below
}

macro_rules! table {
    ($isa:ident, $constant:ident) => {
        Kernels {
            isa: Isa::$isa,
            functions: FunctionKernels::$constant,
            binaries: BinaryKernels::$constant,
            choose: ChooseKernels::$constant,
            axis: AxisKernels::$constant,
            basic: BasicKernels::$constant,
            gemm: GemmKernels::$constant,
            rules: VariantKernels::$constant,
            limit: LimitKernels::$constant,
            reduce: ReduceKernels::$constant,
            loss: LossKernels::$constant,
            batch: BatchKernels::$constant,
            dropout: DropoutKernels::$constant,
            noise: NoiseKernels::$constant,
        }
    };
}

static SCALAR: Kernels = table!(Scalar, SCALAR);
#[cfg(target_arch = "x86_64")]
static AVX2: Kernels = table!(Avx2, AVX2);
#[cfg(target_arch = "x86_64")]
static AVX512: Kernels = table!(Avx512, AVX512);
#[cfg(target_arch = "aarch64")]
static NEON: Kernels = table!(Neon, NEON);

impl Kernels {
    /// The table of an instruction set; that of [`Isa::Scalar`] for one of another architecture.
    pub fn get(isa: Isa) -> &'static Kernels {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => &AVX2,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => &AVX512,
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => &NEON,
            _ => &SCALAR,
        }
    }
}
