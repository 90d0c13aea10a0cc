//! From a list of rules to tables and instances.

/// One of the forms a rule takes, depending on its flags.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The names of its states, as checkpoints store them; at most three.
    pub states: &'static [&'static str],
}

/// Says which of a rule's flags are on.
pub type Flags<'a> = &'a dyn Fn(&str) -> bool;

/// The scalar side of a rule: everything but the loop over weights.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// The numbers it takes, `learningRate` first, in the order of the row handed to `prepare`.
    pub hyperparameters: &'static [&'static str],
    /// The switches that pick a variant.
    pub flags: &'static [&'static str],
    /// True when `weightDecay` shrinks the weights directly ([`UpdateScalars::shrink`](super::UpdateScalars::shrink) =
    /// 1 - learningRate · weightDecay), false when it is added to the gradient
    /// ([`UpdateScalars::l2`](super::UpdateScalars::l2)).
    pub decoupled: bool,
    /// The variant for these flags, an index into `variants`.
    pub variant: fn(flag: Flags) -> usize,
    /// All forms of the rule.
    pub variants: &'static [Variant],
    /// Numbers that `prepare` carries from step to step, with their first values; a run is continued with them.
    pub carried: &'static [f64],
    /// The constants of a step for the vector side, computed in f64. `row` is in the order of `hyperparameters`, `step`
    /// counts from 0, `carried` holds what the step before left there.
    pub prepare: fn(row: &[f64], step: u64, variant: usize, carried: &mut [f64]) -> [f32; 8],
}

/// The registry: `rules! { file: Variant, …; … }`, the variants in the order of `RULE.variants`.
macro_rules! rules {
    ($($file:ident: $($variant:ident),*;)*) => {
        $( pub mod $file; )*

        /// All rules, by identity.
        pub static RULES: &[Rule] = &[$( $file::RULE ),*];

        impl VariantKernels {
            /// The instances of all rules in plain Rust, by rule and variant.
            pub const SCALAR: &'static [&'static [VariantKernels]] =
                &[$( &[$( rules!(@instances Scalar, $file::$variant) ),*] ),*];
            /// The instances of all rules for AVX2 with FMA, by rule and variant.
            #[cfg(target_arch = "x86_64")]
            pub const AVX2: &'static [&'static [VariantKernels]] =
                &[$( &[$( rules!(@instances Avx2, $file::$variant) ),*] ),*];
            /// The instances of all rules for AVX-512, by rule and variant.
            #[cfg(target_arch = "x86_64")]
            pub const AVX512: &'static [&'static [VariantKernels]] =
                &[$( &[$( rules!(@instances Avx512, $file::$variant) ),*] ),*];
            /// The instances of all rules for NEON, by rule and variant.
            #[cfg(target_arch = "aarch64")]
            pub const NEON: &'static [&'static [VariantKernels]] =
                &[$( &[$( rules!(@instances Neon, $file::$variant) ),*] ),*];
        }
    };
    (@instances $lanes:ident, $file:ident::$variant:ident) => {
        VariantKernels {
            states: <$file::$variant as Update>::STATES,
            plain: rules!(@instance $lanes, drivers::update::<V, $file::$variant, { drivers::PLAIN }>),
            scaled: rules!(@instance $lanes, drivers::update::<V, $file::$variant, { drivers::SCALED }>),
            full: rules!(@instance $lanes, drivers::update::<V, $file::$variant, { drivers::FULL }>),
            halves: if <$crate::simd::$lanes as $crate::gemm::MicroKernel>::BUSY && <$file::$variant as Update>::MIDDLE.is_long() {
                Some(Halves {
                    middle: <$file::$variant as Update>::MIDDLE,
                    begin: $crate::instance!(
                        $lanes,
                        (n: usize, w: *const f32, g: *const f32, states: [*mut f32; 3], c: &UpdateScalars, work: Work),
                        halves::begin::<V, $file::$variant>
                    ),
                    finish: $crate::instance!(
                        $lanes,
                        (n: usize, w: *mut f32, states: [*mut f32; 3], c: &UpdateScalars, work: Work),
                        halves::finish::<V, $file::$variant>
                    ),
                })
            } else {
                None
            },
        }
    };
    (@instance $lanes:ident, $kernel:expr) => {
        $crate::instance!(
            $lanes,
            (n: usize, w: *mut f32, g: *const f32, states: [*mut f32; 3], c: &UpdateScalars),
            $kernel
        )
    };
}
pub(super) use rules;
