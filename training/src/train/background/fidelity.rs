//! The fidelity of a background: how far explanations against it are from explanations against the
//! training set. It decides the number of background rows, and the card records it.

use std::collections::BTreeMap;

use rayon::prelude::*;
use tenure::artifact::Artifact;
use tenure::card::ExplanationErrors;
use tenure::customer::Customer;
use tenure::scorer::{ExplainOptions, Explanation, Scorer};

use super::groups::{BackgroundError, TRAINING_SAMPLE, spread};
use crate::cohort::Cohort;
use crate::metrics::mean;

/// Near enough: mean absolute error of a contribution, as a share of the mean absolute
/// contribution.
const TOLERATED_SHARE: f64 = 0.05;
/// Customers that are explained, spread over the training rows.
const CUSTOMERS: usize = 20;
/// Evaluations for each training row. The explanations are sampled, because exact ones would take
/// hours.
const EVALUATIONS: u64 = 64;
/// Multiply-adds of all explanations against the training set together, so that a large network
/// takes seconds, not minutes.
const MULTIPLY_ADDS: u64 = 1 << 34;

/// Some customers, explained against the training set.
pub struct Fidelity {
    artifact: Artifact,
    customers: Vec<Customer>,
    rows: usize,
    truth: Vec<Explanation>,
    /// Of backgrounds that were measured, by their number of rows.
    errors: BTreeMap<String, f64>,
    base_errors: BTreeMap<String, f64>,
}

impl Fidelity {
    /// Explains customers among `rows` of the cohort with the artifact's network.
    pub fn new(artifact: &Artifact, cohort: &Cohort, rows: &[u32]) -> Result<Fidelity, BackgroundError> {
        let evaluation = artifact.network.multiply_adds(1) as u64;
        let affordable = (MULTIPLY_ADDS / (CUSTOMERS as u64 * EVALUATIONS * evaluation)) as usize;
        let background = customers(cohort, rows, TRAINING_SAMPLE.min(affordable.max(256)))?;
        let mut fidelity = Fidelity {
            artifact: artifact.clone(),
            customers: customers(cohort, rows, CUSTOMERS)?,
            rows: background.len(),
            truth: Vec::new(),
            errors: BTreeMap::new(),
            base_errors: BTreeMap::new(),
        };
        let budget = Some(EVALUATIONS * background.len() as u64);
        fidelity.truth = fidelity.explained(background, ExplainOptions { budget, ..ExplainOptions::default() });
        Ok(fidelity)
    }

    fn explained(&self, background: Vec<Customer>, options: ExplainOptions) -> Vec<Explanation> {
        let scorer = Scorer::new(Artifact { background, ..self.artifact.clone() });
        let explain = |customer| scorer.explain(customer, &options, &mut scorer.workspace());
        // The budgets are above the least that a background takes.
        self.customers.par_iter().map(explain).collect::<Result<Vec<Explanation>, _>>().unwrap_or_default()
    }

    /// Measures a background; whether contributions are near enough.
    pub fn measure(&mut self, background: Vec<Customer>) -> bool {
        let count = background.len().to_string();
        let explained = self.explained(background, ExplainOptions::default());
        let pairs = || explained.iter().zip(&self.truth);
        let differences = pairs().flat_map(|(one, truth)| one.contributions.iter().zip(&truth.contributions));
        let error = mean(differences.map(|(one, truth)| (one - truth).abs()));
        let base_error = mean(pairs().map(|(one, truth)| (one.base - truth.base).abs()));
        self.errors.insert(count.clone(), short(error));
        self.base_errors.insert(count, short(base_error));
        error <= TOLERATED_SHARE * self.typical()
    }

    /// Mean absolute contribution.
    fn typical(&self) -> f64 {
        mean(self.truth.iter().flat_map(|truth| truth.contributions.iter().map(|one| one.abs())))
    }

    /// For the card: mean absolute error of a contribution, on the logit, by background rows, and
    /// of the base value; with what it was measured against. `rows` is how many the artifact has.
    pub fn errors(&self, rows: usize) -> ExplanationErrors {
        ExplanationErrors {
            background_rows: rows,
            customers: self.customers.len(),
            reference_rows: self.rows,
            reference_standard_error: short(mean(self.truth.iter().map(Explanation::standard_error))),
            mean_absolute_contribution: short(self.typical()),
            tolerated_error: short(TOLERATED_SHARE * self.typical()),
            mean_absolute_error: self.errors.clone(),
            base_error: self.base_errors.clone(),
        }
    }
}

/// At most `count` of some rows of the cohort, evenly spread.
fn customers(cohort: &Cohort, rows: &[u32], count: usize) -> Result<Vec<Customer>, BackgroundError> {
    let fields = 0..cohort.schema().fields.len();
    let customer = |row: u32| {
        let cells: Vec<_> = fields.clone().map(|field| cohort.column(field).cell(row as usize)).collect();
        let customer = Customer::from_cells(cohort.schema(), &cells);
        customer.map_err(|problems| BackgroundError::NoCustomer(problems[0].to_string()))
    };
    spread(rows, count).into_iter().map(customer).collect()
}

/// To four digits: more would only make the artifact longer.
fn short(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}
