//! Transposes, 16 by 16 floats at a time.

use super::micro::MicroKernel;
use crate::Mat;

/// The transpose of a matrix in either layout, in either layout.
#[inline(always)]
pub unsafe fn transpose<V: MicroKernel>(rows: usize, columns: usize, x: Mat, y: Mat, p0: usize, p1: usize) {
    for p in p0..p1.min(rows.div_ceil(16)) {
        // columns 16p.. of the result are rows 16p.. of the source
        let have = (rows - p * 16).min(16);
        let written = if y.is_panels() { 16 } else { have };
        for c0 in (0..columns).step_by(16) {
            let wide = (columns - c0).min(16);
            // SAFETY: `have` rows of `wide` floats of the source, `wide` rows of `written` floats of the result.
            unsafe {
                let from = x.ptr.add(c0 / 16 * x.panel + p * 16 * x.row).cast_const();
                let to = y.ptr.add(p * y.panel + c0 * y.row);
                if have == 16 && wide == 16 {
                    if x.is_panels() && y.is_panels() {
                        // distances that the compiler knows
                        V::transpose(from, 16, to, 16);
                    } else {
                        V::transpose(from, x.row, to, y.row);
                    }
                    continue;
                }
                if wide <= 4 {
                    for c in 0..wide {
                        let mut row = [0f32; 16];
                        for (r, value) in row.iter_mut().enumerate().take(have) {
                            *value = *from.add(r * x.row + c);
                        }
                        V::load(row.as_ptr()).store_first(to.add(c * y.row), written);
                    }
                    continue;
                }
                let (mut block, mut flipped) = ([0f32; 256], [0f32; 256]);
                for r in 0..have {
                    V::load_first(from.add(r * x.row), wide).store(block.as_mut_ptr().add(r * 16));
                }
                V::transpose(block.as_ptr(), 16, flipped.as_mut_ptr(), 16);
                for c in 0..wide {
                    V::load(flipped.as_ptr().add(c * 16)).store_first(to.add(c * y.row), written);
                }
            }
        }
    }
}
