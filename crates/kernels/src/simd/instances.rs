//! From one generic kernel to one function per instruction set.

/// A function pointer to one instance of a kernel, for one instruction set:
/// `instance!(Avx512, (n: usize, x: *mut f32) -> f32, kernel::<V>)`. Inside the last argument `V` names the lane type.
///
/// The instance carries the target feature, so that the kernel and all lane methods (all `#[inline(always)]`) inline into
/// it. Closures do not carry it: kernels are written with plain loops.
#[macro_export]
macro_rules! instance {
    (@body [$($feature:meta)?] $lanes:ident, ($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)?, $kernel:expr) => {{
        #[allow(clippy::too_many_arguments, reason = "as many as the kernel has")]
        $(#[$feature])?
        unsafe fn instance($($arg: $type),*) $(-> $ret)? {
            #[allow(dead_code, reason = "a kernel without arithmetic has no lanes")]
            type V = $crate::simd::$lanes;
            let kernel = $kernel;
            // SAFETY: the caller keeps the rules of the kernel, and chose an instruction set that the machine has.
            unsafe { kernel($($arg),*) }
        }
        instance
    }};
    (Scalar, $($rest:tt)*) => { $crate::instance!(@body [] Scalar, $($rest)*) };
    (Avx2, $($rest:tt)*) => { $crate::instance!(@body [target_feature(enable = "avx2,fma")] Avx2, $($rest)*) };
    (Avx512, $($rest:tt)*) => {
        $crate::instance!(
            @body [target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")] Avx512, $($rest)*
        )
    };
    (Neon, $($rest:tt)*) => { $crate::instance!(@body [target_feature(enable = "neon")] Neon, $($rest)*) };
}

/// A struct of function pointers with one constant per instruction set of the present architecture.
///
/// ```
/// use downslope_kernels::{instances, simd::Lanes};
///
/// #[inline(always)]
/// unsafe fn double<V: Lanes>(x: *mut f32) {
///     // SAFETY: 16 values at x.
///     unsafe { V::load(x).add(V::load(x)).store(x) }
/// }
///
/// instances! {
///     /// Kernels that double.
///     pub struct Doubling {
///         /// `x[0..16] *= 2`
///         double: fn(x: *mut f32) = double::<V>;
///     }
/// }
///
/// let mut x = [1.5; 16];
/// // SAFETY: the scalar instance runs everywhere.
/// unsafe { (Doubling::SCALAR.double)(x.as_mut_ptr()) };
/// assert_eq!(x, [3.0; 16]);
/// ```
#[macro_export]
macro_rules! instances {
    ($(#[$attr:meta])* $vis:vis struct $table:ident { $(
        $(#[$fattr:meta])* $name:ident: fn($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)? = $kernel:expr;
    )* }) => {
        $(#[$attr])*
        #[derive(Clone, Copy, Debug)]
        $vis struct $table { $( $(#[$fattr])* pub $name: unsafe fn($($arg: $type),*) $(-> $ret)?, )* }

        impl $table {
            /// The instances in plain Rust.
            pub const SCALAR: Self = Self { $(
                $name: $crate::instance!(Scalar, ($($arg: $type),*) $(-> $ret)?, $kernel),
            )* };
            /// The instances for AVX2 with FMA.
            #[cfg(target_arch = "x86_64")]
            pub const AVX2: Self = Self { $(
                $name: $crate::instance!(Avx2, ($($arg: $type),*) $(-> $ret)?, $kernel),
            )* };
            /// The instances for AVX-512.
            #[cfg(target_arch = "x86_64")]
            pub const AVX512: Self = Self { $(
                $name: $crate::instance!(Avx512, ($($arg: $type),*) $(-> $ret)?, $kernel),
            )* };
            /// The instances for NEON.
            #[cfg(target_arch = "aarch64")]
            pub const NEON: Self = Self { $(
                $name: $crate::instance!(Neon, ($($arg: $type),*) $(-> $ret)?, $kernel),
            )* };
        }
    };
}
