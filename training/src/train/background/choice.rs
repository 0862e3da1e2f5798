//! Which candidates become the background: those whose mean agrees with the training set's wherever
//! an explanation looks.
//!
//! A contribution is a mean of differences of values. The value of a set of a customer's fields is
//! the mean logit when those fields come from the customer and all others from the background. So
//! some customers and sets of fields are drawn as probes, with every size of a set equally likely
//! as in Shapley's weights, and the values against the training rows are the target. Candidates are
//! taken greedily towards it (kernel herding: Chen, Welling and Smola 2010, "Super-samples from
//! kernel herding", section 2.1, with the probes as features), and then exchanged one by one as
//! long as that helps.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tenure::artifact::BackgroundRow;
use tenure::customer::Cell;
use tenure::network::Network;

use super::groups::{BackgroundError, TRAINING_SAMPLE, drawn, spread};
use crate::cohort::Cohort;
use crate::train::encoded::Encoded;

/// Pairs of a customer and a set of fields.
const PROBES: usize = 512;
/// Rounds of exchanges; few are needed.
const ROUNDS: usize = 10;

/// Rows that may become the background.
pub struct BackgroundCandidates {
    rows: Vec<BackgroundRow>,
    /// `[candidates, probes]`: logits, less the target.
    errors: Vec<Vec<f64>>,
}

impl BackgroundCandidates {
    /// Candidates from `rows` of the cohort.
    pub fn draw(
        cohort: &Cohort,
        encoded: &Encoded,
        network: &Network,
        rows: &[u32],
        seed: u64,
    ) -> Result<BackgroundCandidates, BackgroundError> {
        let candidates = drawn(cohort, encoded, network, rows, seed)?;
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let target = spread(rows, TRAINING_SAMPLE);
        let fields = cohort.schema().fields.len();
        let probes: Vec<(u32, Vec<bool>)> = (0..PROBES)
            .map(|_| {
                let mut places: Vec<usize> = (0..fields).collect();
                let size = random.random_range(0..fields);
                places.shuffle(&mut random);
                let own = (0..fields).map(|field| places[field] < size).collect();
                (rows[random.random_range(0..rows.len())], own)
            })
            .collect();
        // The error of every candidate, by probe.
        let by_probe: Vec<Vec<f64>> = probes
            .par_iter()
            .map(|(customer, own)| {
                let of = |field: usize| cohort.column(field).cell(*customer as usize);
                let logits = |count: usize, other: &dyn Fn(usize, usize) -> Cell| {
                    let cell = |field: usize, at: usize| if own[field] { of(field) } else { other(field, at) };
                    let features = encoded.encode(count, &cell);
                    let mut logits = vec![0.0; count];
                    network.logits(&features, count, &mut network.scratch(), &mut logits);
                    logits
                };
                let target = logits(target.len(), &|field, at| cohort.column(field).cell(target[at] as usize));
                let mean = target.iter().map(|&logit| f64::from(logit)).sum::<f64>() / target.len() as f64;
                let candidates = logits(candidates.len(), &|field, at| candidates[at].0.cells()[field]);
                candidates.into_iter().map(|logit| f64::from(logit) - mean).collect()
            })
            .collect();
        let errors = (0..candidates.len()).map(|at| by_probe.iter().map(|errors| errors[at]).collect()).collect();
        Ok(BackgroundCandidates { rows: candidates.into_iter().map(|(_, row)| row).collect(), errors })
    }

    /// The `count` that agree best with the training set together; all where there are no more.
    pub fn choose(&self, count: usize) -> Vec<BackgroundRow> {
        chosen(&self.errors, count).into_iter().map(|at| self.rows[at].clone()).collect()
    }
}

/// Places of the `count` vectors whose sum is about the shortest.
fn chosen(vectors: &[Vec<f64>], count: usize) -> Vec<usize> {
    let mut sum = vec![0.0; vectors.first().map_or(0, Vec::len)];
    let mut free = vec![true; vectors.len()];
    // The free vector that leaves the shortest sum.
    let best = |sum: &[f64], free: &[bool]| {
        let length = |vector: &Vec<f64>| sum.iter().zip(vector).map(|(sum, add)| (sum + add).powi(2)).sum::<f64>();
        let lengths: Vec<f64> = vectors.par_iter().map(length).collect();
        (0..vectors.len()).filter(|&at| free[at]).min_by(|&a, &b| lengths[a].total_cmp(&lengths[b]))
    };
    let add = |sum: &mut [f64], at: usize, sign: f64| {
        sum.iter_mut().zip(&vectors[at]).for_each(|(sum, value)| *sum += sign * value);
    };
    let mut places = Vec::with_capacity(count);
    while let Some(at) = best(&sum, &free).filter(|_| places.len() < count) {
        free[at] = false;
        add(&mut sum, at, 1.0);
        places.push(at);
    }
    for _ in 0..ROUNDS {
        let before = places.clone();
        for place in &mut places {
            free[*place] = true;
            add(&mut sum, *place, -1.0);
            *place = best(&sum, &free).unwrap_or(*place);
            free[*place] = false;
            add(&mut sum, *place, 1.0);
        }
        if places == before {
            break;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_far_shorter_than_that_of_any_vectors() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let vectors: Vec<Vec<f64>> =
            (0..300).map(|_| (0..40).map(|_| random.random_range(-1.0..1.2)).collect()).collect();
        let length = |places: &[usize]| {
            let sum = |at: usize| places.iter().map(|&place| vectors[place][at]).sum::<f64>();
            (0..40).map(|at| sum(at).powi(2)).sum::<f64>().sqrt()
        };
        let places = chosen(&vectors, 32);
        let mut distinct = places.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 32);
        let any: Vec<usize> = (0..32).collect();
        assert!(length(&places) < 0.2 * length(&any), "{} {}", length(&places), length(&any));
        assert_eq!(chosen(&vectors[..5], 32).len(), 5);
    }
}
