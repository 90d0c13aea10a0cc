//! From a list of types to names, tables and instances.

/// What is to know about a function of two numbers without running it.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name by which graphs ask for it.
    pub name: &'static str,
    /// Whether it has a gradient.
    pub smooth: bool,
}

/// The registry: `binaries! { file::Type, … }`.
macro_rules! binaries {
    ($($file:ident::$type:ident),* $(,)?) => {
        $( pub mod $file; )*

        /// All functions of two numbers, by identity.
        pub static FUNCTIONS: &[Function] = &[$( Function {
            name: <$file::$type as Binary>::NAME,
            smooth: <$file::$type as Binary>::SMOOTH,
        } ),*];

        impl BinaryKernels {
            /// The instances of all functions in plain Rust.
            pub const SCALAR: &'static [BinaryKernels] = &[$( binaries!(@instances Scalar, $file::$type) ),*];
            /// The instances of all functions for AVX2 with FMA.
            #[cfg(target_arch = "x86_64")]
            pub const AVX2: &'static [BinaryKernels] = &[$( binaries!(@instances Avx2, $file::$type) ),*];
            /// The instances of all functions for AVX-512.
            #[cfg(target_arch = "x86_64")]
            pub const AVX512: &'static [BinaryKernels] = &[$( binaries!(@instances Avx512, $file::$type) ),*];
            /// The instances of all functions for NEON.
            #[cfg(target_arch = "aarch64")]
            pub const NEON: &'static [BinaryKernels] = &[$( binaries!(@instances Neon, $file::$type) ),*];
        }
    };
    (@instances $lanes:ident, $file:ident::$type:ident) => {
        BinaryKernels {
            forward: $crate::instance!(
                $lanes,
                (n: usize, a: *const f32, b: *const f32, y: *mut f32),
                drivers::forward::<V, $file::$type>
            ),
            gradient_a: $crate::instance!(
                $lanes,
                (n: usize, dy: *const f32, a: *const f32, b: *const f32, d: *mut f32),
                drivers::gradient::<V, $file::$type, false>
            ),
            gradient_b: $crate::instance!(
                $lanes,
                (n: usize, dy: *const f32, a: *const f32, b: *const f32, d: *mut f32),
                drivers::gradient::<V, $file::$type, true>
            ),
        }
    };
}
pub(super) use binaries;
