//! Batches of unchecked rows to scores, problems and reasons, each row in its place.

use rayon::prelude::*;
use tenure::artifact::Document;
use tenure::customer::{Problem, ValueSummary};
use tenure::monitoring::Observed;
use tenure::scorer::{ColumnBlock, ExplainOptions, Flag, Scorer};
use tenure_rows::reasons;
use tenure_table::Batch;

use crate::failure::Failure;
use crate::rows::{ScoredBatch, Writing};

/// Problems that are shown to people; the output has them all.
const SHOWN_PROBLEMS: usize = 5;

/// Scores batches of one table.
pub(super) struct RowScorer<'a> {
    pub scorer: &'a Scorer,
    /// Column of each field of the schema.
    pub places: &'a [usize],
    /// Reasons a row.
    pub reasons: usize,
    /// Budget of a row's reasons.
    pub explain: ExplainOptions,
    /// Whether rows are counted for a profile.
    pub observes: bool,
    pub writing: &'a Writing<'a>,
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
    /// At most [`RowScorer::reasons`] a row, largest first; no entry at all where none are asked
    /// for.
    pub reasons: Vec<Vec<String>>,
    pub tally: Tally,
    /// Counts for a profile, if they are asked for.
    pub observed: Option<Observed>,
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
    pub first_problems: Vec<(u64, String)>,
    /// Values that count as others.
    pub replaced: Vec<ValueSummary>,
    /// Rows without a value, by field.
    pub missing: Vec<u64>,
}

impl Tally {
    pub(super) fn new(document: &Document) -> Tally {
        let missing = vec![0; document.schema.fields.len()];
        Tally { tiers: vec![0; document.policy.tiers.len()], missing, ..Tally::default() }
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
        self.missing.iter_mut().zip(part.missing).for_each(|(sum, rows)| *sum += rows);
        part.replaced.into_iter().for_each(|entry| entry.merge(&mut self.replaced));
        let room = SHOWN_PROBLEMS - self.first_problems.len();
        self.first_problems.extend(part.first_problems.into_iter().take(room));
    }
}

/// The reasons of one row, and how they were found.
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
        let scored = ScoredBatch::new(self.scorer, batch, self.places, self.observes);
        let observed = self.observes.then(|| scored.observed(self.scorer)).flatten();
        let mut missing = scored.block.missing(rows);
        let mut tiers = Vec::with_capacity(rows);
        let mut tally = Tally { rows: rows as u64, ..Tally::new(document) };
        for (row, problems) in scored.problems.iter().enumerate() {
            for problem in problems {
                if !problem.rule.is_error() {
                    ValueSummary::add(&mut tally.replaced, problem.clone(), 1);
                } else if let Some(field) = document.schema.field_index(&problem.field) {
                    // A cell with an error stands as missing.
                    missing[field] -= 1;
                }
            }
            tiers.push(scored.is_scored(row).then_some(scored.block.tiers[row]));
            if let Some(tier) = tiers[row] {
                tally.tiers[usize::from(tier)] += 1;
                tally.warned += u64::from(scored.block.flags[row] == Flag::Warning as u8);
            } else {
                tally.not_scored += 1;
                if tally.first_problems.len() < SHOWN_PROBLEMS {
                    let first = problems.iter().find(|problem| problem.rule.is_error()).map(Problem::to_string);
                    let first = batch.broken(row).map(Into::into).or(first);
                    tally.first_problems.extend(first.map(|problem| (batch.line(row), problem)));
                }
            }
        }
        tally.missing = missing;
        let problems = (0..rows).map(|row| scored.in_words(batch, row)).collect();
        let mut reasons = Vec::new();
        if self.reasons == 0 {
            self.writing.progress.advance(rows as u64);
        } else {
            for reason in self.explain(&scored)? {
                tally.evaluations += reason.evaluations;
                tally.sampled += u64::from(reason.sampled);
                tally.standard_error = tally.standard_error.max(reason.standard_error);
                reasons.push(reason.texts);
            }
        }
        let ColumnBlock { logits, probabilities, .. } = scored.block;
        Ok(Scored { logits, probabilities, tiers, problems, reasons, tally, observed })
    }

    /// Explains rows side by side, until it is asked to stop. A row with an error has no reasons.
    fn explain(&self, scored: &ScoredBatch) -> Result<Vec<Reasons>, Failure> {
        let reasons = (0..scored.problems.len()).into_par_iter().map_init(
            || self.scorer.workspace(),
            |workspace, row| {
                if self.writing.is_stopped() {
                    return Err(Failure::interrupted());
                }
                let customer = scored.block.customer(self.scorer, row);
                let reasons = match customer.filter(|_| scored.is_scored(row)) {
                    Some(customer) => {
                        let explanation = self.scorer.explain(&customer, &self.explain, workspace);
                        let explanation = explanation.map_err(Failure::usage)?;
                        Reasons {
                            texts: reasons(self.scorer, &customer, &explanation.contributions, self.reasons),
                            evaluations: explanation.evaluations,
                            standard_error: explanation.standard_error(),
                            sampled: !explanation.exact,
                        }
                    }
                    None => Reasons::default(),
                };
                self.writing.progress.advance(1);
                Ok(reasons)
            },
        );
        reasons.collect()
    }
}
