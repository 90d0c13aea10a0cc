//! What a lane type must give.

/// Lanes of the virtual vector, on every instruction set.
pub const LANES: usize = 16;

/// The least magnitude that [`Lanes::cut`] leaves, 2⁻¹¹¹ or about 4e-34: far enough above the denormals that a factor of 1e-4 does not reach them, and a
/// power of two whose exponent, 16, lets one test of bits tell.
pub const LEAST: f32 = f32::from_bits(16 << 23);

/// 16 lanes of `f32`.
///
/// # Safety
/// One rule for all methods: the caller runs inside a function that has the target feature of the implementation, on a
/// machine that has it; pointers are valid for the lanes named, with no need of alignment. Counts `n` above 16 mean 16.
#[expect(clippy::missing_safety_doc, reason = "one rule for all methods, stated at the trait")]
pub trait Lanes: Copy {
    /// One truth value a lane.
    type Mask: Copy;
    /// The same 16 lanes as `u32`.
    type Int: Ints;

    /// All lanes +0.
    unsafe fn zero() -> Self;
    /// All lanes `x`.
    unsafe fn splat(x: f32) -> Self;
    /// Lane i is `p[i]`.
    unsafe fn load(p: *const f32) -> Self;
    /// Lane i is `p[i]` for i < n, else 0; memory from `p[n]` on is not touched.
    unsafe fn load_first(p: *const f32, n: usize) -> Self;
    /// `p[i]` becomes lane i.
    unsafe fn store(self, p: *mut f32);
    /// `p[i]` becomes lane i for i < n; memory from `p[n]` on is not touched.
    unsafe fn store_first(self, p: *mut f32, n: usize);
    /// Lane i is the byte `p[i]`, 0 to 255.
    unsafe fn load_u8(p: *const u8) -> Self;
    /// Lane i is the byte `p[i]` for i < n, else 0; memory from `p[n]` on is not touched.
    unsafe fn load_u8_first(p: *const u8, n: usize) -> Self;

    /// self + b
    unsafe fn add(self, b: Self) -> Self;
    /// self - b
    unsafe fn sub(self, b: Self) -> Self;
    /// self · b
    unsafe fn mul(self, b: Self) -> Self;
    /// self / b, correctly rounded
    unsafe fn div(self, b: Self) -> Self;
    /// √self, correctly rounded
    unsafe fn sqrt(self) -> Self;
    /// self · b + c, rounded once
    unsafe fn fma(self, b: Self, c: Self) -> Self;
    /// c - self · b, rounded once
    unsafe fn fnma(self, b: Self, c: Self) -> Self;
    /// The sign bit flipped.
    unsafe fn neg(self) -> Self;
    /// The sign bit cleared.
    unsafe fn abs(self) -> Self;
    /// The magnitude of self with the sign bit of `s`.
    unsafe fn copysign(self, s: Self) -> Self;
    /// self > b ? self : b (so `b` when either is NaN or both are zero)
    unsafe fn larger(self, b: Self) -> Self;
    /// self < b ? self : b (so `b` when either is NaN or both are zero)
    unsafe fn smaller(self, b: Self) -> Self;
    /// The smaller of |self| and m. Where self is NaN it may be either: a bound that is only compared with.
    #[inline(always)]
    unsafe fn least_magnitude(self, m: Self) -> Self {
        // SAFETY: the rule of the trait.
        unsafe { self.abs().smaller(m) }
    }
    /// self, but 0 where |self| < [`LEAST`].
    #[inline(always)]
    unsafe fn cut(self) -> Self {
        // SAFETY: the rule of the trait.
        unsafe { Self::select(self.abs().lt(Self::splat(LEAST)), Self::zero(), self) }
    }
    /// Lanes from n on become 0.
    unsafe fn keep_first(self, n: usize) -> Self;

    /// self > b, false for NaN
    unsafe fn gt(self, b: Self) -> Self::Mask;
    /// self < b, false for NaN
    unsafe fn lt(self, b: Self) -> Self::Mask;
    /// self ≥ b, false for NaN
    unsafe fn ge(self, b: Self) -> Self::Mask;
    /// self = b, false for NaN; -0 equals +0
    unsafe fn eq(self, b: Self) -> Self::Mask;
    /// mask ? a : b
    unsafe fn select(mask: Self::Mask, a: Self, b: Self) -> Self;
    /// True for lanes below n.
    unsafe fn mask_first(n: usize) -> Self::Mask;
    /// a and b
    unsafe fn mask_and(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// a or b
    unsafe fn mask_or(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// not a
    unsafe fn mask_not(a: Self::Mask) -> Self::Mask;
    /// Bit i is lane i.
    unsafe fn mask_bits(a: Self::Mask) -> u32;

    /// The bits of each lane.
    unsafe fn bits(self) -> Self::Int;
    /// The lanes with these bits.
    unsafe fn from_bits(b: Self::Int) -> Self;
    /// Each lane read as `i32` and converted, to nearest even.
    unsafe fn from_i32(b: Self::Int) -> Self;
    /// a < b, unsigned
    unsafe fn int_lt(a: Self::Int, b: Self::Int) -> Self::Mask;

    /// The sum of all lanes in one fixed tree: i with i + 8, then i + 4, i + 2, i + 1.
    unsafe fn sum(self) -> f32;
    /// The maximum by [`Lanes::larger`] in the tree of [`Lanes::sum`], the lower lane first.
    unsafe fn max(self) -> f32;
}

/// 16 lanes of `u32` with wrapping arithmetic. The rule of [`Lanes`] holds.
#[expect(clippy::missing_safety_doc, reason = "the rule of `Lanes`")]
pub trait Ints: Copy {
    /// All lanes `x`.
    unsafe fn splat(x: u32) -> Self;
    /// Lane i is `p[i]`.
    unsafe fn load(p: *const u32) -> Self;
    /// `p[i]` becomes lane i.
    unsafe fn store(self, p: *mut u32);
    /// self + b
    unsafe fn add(self, b: Self) -> Self;
    /// self - b
    unsafe fn sub(self, b: Self) -> Self;
    /// self & b
    unsafe fn and(self, b: Self) -> Self;
    /// self | b
    unsafe fn or(self, b: Self) -> Self;
    /// self ^ b
    unsafe fn xor(self, b: Self) -> Self;
    /// self << n, n below 32 and a constant after inlining
    unsafe fn shl(self, n: u32) -> Self;
    /// self >> n, zeros shifted in
    unsafe fn shr(self, n: u32) -> Self;
    /// self >> n, the sign bit shifted in
    unsafe fn sar(self, n: u32) -> Self;
    /// The 64-bit product as (high 32 bits, low 32 bits).
    unsafe fn mul_wide(self, b: Self) -> (Self, Self);
}
