//! Dropout masks from a seed, four of them a random number: a mask of an ensemble's step has a
//! million entries.

/// Draws masks for one step of one network.
#[derive(Debug)]
pub(super) struct Masks {
    /// A unit is dropped where its sixteen random bits are below this.
    threshold: u16,
    state: u64,
}

impl Masks {
    /// `dropout` in `[0, 1)`.
    pub(super) fn new(dropout: f64, seed: u64) -> Masks {
        Masks { threshold: (dropout * 65_536.0).round().min(65_535.0) as u16, state: seed }
    }

    /// What a unit that stays is multiplied with, so that the sums keep their mean.
    pub(super) fn scale(&self) -> f32 {
        65_536.0 / (65_536.0 - f32::from(self.threshold))
    }

    /// The ReLU of every sum, times its mask.
    pub(super) fn relu_and_drop(&mut self, sums: &mut [f32]) {
        if self.threshold == 0 {
            return sums.iter_mut().for_each(|sum| *sum = relu(*sum));
        }
        let (threshold, scale) = (self.threshold, self.scale());
        // All bits first: the compiler makes vectors of two plain loops, not of one that does both.
        let mut bits = vec![0u16; sums.len().next_multiple_of(4)];
        for four in bits.chunks_exact_mut(4) {
            let random = self.next();
            four.iter_mut().enumerate().for_each(|(at, bits)| *bits = (random >> (16 * at)) as u16);
        }
        for (sum, bits) in sums.iter_mut().zip(bits) {
            *sum = if bits < threshold { 0.0 } else { relu(*sum) * scale };
        }
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// Unlike `f32::max`, it keeps what is not a number, so that a fit that diverges is seen to.
fn relu(sum: f32) -> f32 {
    if sum < 0.0 { 0.0 } else { sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_that_is_dropped_and_the_mean_are_as_asked() {
        let mut sums = vec![1.0f32; 400_000];
        let mut masks = Masks::new(0.3, 7);
        masks.relu_and_drop(&mut sums);
        let dropped = sums.iter().filter(|&&sum| sum == 0.0).count() as f64 / 4e5;
        let mean = sums.iter().map(|&sum| f64::from(sum)).sum::<f64>() / 4e5;
        // Five standard deviations of a share of 400,000 draws are .0036.
        assert!((dropped - 0.3).abs() < 0.0036, "{dropped}");
        assert!((mean - 1.0).abs() < 0.0052, "{mean}");
    }

    #[test]
    fn a_seed_decides_the_mask_and_none_means_none() {
        let run = |dropout, seed| {
            let mut sums: Vec<f32> = (0..103).map(|at| at as f32 - 50.0).collect();
            Masks::new(dropout, seed).relu_and_drop(&mut sums);
            sums
        };
        assert_eq!(run(0.5, 1), run(0.5, 1));
        assert_ne!(run(0.5, 1), run(0.5, 2));
        assert!(run(0.0, 1).iter().enumerate().all(|(at, &unit)| unit == (at as f32 - 50.0).max(0.0)));
    }
    #[test]
    fn what_is_not_a_number_does_not_turn_into_one() {
        for dropout in [0.0, 0.01] {
            let mut sums = [f32::NAN; 64];
            Masks::new(dropout, 3).relu_and_drop(&mut sums);
            assert!(sums.iter().filter(|sum| sum.is_nan()).count() > 50);
        }
    }
}
