//! The counter-based generator Philox 4x32 with ten rounds.

const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3. SC 2011): four random
/// words as a bijection of `counter`, one bijection per `key`.
#[inline]
#[must_use]
pub fn philox4x32(key: [u32; 2], counter: [u32; 4]) -> [u32; 4] {
    let [mut k0, mut k1] = key;
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    for _ in 0..ROUNDS {
        let p0 = u64::from(MULTIPLIER[0]) * u64::from(c0);
        let p1 = u64::from(MULTIPLIER[1]) * u64::from(c2);
        (c0, c1, c2, c3) = ((p1 >> 32) as u32 ^ c1 ^ k0, p1 as u32, (p0 >> 32) as u32 ^ c3 ^ k1, p0 as u32);
        k0 = k0.wrapping_add(WEYL[0]);
        k1 = k1.wrapping_add(WEYL[1]);
    }
    [c0, c1, c2, c3]
}

#[cfg(test)]
mod tests {
    use super::philox4x32;

    /// The lines `philox4x32 10` of `kat_vectors` in Random123.
    #[test]
    fn known_answers() {
        assert_eq!(philox4x32([0; 2], [0; 4]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox4x32([u32::MAX; 2], [u32::MAX; 4]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            philox4x32([0xa409_3822, 0x299f_31d0], [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn every_input_bit_changes_about_half_of_the_output() {
        let base = philox4x32([1, 2], [3, 4, 5, 6]);
        let flips = |other: [u32; 4]| base.iter().zip(other).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
        for bit in 0..32 {
            for word in 0..4 {
                let mut counter = [3, 4, 5, 6];
                counter[word] ^= 1 << bit;
                assert!((32..=96).contains(&flips(philox4x32([1, 2], counter))));
            }
            for word in 0..2 {
                let mut key = [1, 2];
                key[word] ^= 1 << bit;
                assert!((32..=96).contains(&flips(philox4x32(key, [3, 4, 5, 6]))));
            }
        }
    }
}
