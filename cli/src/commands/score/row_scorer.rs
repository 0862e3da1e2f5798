//! Batches of unchecked rows to scores, problems and reasons, each row in its place.

use std::fmt::Write;

use rayon::prelude::*;
use tenure::artifact::Document;
use tenure::customer::{Customer, Problem, check};
use tenure::scorer::{ColumnBlock, ExplainOptions, Flag, Scorer};
use tenure_table::Batch;

use super::progress::Progress;
use crate::failure::Failure;

/// Problems that are shown to people; the output has them all.
const SHOWN_PROBLEMS: usize = 5;

/// Scores batches of one table.
pub(super) struct RowScorer<'a> {
    pub scorer: &'a Scorer,
    /// Column of each field of the schema.
    pub places: &'a [usize],
    /// Reasons a row.
    pub reasons: usize,
    /// What a row's reasons may cost.
    pub explain: ExplainOptions,
    pub progress: &'a Progress<'a>,
    /// Whether to give up.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
}

/// The scores of a batch, one entry a row.
pub(super) struct Scored {
    /// NaN where the row has a problem.
    pub logits: Vec<f32>,
    /// NaN where the row has a problem.
    pub probabilities: Vec<f32>,
    /// Index into the policy's tiers; none where the row has a problem.
    pub tiers: Vec<Option<u8>>,
    /// `field: rule: value; …`, empty where all is well.
    pub problems: Vec<String>,
    /// At most [`RowScorer::reasons`] a row, largest first; no entry at all where none are asked for.
    pub reasons: Vec<Vec<String>>,
    pub tally: Tally,
}

/// Counts of rows, and the first problems with their lines.
#[derive(Clone, Default)]
pub(super) struct Tally {
    pub rows: u64,
    pub not_scored: u64,
    pub warned: u64,
    /// Rows whose contributions are estimates.
    pub sampled: u64,
    /// The largest standard error among them.
    pub standard_error: f64,
    /// Evaluations of the hidden part by explanations.
    pub evaluations: u64,
    /// Rows by tier.
    pub tiers: Vec<u64>,
    pub first_problems: Vec<(u64, Problem)>,
}

impl Tally {
    pub(super) fn new(document: &Document) -> Tally {
        Tally { tiers: vec![0; document.policy.tiers.len()], ..Tally::default() }
    }

    /// Adds the counts of the rows that follow.
    pub(super) fn add(&mut self, part: Tally) {
        self.rows += part.rows;
        self.not_scored += part.not_scored;
        self.warned += part.warned;
        self.sampled += part.sampled;
        self.standard_error = self.standard_error.max(part.standard_error);
        self.evaluations += part.evaluations;
        self.tiers.iter_mut().zip(part.tiers).for_each(|(sum, rows)| *sum += rows);
        let room = SHOWN_PROBLEMS - self.first_problems.len();
        self.first_problems.extend(part.first_problems.into_iter().take(room));
    }
}

/// The reasons of one row, and what is known of them.
#[derive(Default)]
struct Reasons {
    texts: Vec<String>,
    evaluations: u64,
    standard_error: f64,
    sampled: bool,
}

impl RowScorer<'_> {
    pub(super) fn score(&self, batch: &Batch) -> Result<Scored, Failure> {
        let (rows, document) = (batch.rows(), self.scorer.document());
        let mut block = ColumnBlock::new(self.scorer, rows);
        let mut customers: Vec<Option<Customer>> = Vec::with_capacity(rows);
        let mut problems: Vec<Vec<Problem>> = Vec::with_capacity(rows);
        let mut values = Vec::with_capacity(self.places.len());
        for row in 0..rows {
            values.clear();
            values.extend(self.places.iter().map(|&place| batch.value(row, place)));
            let (customer, found) = match check(&document.schema, &values) {
                Ok((customer, warnings)) => (Some(customer), warnings),
                Err(found) => (None, found),
            };
            if let Some(customer) = &customer {
                block.set(row, customer);
            }
            customers.push(customer);
            problems.push(found);
        }
        // A row without a customer holds zeros; its scores are taken back below.
        block.score(self.scorer, rows);
        let mut tally = Tally { rows: rows as u64, ..Tally::new(document) };
        let mut tiers = Vec::with_capacity(rows);
        for (row, customer) in customers.iter().enumerate() {
            let Some(customer) = customer else {
                (block.logits[row], block.probabilities[row]) = (f32::NAN, f32::NAN);
                tiers.push(None);
                tally.not_scored += 1;
                if tally.first_problems.len() < SHOWN_PROBLEMS {
                    let first = problems[row].iter().find(|problem| problem.rule.is_error());
                    tally.first_problems.extend(first.map(|problem| (batch.line(row), problem.clone())));
                }
                continue;
            };
            if block.flags[row] == Flag::Warning as u8 {
                problems[row].extend(self.scorer.artifact().encoder.clipped(&self.scorer.document().schema, customer));
                tally.warned += 1;
            }
            tally.tiers[block.tiers[row] as usize] += 1;
            tiers.push(Some(block.tiers[row]));
        }
        let problems: Vec<String> = problems.iter().map(|problems| text(problems)).collect();
        let mut reasons = Vec::new();
        if self.reasons == 0 {
            self.progress.advance(rows as u64);
        } else {
            for reason in self.explain(&customers)? {
                tally.evaluations += reason.evaluations;
                tally.sampled += u64::from(reason.sampled);
                tally.standard_error = tally.standard_error.max(reason.standard_error);
                reasons.push(reason.texts);
            }
        }
        let ColumnBlock { logits, probabilities, .. } = block;
        Ok(Scored { logits, probabilities, tiers, problems, reasons, tally })
    }

    /// Explains customers side by side; gives up between two of them when asked to.
    fn explain(&self, customers: &[Option<Customer>]) -> Result<Vec<Reasons>, Failure> {
        let reasons = customers.par_iter().map_init(
            || self.scorer.workspace(),
            |workspace, customer| {
                if (self.stopped)() {
                    return Err(Failure::interrupted());
                }
                let reasons = match customer {
                    Some(customer) => {
                        let explanation = self.scorer.explain(customer, &self.explain, workspace);
                        let explanation = explanation.map_err(Failure::usage)?;
                        Reasons {
                            texts: self.texts(customer, &explanation.contributions),
                            evaluations: explanation.evaluations,
                            standard_error: explanation.standard_error(),
                            sampled: !explanation.exact,
                        }
                    }
                    None => Reasons::default(),
                };
                self.progress.advance(1);
                Ok(reasons)
            },
        );
        reasons.collect()
    }

    /// The largest contributions in words; what rounds to nothing is no reason.
    fn texts(&self, customer: &Customer, contributions: &[f64]) -> Vec<String> {
        let fields = &self.scorer.document().schema.fields;
        let mut order: Vec<usize> = (0..contributions.len()).collect();
        order.sort_by(|&a, &b| contributions[b].abs().total_cmp(&contributions[a].abs()));
        let large = order.into_iter().take(self.reasons).filter(|&field| contributions[field].abs() >= 0.005);
        let text = |field: usize| {
            let value = self.scorer.text(field, customer.cells()[field]);
            format!("{} = {value} ({:+.2})", fields[field].label(), contributions[field])
        };
        large.map(text).collect()
    }
}

/// Problems in one cell.
fn text(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        let separator = if text.is_empty() { "" } else { "; " };
        // Writing to a String does not fail.
        let _ = write!(text, "{separator}{}: {}: {}", problem.field, problem.rule.name(), problem.value);
    }
    text
}
