//! From a list of types to names, tables and instances.

/// What is to know about a function without running it.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name by which graphs ask for it.
    pub name: &'static str,
    /// True when the backward pass reads the output y, false when it reads the input x.
    pub from_output: bool,
    /// Names and defaults of the parameters, in the order of `p`.
    pub parameters: &'static [(&'static str, f32)],
}

impl Function {
    /// The parameters at their defaults, unused places 0.
    pub fn defaults(&self) -> [f32; 4] {
        core::array::from_fn(|i| self.parameters.get(i).map_or(0.0, |(_, value)| *value))
    }
}

/// The registry: `functions! { file::Type, … }`.
macro_rules! functions {
    ($($file:ident::$type:ident),* $(,)?) => {
        $( pub mod $file; )*

        /// All functions, by identity.
        pub static FUNCTIONS: &[Function] = &[$( Function {
            name: <$file::$type as Elementwise>::NAME,
            from_output: <$file::$type as Elementwise>::FROM_OUTPUT,
            parameters: <$file::$type as Elementwise>::PARAMETERS,
        } ),*];

        /// The names of all functions, by identity.
        pub const NAMES: &[&str] = &[$( <$file::$type as Elementwise>::NAME ),*];

        impl FunctionKernels {
            /// The instances of all functions in plain Rust.
            pub const SCALAR: &'static [FunctionKernels] = &[$( functions!(@instances Scalar, $file::$type) ),*];
            /// The instances of all functions for AVX2 with FMA.
            #[cfg(target_arch = "x86_64")]
            pub const AVX2: &'static [FunctionKernels] = &[$( functions!(@instances Avx2, $file::$type) ),*];
            /// The instances of all functions for AVX-512.
            #[cfg(target_arch = "x86_64")]
            pub const AVX512: &'static [FunctionKernels] = &[$( functions!(@instances Avx512, $file::$type) ),*];
            /// The instances of all functions for NEON.
            #[cfg(target_arch = "aarch64")]
            pub const NEON: &'static [FunctionKernels] = &[$( functions!(@instances Neon, $file::$type) ),*];
        }
    };
    (@instances $lanes:ident, $file:ident::$type:ident) => {
        FunctionKernels {
            forward: $crate::instance!(
                $lanes,
                (n: usize, x: *const f32, y: *mut f32, p: &[f32; 4]),
                drivers::forward::<V, $file::$type>
            ),
            backward: $crate::instance!(
                $lanes,
                (rows: usize, cols: usize, dy: $crate::Mat, v: $crate::Mat, dx: $crate::Mat, p: &[f32; 4]),
                drivers::backward::<V, $file::$type>
            ),
        }
    };
}
pub(super) use functions;
