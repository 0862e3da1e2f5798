//! Rows of a batch, scored, with their problems in words.

use std::fmt::Write;

use tenure::customer::Problem;
use tenure::monitoring::Observed;
use tenure::scorer::{ColumnBlock, Flag, Scorer};
use tenure_table::Batch;

/// A batch that was checked and scored.
pub struct ScoredBatch {
    /// The cells and the scores.
    pub block: ColumnBlock,
    /// By row: errors and warnings.
    pub problems: Vec<Vec<Problem>>,
}

impl ScoredBatch {
    /// Checks and scores a batch; `places` are the columns of the fields. `is_watched` says whether its
    /// rows are counted for a profile.
    pub fn new(scorer: &Scorer, batch: &Batch, places: &[usize], is_watched: bool) -> ScoredBatch {
        let schema = &scorer.document().schema;
        let (mut block, found) = batch.check(schema, places).into_block(scorer);
        if is_watched {
            block.watch(scorer);
        }
        block.score_checked(scorer, batch.rows());
        let mut problems = vec![Vec::new(); batch.rows()];
        found.into_iter().for_each(|(row, problem)| problems[row].push(problem));
        for (row, problems) in problems.iter_mut().enumerate() {
            if block.flags[row] == Flag::Warning as u8 {
                let customer = block.customer(scorer, row);
                problems
                    .extend(customer.iter().flat_map(|customer| scorer.artifact().encoder.clipped(schema, customer)));
            }
        }
        ScoredBatch { block, problems }
    }

    /// Whether a row has a score.
    pub fn is_scored(&self, row: usize) -> bool {
        self.block.flags[row] != Flag::Error as u8
    }

    /// Counts of the rows for a profile; `None` where the model cannot be watched.
    pub fn observed(&self, scorer: &Scorer) -> Option<Observed> {
        let mut observed = scorer.observed()?;
        scorer.observe(&mut observed, &self.block, self.problems.len());
        for problem in self.problems.iter().flatten() {
            if let Some(field) = scorer.document().schema.field_index(&problem.field) {
                observed.problem(field, problem.rule);
            }
        }
        Some(observed)
    }

    /// The problems of a row in one cell: `field: rule: value; …`, empty where all is well.
    pub fn in_words(&self, batch: &Batch, row: usize) -> String {
        // A broken row has no values, so each of its fields has an error.
        batch.broken(row).map_or_else(|| in_words(&self.problems[row]), |problem| format!("line: broken: {problem}"))
    }
}

fn in_words(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        let separator = if text.is_empty() { "" } else { "; " };
        // Writing to a String does not fail.
        let _ = write!(text, "{separator}{}: {}: {}", problem.field, problem.rule.name(), problem.value);
    }
    text
}
