//! Random numbers from a seed, the same on every machine: SplitMix64 (Steele, Lea and Flood 2014,
//! "Fast splittable pseudorandom number generators", section 4).

/// A generator; its sequence follows from the seed.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    /// A number from 0 to `bound - 1`; biased by less than `bound / 2^32`.
    pub fn below(&mut self, bound: u32) -> u32 {
        (((self.next() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// A number from 0 to 1, 1 excluded.
    pub fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sequence() {
        // First numbers of the reference implementation (Vigna, splitmix64.c) with seed 1234567.
        let mut random = Random::new(1_234_567);
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn numbers_keep_their_bounds_and_their_mean() {
        let mut random = Random::new(3);
        let mut sum = 0.0;
        for _ in 0..10_000 {
            assert!(random.below(7) < 7);
            let fraction = random.fraction();
            assert!((0.0..1.0).contains(&fraction));
            sum += fraction;
        }
        assert!((sum / 10_000.0 - 0.5).abs() < 0.01);
    }
}
