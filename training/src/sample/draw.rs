//! Random numbers drawn from the generator's words alone, so that a sample does not change with a
//! library.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded stream of random numbers.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    pub(super) fn new(seed: u64) -> Draw {
        Draw(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Uniform in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Standard normal, by Box and Muller.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// An index by weight.
    pub(super) fn pick<const N: usize>(&mut self, weights: [f64; N]) -> usize {
        let mut at = self.uniform() * weights.iter().sum::<f64>();
        weights
            .iter()
            .position(|weight| {
                at -= weight;
                at < 0.0
            })
            .unwrap_or(N - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_weights() {
        let mut draw = Draw::new(1);
        let normal: Vec<f64> = (0..100_000).map(|_| draw.normal()).collect();
        let mean = normal.iter().sum::<f64>() / 1e5;
        let square = normal.iter().map(|number| number * number).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.02 && (square - 1.0).abs() < 0.02, "{mean} {square}");
        let mut counts = [0; 3];
        (0..100_000).for_each(|_| counts[draw.pick([1.0, 0.0, 3.0])] += 1);
        assert!(counts[1] == 0 && (f64::from(counts[0]) / 1e5 - 0.25).abs() < 0.01, "{counts:?}");
    }
}
