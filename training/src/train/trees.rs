//! Boosted trees as a teacher.

use crate::boosting::{Boosted, Columns, Round, TreeParams};
use crate::fit::{Control, DenseRows, EpochReport, FitError};

use super::teacher::{Networks, Teacher};

/// Rows that are answered at once; more would only use more memory.
const BLOCK: usize = 8192;

/// Boosted trees from different seeds, averaged on the logit.
#[derive(Debug)]
pub(super) struct Trees {
    fits: Vec<Boosted>,
}

impl Trees {
    pub(super) fn fit(
        params: &TreeParams,
        seed: u64,
        train: &dyn DenseRows,
        validation: &dyn DenseRows,
        on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
    ) -> Result<Trees, FitError> {
        for (rows, part) in [(train, "training"), (validation, "validation")] {
            let positives = rows.labels().iter().filter(|label| **label).count();
            let negatives = rows.labels().len() - positives;
            if positives == 0 || negatives == 0 {
                return Err(FitError::OneClass { part, positives, negatives });
            }
        }
        let [own, judged] = [train, validation].map(|rows| values(rows, 0..rows.labels().len()));
        let train = Columns { values: &own, labels: train.labels() };
        let validation = Columns { values: &judged, labels: validation.labels() };
        let mut go_on = |round: &Round| {
            let report = EpochReport {
                epoch: round.trees,
                maximum_epochs: params.rounds,
                train_loss: round.train_loss,
                validation_loss: round.validation_loss,
                best_epoch: round.best.max(1),
                best_validation_loss: round.best_loss,
            };
            on_epoch(&report) == Control::Continue
        };
        let seeds = (0..params.seeds as u64).map(|at| seed.wrapping_add(at));
        let fits: Option<Vec<Boosted>> =
            seeds.map(|seed| Boosted::fit(params, seed, &train, &validation, &mut go_on)).collect();
        Ok(Trees { fits: fits.ok_or(FitError::Interrupted)? })
    }
}

impl Teacher for Trees {
    fn probabilities(&self, rows: &dyn DenseRows) -> Vec<f32> {
        let mut probabilities = Vec::with_capacity(rows.labels().len());
        for start in (0..rows.labels().len()).step_by(BLOCK) {
            let values = values(rows, start..(start + BLOCK).min(rows.labels().len()));
            let fits: Vec<Vec<f64>> = self.fits.iter().map(|fit| fit.logits(&values)).collect();
            let rows = 0..fits.first().map_or(0, Vec::len);
            let mean = rows.map(|row| fits.iter().map(|logits| logits[row]).sum::<f64>() / fits.len() as f64);
            probabilities.extend(mean.map(|logit| tenure::calibration::sigmoid(logit) as f32));
        }
        probabilities
    }

    fn networks(&self) -> Option<&dyn Networks> {
        None
    }
}

/// What trees read of some rows, by column.
fn values(rows: &dyn DenseRows, range: std::ops::Range<usize>) -> Vec<Vec<f32>> {
    let count = rows.value_count();
    let mut columns = vec![Vec::with_capacity(range.len()); count];
    let mut row_values = vec![0.0; count];
    for row in range {
        rows.values(row, &mut row_values);
        columns.iter_mut().zip(&row_values).for_each(|(column, value)| column.push(*value));
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::super::blend::{blended, weights};
    use super::super::params::{Model, TrainParams};
    use super::*;
    use crate::fit::{FitOptions, log_loss};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const COLUMNS: usize = 6;

    /// Customers leave where two of six numbers lie in narrow bands, and elsewhere hardly.
    struct Bands {
        numbers: Vec<f32>,
        labels: Vec<bool>,
    }

    impl Bands {
        fn new(rows: usize, seed: u64) -> Bands {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let numbers: Vec<f32> = (0..rows * COLUMNS).map(|_| random.random()).collect();
            let leaves = |row: &[f32]| (0.3..0.5).contains(&row[0]) != (row[1] > 0.45 && row[1] < 0.7);
            let labels =
                numbers.chunks(COLUMNS).map(|row| random.random::<f32>() < if leaves(row) { 0.85 } else { 0.1 });
            Bands { labels: labels.collect(), numbers }
        }
    }

    impl DenseRows for Bands {
        fn labels(&self) -> &[bool] {
            &self.labels
        }

        fn columns(&self) -> usize {
            COLUMNS
        }

        fn write(&self, indices: &[usize], out: &mut [f32]) {
            for (&row, out) in indices.iter().zip(out.chunks_exact_mut(COLUMNS)) {
                out.copy_from_slice(&self.numbers[row * COLUMNS..(row + 1) * COLUMNS]);
            }
        }
    }

    #[test]
    fn trees_help_where_steps_are_sharp() {
        let [train, validation, test] = [(1500, 1), (600, 2), (2000, 3)].map(|(rows, seed)| Bands::new(rows, seed));
        let mut params = TrainParams::default();
        (params.teacher.networks, params.network.maximum_epochs) = (1, 60);
        let fit = |model: Model| {
            let go_on = &mut |_: &EpochReport| Control::Continue;
            model.fit(&params, &train, &validation, &FitOptions::default(), None, go_on).unwrap()
        };
        let models = [Model::Mlp, Model::Trees].map(fit);
        let logits = |rows: &Bands| {
            let logit = |probability: f32| f64::from((probability / (1.0 - probability)).ln());
            models.each_ref().map(|model| model.probabilities(rows).into_iter().map(logit).collect::<Vec<f64>>())
        };
        let judged = logits(&validation);
        let [network, trees] = weights(&[&judged[0], &judged[1]], validation.labels())[..] else { unreachable!() };
        assert!(trees > 0.6, "{network} {trees}");
        let seen = logits(&test);
        let loss = |logits: &[f64]| log_loss(logits.iter().copied(), test.labels(), 1.0);
        let blend = loss(&blended(&[&seen[0], &seen[1]], &[network, trees]));
        assert!(blend < loss(&seen[0]) - 0.05, "{blend} {}", loss(&seen[0]));
        assert!(blend < loss(&seen[1]) + 0.005, "{blend} {}", loss(&seen[1]));
        // Blocks do not change what a row gets, and a stop is heard.
        assert_eq!(models[1].probabilities(&Bands::new(BLOCK + 50, 3))[..2000], models[1].probabilities(&test)[..]);
        let stopped = Trees::fit(&TreeParams::default(), 0, &train, &validation, &mut |_| Control::Stop);
        assert_eq!(stopped.unwrap_err(), FitError::Interrupted);
        let one = Bands { labels: vec![true; 600], ..validation };
        let error = Trees::fit(&TreeParams::default(), 0, &train, &one, &mut |_| Control::Continue).unwrap_err();
        assert_eq!(error, FitError::OneClass { part: "validation", positives: 600, negatives: 0 });
    }
}
