//! Rows of a batch, scored, with their problems in words.

use std::fmt::Write;

use tenure::customer::Problem;
use tenure::scorer::{ColumnBlock, Flag, Scorer};
use tenure_table::Batch;

/// A batch that was checked and scored.
pub struct ScoredBatch {
    pub block: ColumnBlock,
    /// By row: `field: rule: value; …`, empty where all is well.
    pub problems: Vec<String>,
}

impl ScoredBatch {
    /// Checks and scores a batch; `places` are the columns of the fields.
    pub fn new(scorer: &Scorer, batch: &Batch, places: &[usize]) -> ScoredBatch {
        let schema = &scorer.document().schema;
        let (mut block, found) = batch.check(schema, places).into_block(scorer);
        block.score_checked(scorer, batch.rows());
        let mut found = found.into_iter().peekable();
        let problems = (0..batch.rows()).map(|row| {
            let mut of_row = Vec::new();
            while let Some((_, problem)) = found.next_if(|(at, _)| *at == row) {
                of_row.push(problem);
            }
            if block.flags[row] == Flag::Warning as u8 {
                let customer = block.customer(scorer, row);
                of_row.extend(customer.iter().flat_map(|customer| scorer.artifact().encoder.clipped(schema, customer)));
            }
            batch.broken(row).map_or_else(|| in_words(&of_row), |problem| format!("line: broken: {problem}"))
        });
        let problems = problems.collect();
        ScoredBatch { block, problems }
    }

    /// Whether a row has a score.
    pub fn is_scored(&self, row: usize) -> bool {
        self.block.flags[row] != Flag::Error as u8
    }
}

/// Problems in one cell.
pub fn in_words(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        let separator = if text.is_empty() { "" } else { "; " };
        // Writing to a String does not fail.
        let _ = write!(text, "{separator}{}: {}: {}", problem.field, problem.rule.name(), problem.value);
    }
    text
}
