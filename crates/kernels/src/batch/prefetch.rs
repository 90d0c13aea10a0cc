//! A hint that rows will be read soon.

/// Bytes that come into the cache together.
const LINE: usize = 64;

/// Asks for rows of `width` bytes each, `src` being row 0, to be brought into the second-level cache: call it for the next
/// batch while there is arithmetic to do. A hint only: it reads nothing, and rows outside the data do no harm.
#[inline]
pub fn prefetch(width: usize, indices: &[u32], src: *const u8) {
    for row in indices {
        let start = src.wrapping_add(*row as usize * width);
        let mut at = 0;
        while at < width {
            line(start.wrapping_add(at));
            at += LINE;
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn line(p: *const u8) {
    use core::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
    // SAFETY: a prefetch never faults, whatever the address.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(p.cast()) }
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
fn line(p: *const u8) {
    // SAFETY: a prefetch never faults, whatever the address, and changes neither registers nor memory.
    unsafe { core::arch::asm!("prfm pldl2keep, [{p}]", p = in(reg) p, options(nostack, readonly, preserves_flags)) }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
#[inline(always)]
fn line(_: *const u8) {}
