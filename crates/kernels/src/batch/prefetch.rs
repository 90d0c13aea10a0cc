//! A hint that rows will be read soon.

/// Asks for one cache line to be brought into the second-level cache: call it while there is arithmetic to do. A hint only: it reads
/// nothing, and an address outside the data does no harm.
#[inline(always)]
pub fn prefetch_line(p: *const u8) {
    line::<false>(p);
}

/// The same into the first-level cache, for what is read within a thousand instructions or so.
#[inline(always)]
pub(crate) fn prefetch_near(p: *const u8) {
    line::<true>(p);
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn line<const NEAR: bool>(p: *const u8) {
    use core::arch::x86_64::{_MM_HINT_T0, _MM_HINT_T1, _mm_prefetch};
    // SAFETY: a prefetch never faults, whatever the address.
    unsafe {
        if NEAR {
            _mm_prefetch::<_MM_HINT_T0>(p.cast());
        } else {
            _mm_prefetch::<_MM_HINT_T1>(p.cast());
        }
    }
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn line<const NEAR: bool>(p: *const u8) {
    // SAFETY: a prefetch never faults, whatever the address, and changes neither registers nor memory.
    unsafe {
        if NEAR {
            core::arch::asm!("prfm pldl1keep, [{p}]", p = in(reg) p, options(nostack, readonly, preserves_flags));
        } else {
            core::arch::asm!("prfm pldl2keep, [{p}]", p = in(reg) p, options(nostack, readonly, preserves_flags));
        }
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(always)]
fn line<const NEAR: bool>(_: *const u8) {}
