//! Membership attacks: how well an outsider who knows a customer's record and outcome can tell from
//! the model whether the customer was among its training rows. An attack that knows nothing has a
//! ROC-AUC of one half.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use tenure::card::Interval;
use tenure::scorer::Scorer;

use crate::cohort::Cohort;
use crate::fit::FitOptions;
use crate::metrics::{MetricsError, roc_auc_variance};
use crate::split::Split;
use crate::train::{OnEpoch, TrainError, TrainParams, TrainingRows, train};

/// The fewest shadow models. The spread of a customer's logits needs two models that learned from the
/// customer and two that did not.
pub const FEWEST_SHADOW_MODELS: usize = 4;

/// Share of the other customers that an attack may wrongly call training rows.
const FALSE_POSITIVES: f64 = 0.01;

/// How well an attack tells the training rows from others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Attack {
    /// Training rows.
    pub members: usize,
    /// Test rows, which training never saw.
    pub others: usize,
    /// The chance that a training row looks more like one than a test row.
    pub roc_auc: f64,
    /// Its 95% interval, by DeLong's variance.
    pub interval: Interval,
    /// Share of the training rows that are found where at most 1% of the test rows are called so.
    pub true_positive_rate: f64,
}

impl Attack {
    /// An attack by a number for each row: the higher, the more a row looks like a training row.
    ///
    /// # Errors
    ///
    /// There are no members, or no others.
    pub fn measure(members: &[f64], others: &[f64]) -> Result<Attack, MetricsError> {
        let mut all = [members, others].concat();
        all.sort_unstable_by(f64::total_cmp);
        // The figures hang on the order alone, and the metrics take probabilities.
        let rank = |score: &f64| all.partition_point(|other| other < score) as f64 / all.len() as f64;
        let ranks: Vec<f64> = members.iter().chain(others).map(rank).collect();
        let is_member: Vec<bool> = (0..all.len()).map(|at| at < members.len()).collect();
        let (roc_auc, variance) = roc_auc_variance(&ranks, &is_member)?;
        let half = if variance.is_finite() { 1.96 * variance.sqrt() } else { 1.0 };
        let mut others = others.to_vec();
        others.sort_unstable_by(|a, b| b.total_cmp(a));
        let least = others[(FALSE_POSITIVES * others.len() as f64) as usize];
        Ok(Attack {
            members: members.len(),
            others: others.len(),
            roc_auc,
            interval: Interval { low: (roc_auc - half).max(0.0), high: (roc_auc + half).min(1.0) },
            true_positive_rate: members.iter().filter(|score| **score > least).count() as f64 / members.len() as f64,
        })
    }

    /// The attack by loss, which needs nothing but the model (Yeom et al. 2018, "Privacy Risk in
    /// Machine Learning", adversary 2, at every threshold): a row of low log-loss looks like a
    /// training row. `logits` has one for each row of the cohort.
    ///
    /// # Errors
    ///
    /// The split has no training rows or no test rows.
    pub fn by_loss(logits: &[f64], cohort: &Cohort, split: &Split) -> Result<Attack, MetricsError> {
        let of = |rows: &[u32]| -> Vec<f64> { rows.iter().map(|&row| confidence(logits, cohort, row)).collect() };
        Attack::measure(&of(&split.train), &of(&split.test))
    }

    /// For people, as in `ROC-AUC 0.512 (0.498 to 0.526)`.
    pub fn words(&self) -> String {
        let Attack { roc_auc, interval: Interval { low, high }, true_positive_rate, .. } = self;
        format!(
            "ROC-AUC {roc_auc:.3} ({low:.3} to {high:.3}; 0.5 is chance), {:.1}% of the training rows at 1% false positives",
            100.0 * true_positive_rate
        )
    }
}

/// The logit of what happened: high where the model was right and sure. It falls as the log-loss
/// grows.
fn confidence(logits: &[f64], cohort: &Cohort, row: u32) -> f64 {
    let logit = logits[row as usize];
    if cohort.labels()[row as usize] { logit } else { -logit }
}

/// The logit of every customer.
pub fn logits(scorer: &Scorer, cohort: &Cohort) -> Vec<f64> {
    let mut workspace = scorer.workspace();
    let mut customer = cohort.customer(0);
    let logit = |row: usize| {
        cohort.assign(row, &mut customer);
        scorer.score(&customer, &mut workspace).logit
    };
    (0..cohort.rows()).map(logit).collect()
}

/// The likelihood-ratio attack with shadow models (LiRA; Carlini et al. 2022, "Membership Inference
/// Attacks From First Principles", algorithm 1, online).
///
/// Each pair of shadow models is trained as the model itself, one on a random half of its training
/// and test rows, the other on the other half. So each customer is known to one half of the shadow
/// models, and unknown to the other. The attack compares the likelihood of the model's confidence
/// under both. The spread is that of all customers together, as the paper does with few models.
pub struct ShadowAttack<'a> {
    /// The parameters of the model's own training.
    pub params: &'a TrainParams,
    pub cohort: &'a Cohort,
    pub split: &'a Split,
    /// Shadow models, an even number of at least [`FEWEST_SHADOW_MODELS`].
    pub models: usize,
}

impl ShadowAttack<'_> {
    /// Trains the shadow models and attacks the model with these `logits`, one for each row of the
    /// cohort. `on_epoch` follows the trainings.
    ///
    /// # Errors
    ///
    /// A training fails or is stopped.
    ///
    /// # Panics
    ///
    /// If the number of models is odd or too low.
    pub fn run(&self, logits: &[f64], on_epoch: &mut OnEpoch) -> Result<Attack, TrainError> {
        let ShadowAttack { params, cohort, split, models } = *self;
        assert!(models.is_multiple_of(2) && models >= FEWEST_SHADOW_MODELS);
        let mut random = ChaCha8Rng::seed_from_u64(params.seed);
        let mut pool: Vec<u32> = split.train.iter().chain(&split.test).copied().collect();
        // By row: the confidences of the models that do not know it, and of those that do.
        let mut seen: BTreeMap<u32, [Vec<f64>; 2]> =
            pool.iter().map(|&row| (row, <[Vec<f64>; 2]>::default())).collect();
        for pair in 0..models / 2 {
            pool.shuffle(&mut random);
            let halves = pool.split_at(pool.len() / 2);
            for (at, half) in [halves.0, halves.1].into_iter().enumerate() {
                let mut fit = half.to_vec();
                fit.sort_unstable();
                let params =
                    TrainParams { seed: params.seed.wrapping_add((1 + 2 * pair + at) as u64), ..params.clone() };
                let rows = TrainingRows { fit: &fit, validation: &split.validation, calibration: &split.calibration };
                let trained = train(&params, cohort, rows, &FitOptions::default(), on_epoch)?;
                let all: Vec<u32> = (0..cohort.rows() as u32).collect();
                let logits = trained.encoded.logits(&trained.network, &all);
                for (row, [out, within]) in &mut seen {
                    let side = if fit.binary_search(row).is_ok() { within } else { out };
                    side.push(confidence(&logits, cohort, *row));
                }
            }
        }
        let spreads = [0, 1].map(|side| spread(seen.values().map(|sides| &sides[side])));
        let score = |row: &u32| {
            let confidence = confidence(logits, cohort, *row);
            let [out, within] = [0, 1].map(|side| log_likelihood(confidence, &seen[row][side], spreads[side]));
            within - out
        };
        let scores = |rows: &[u32]| rows.iter().map(score).collect::<Vec<f64>>();
        Attack::measure(&scores(&split.train), &scores(&split.test)).map_err(TrainError::Metrics)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation around the means of the groups, over all groups.
fn spread<'a>(groups: impl Iterator<Item = &'a Vec<f64>>) -> f64 {
    let (mut squares, mut freedom) = (0.0, 0.0);
    for group in groups {
        let mean = mean(group);
        squares += group.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        freedom += group.len() as f64 - 1.0;
    }
    // If all models give equal logits, the spread is 0, and the attack cannot divide by it.
    (squares / freedom).sqrt().max(1e-6)
}

/// Of a normal distribution around the mean of `values`, up to a constant.
fn log_likelihood(value: f64, values: &[f64], spread: f64) -> f64 {
    -((value - mean(values)) / spread).powi(2) / 2.0 - spread.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::tests::{SCHEMA, cohort};
    use crate::fit::Control;
    use crate::split::Shares;
    use rand::RngExt;

    #[test]
    fn an_attack_is_measured_by_order() {
        let others: Vec<f64> = (0..200).map(f64::from).collect();
        let attack = Attack::measure(&[198.5, 197.5, 250.0, -1.0], &others).unwrap();
        // Two others of 200 may be called training rows: above 197, which is the third.
        assert_eq!(attack.true_positive_rate, 0.75);
        assert!((attack.roc_auc - (199.0 + 198.0 + 200.0) / 800.0).abs() < 1e-12, "{attack:?}");
        let same: Vec<f64> = vec![0.0; 50];
        let attack = Attack::measure(&same, &same).unwrap();
        assert_eq!((attack.roc_auc, attack.true_positive_rate), (0.5, 0.0));
        assert!(Attack::measure(&[], &same).is_err());
    }

    /// Customers whose outcome is chance, so that nothing but memory tells them apart.
    fn noise(rows: usize) -> (Cohort, Split) {
        let mut random = ChaCha8Rng::seed_from_u64(9);
        let mut row = |_| {
            let pick = |left: bool| if left { "Yes" } else { "No" };
            let [contract, partner, left] = [0.4, 0.5, 0.5].map(|share| random.random_bool(share));
            let contract = if contract { "Month" } else { "Year" };
            format!("{},{contract},{},{}\n", random.random_range(0..2000), pick(partner), pick(left))
        };
        let rows: String = (0..rows).map(&mut row).collect();
        let cohort =
            cohort(&format!("tenure,contract,partner,Churn\n{rows}"), &toml::from_str(SCHEMA).unwrap()).unwrap();
        let split = Split::stratified(cohort.labels(), &Shares::default(), 0).unwrap();
        (cohort, split)
    }

    #[test]
    fn a_model_that_remembers_its_rows_is_found_and_a_fair_one_is_not() {
        let (cohort, split) = noise(600);
        let mut params = TrainParams::default();
        params.teacher.model = Some(crate::train::Model::Linear);
        let on_epoch = &mut |_: &str, _: &_| Control::Continue;
        let attack = ShadowAttack { params: &params, cohort: &cohort, split: &split, models: 4 };
        // One that knows the outcome of its training rows, and nothing else.
        let mut remembered = vec![0.0; cohort.rows()];
        split
            .train
            .iter()
            .for_each(|&row| remembered[row as usize] = if cohort.labels()[row as usize] { 3.0 } else { -3.0 });
        let by_loss = Attack::by_loss(&remembered, &cohort, &split).unwrap();
        assert_eq!((by_loss.roc_auc, by_loss.true_positive_rate), (1.0, 1.0));
        assert_eq!((by_loss.members, by_loss.others), (split.train.len(), split.test.len()));
        // One that gives everybody the same.
        let fair = vec![0.25; cohort.rows()];
        let seen = attack.run(&fair, on_epoch).unwrap();
        assert!(seen.interval.low < 0.5 && seen.interval.high > 0.5, "{seen:?}");
        // A shadow model's own memory is told from its own rows.
        let half: Vec<u32> = split.train.iter().copied().step_by(12).collect();
        let rows = TrainingRows { fit: &half, validation: &split.validation, calibration: &split.calibration };
        let trained = train(&params, &cohort, rows, &FitOptions::default(), on_epoch).unwrap();
        let all: Vec<u32> = (0..cohort.rows() as u32).collect();
        let logits = trained.encoded.logits(&trained.network, &all);
        let own = Split { train: half, ..split.clone() };
        assert!(Attack::by_loss(&logits, &cohort, &own).unwrap().roc_auc > 0.5);
    }
}
