//! Which part of an instruction each thread does. The parts never change a bit, so the choice is about speed alone.

/// Part `t` of `n` of `total`, in units.
#[inline]
pub fn part(total: usize, unit: usize, t: usize, n: usize) -> (usize, usize) {
    if n == 1 {
        return (0, total);
    }
    let units = total.div_ceil(unit);
    ((units * t / n * unit).min(total), (units * (t + 1) / n * unit).min(total))
}

/// Rows and panels of a product for thread `t`: panels of weights where there are enough of them, else rows.
pub fn product(m: usize, n: usize, t: usize, threads: usize) -> ((usize, usize), (usize, usize)) {
    let panels = n.div_ceil(16);
    if threads == 1 {
        ((0, m), (0, panels))
    } else if panels >= 2 * threads {
        // pairs of panels, as the widest tiles take them
        ((0, m), part(panels, 2, t, threads))
    } else {
        (part(m, 1, t, threads), (0, panels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_everything_once() {
        for total in [0, 1, 2, 15, 16, 17, 33, 1000] {
            for unit in [1, 2, 16, 64] {
                for n in 1..5 {
                    let mut at = 0;
                    for t in 0..n {
                        let (from, to) = part(total, unit, t, n);
                        assert_eq!(from, at);
                        at = to;
                    }
                    assert_eq!(at, total);
                }
            }
        }
    }
}
