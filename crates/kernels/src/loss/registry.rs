//! From a list of types to names, tables and instances.

/// What the outputs that a loss takes mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// Numbers on the scale of the targets, or of their logarithm.
    Numbers,
    /// Logits of classes that exclude each other; a row is one axis.
    Logits,
    /// For each output the logit of a decision of its own.
    Decisions,
    /// For each output a number above 0 where the answer is yes; there is no probability.
    Scores,
}

/// Which targets a loss has a minimum for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Targets {
    /// All numbers.
    Numbers,
    /// Numbers in [0, 1].
    Probabilities,
    /// Numbers ≥ 0.
    NotNegative,
    /// -1 and 1.
    Signs,
}

/// Whether class ids may be targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Labels {
    /// They may not.
    None,
    /// One class of as many as there are outputs.
    Classes,
    /// One of two classes for one output; what they count as.
    Binary([f32; 2]),
}

/// What is to know about a loss without running it.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The name by which graphs ask for it.
    pub name: &'static str,
    /// Names and defaults of the parameters, all above 0, in the order of `p`.
    pub parameters: &'static [(&'static str, f32)],
    /// What it takes.
    pub outputs: Outputs,
    /// What it compares with.
    pub targets: Targets,
    /// Whether ids may be targets.
    pub labels: Labels,
}

/// The registry: `losses! { file::Type, … }`.
macro_rules! losses {
    ($($file:ident::$type:ident),* $(,)?) => {
        $( mod $file; )*

        /// All losses, by identity.
        pub static LOSSES: &[About] = &[$( <$file::$type as RowLoss>::ABOUT ),*];

        /// The instances of all losses for one instruction set; the rules of [`Loss`] hold for all.
        #[derive(Clone, Copy, Debug)]
        pub struct LossKernels;

        impl LossKernels {
            /// The instances in plain Rust.
            pub const SCALAR: &'static [Loss] = &[$( losses!(@instance Scalar, $file::$type) ),*];
            /// The instances for AVX2 with FMA.
            #[cfg(target_arch = "x86_64")]
            pub const AVX2: &'static [Loss] = &[$( losses!(@instance Avx2, $file::$type) ),*];
            /// The instances for AVX-512.
            #[cfg(target_arch = "x86_64")]
            pub const AVX512: &'static [Loss] = &[$( losses!(@instance Avx512, $file::$type) ),*];
            /// The instances for NEON.
            #[cfg(target_arch = "aarch64")]
            pub const NEON: &'static [Loss] = &[$( losses!(@instance Neon, $file::$type) ),*];
        }
    };
    (@instance $lanes:ident, $file:ident::$type:ident) => {
        $crate::instance!($lanes, (job: LossJob), <$file::$type as RowLoss>::kernel::<V>)
    };
}
pub(super) use losses;
