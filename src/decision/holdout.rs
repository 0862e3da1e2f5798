//! Who is held out: a keyed hash of the customer's identifier, so that every program that has the
//! policy holds out the same customers, today and in a year.

use super::offer::Holdout;

impl Holdout {
    /// Whether the customer with this identifier gets no offer. Blanks at its ends do not count.
    ///
    /// SipHash-2-4 of the identifier, as a share of 2^64, is below `fraction`. The two halves of
    /// its key are the hashes of the policy's key with the keys (0, 0) and (0, 1).
    pub fn holds_out(&self, identifier: &str) -> bool {
        let key = [0, 1].map(|half| siphash([0, half], self.key.as_bytes()));
        let hash = siphash(key, identifier.trim().as_bytes());
        // The highest 53 bits, which a double holds.
        ((hash >> 11) as f64 / (1u64 << 53) as f64) < self.fraction
    }
}

/// SipHash-2-4 of some bytes (Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF").
pub fn siphash(key: [u64; 2], bytes: &[u8]) -> u64 {
    let mut state = [
        key[0] ^ 0x736f_6d65_7073_6575,
        key[1] ^ 0x646f_7261_6e64_6f6d,
        key[0] ^ 0x6c79_6765_6e65_7261,
        key[1] ^ 0x7465_6462_7974_6573,
    ];
    let mut absorb = |word: u64| {
        state[3] ^= word;
        rounds(&mut state, 2);
        state[0] ^= word;
    };
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().for_each(|word| absorb(u64::from_le_bytes(*word)));
    // The length is the highest byte, whatever the number of bytes below it.
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    last[7] = bytes.len() as u8;
    absorb(u64::from_le_bytes(last));
    state[2] ^= 0xff;
    rounds(&mut state, 4);
    state.into_iter().fold(0, |hash, word| hash ^ word)
}

fn rounds([a, b, c, d]: &mut [u64; 4], times: usize) {
    for _ in 0..times {
        *a = a.wrapping_add(*b);
        *c = c.wrapping_add(*d);
        *b = b.rotate_left(13) ^ *a;
        *d = d.rotate_left(16) ^ *c;
        *a = a.rotate_left(32).wrapping_add(*d);
        *c = c.wrapping_add(*b);
        *b = b.rotate_left(17) ^ *c;
        *d = d.rotate_left(21) ^ *a;
        *c = c.rotate_left(32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `vectors_sip64` of the reference implementation: the first, and those of 1, 2, 3 and 15 bytes.
    #[test]
    fn the_published_vectors() {
        let key = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908];
        let bytes: Vec<u8> = (0..15).collect();
        for (length, hash) in [
            (0, 0x726f_db47_dd0e_0e31),
            (1, 0x74f8_39c5_93dc_67fd),
            (2, 0x0d6c_8009_d9a9_4f5a),
            (3, 0x8567_6696_d7fb_7e2d),
            (15, 0xa129_ca61_49be_45e5),
        ] {
            assert_eq!(siphash(key, &bytes[..length]), hash, "{length} bytes");
        }
    }

    #[test]
    #[expect(deprecated, reason = "the standard library's SipHash-2-4 is the reference")]
    fn hashes_are_those_of_the_standard_library() {
        use std::hash::{Hasher, SipHasher};
        let bytes: Vec<u8> = (0..600u32).map(|byte| (byte * 151 % 256) as u8).collect();
        for length in 0..600 {
            let mut hasher = SipHasher::new_with_keys(7, u64::MAX);
            hasher.write(&bytes[..length]);
            assert_eq!(siphash([7, u64::MAX], &bytes[..length]), hasher.finish(), "{length} bytes");
        }
    }

    #[test]
    fn the_share_is_the_fraction_and_keys_hold_out_others() {
        let held = |fraction, key: &str| -> Vec<bool> {
            let holdout = Holdout { fraction, key: key.into() };
            (0..20_000).map(|customer| holdout.holds_out(&format!("customer {customer}"))).collect()
        };
        let share = |held: &[bool]| held.iter().filter(|held| **held).count() as f64 / held.len() as f64;
        let (tenth, other) = (held(0.1, "spring"), held(0.1, "autumn"));
        // Three standard errors.
        assert!((share(&tenth) - 0.1).abs() < 0.0064 && (share(&other) - 0.1).abs() < 0.0064);
        let both: Vec<bool> = tenth.iter().zip(&other).map(|(a, b)| *a && *b).collect();
        assert!((share(&both) - 0.01).abs() < 0.0022, "{}", share(&both));
        // A larger share holds out the same customers and others.
        assert!(tenth.iter().zip(held(0.3, "spring")).all(|(small, large)| large || !small));
        assert_eq!((share(&held(0.0, "")), share(&held(1.0, ""))), (0.0, 1.0));
        let holdout = Holdout { fraction: 0.5, key: String::new() };
        assert_eq!(holdout.holds_out(" 7590-VHVEG\n"), holdout.holds_out("7590-VHVEG"));
    }
}
