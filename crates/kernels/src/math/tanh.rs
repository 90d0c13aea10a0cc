//! The hyperbolic tangent.

use super::{exp, horner};
use crate::simd::Lanes;

/// tanh x; ±1 at ±∞, ±0 at ±0.
///
/// An odd polynomial below 0.625, else 1 - 2 / (e^2|x| + 1) (Moshier's Cephes, `tanhf`).
///
/// # Safety
/// The contract of [`Lanes`].
#[inline(always)]
pub unsafe fn tanh<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let one = V::splat(1.0);
        let a = x.abs();
        let far = one.sub(V::splat(2.0).div(exp(a.add(a)).add(one)));
        let s = x.mul(x);
        let p = horner(s, [-0.005_704_988_6, 0.020_639_09, -0.053_739_716, 0.133_314_42, -0.333_332_8]);
        let near = p.mul(s).fma(a, a);
        V::select(a.lt(V::splat(0.625)), near, far).copysign(x)
    }
}
