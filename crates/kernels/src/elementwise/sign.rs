//! The sign.

use super::Elementwise;
use crate::simd::Lanes;

/// 1 above 0, -1 below, x itself at ±0 and NaN; the derivative is 0 everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Sign;

/// The function.
#[inline(always)]
pub(crate) unsafe fn sign<V: Lanes>(x: V) -> V {
    // SAFETY: the contract of `Lanes`.
    unsafe {
        let one = V::splat(1.0);
        V::select(x.gt(V::zero()), one, V::select(x.lt(V::zero()), one.neg(), x))
    }
}

impl Elementwise for Sign {
    const NAME: &'static str = "sign";
    const FROM_OUTPUT: bool = true;
    const PARAMETERS: &'static [(&'static str, f32)] = &[];

    #[inline(always)]
    unsafe fn forward<V: Lanes>(x: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { sign(x) }
    }

    #[inline(always)]
    unsafe fn backward<V: Lanes>(_: V, _: V, _: &[f32; 4]) -> V {
        // SAFETY: the contract of `Lanes`.
        unsafe { V::zero() }
    }
}
