//! One row of a table, as a customer.

use tenure::customer::Customer;
use tenure::scorer::Scorer;
use tenure_table::{Batch, Columns, Source};

use crate::failure::Failure;

/// A row of a table.
pub struct RowOfTable {
    pub customer: Customer,
    /// The rows around it.
    pub batch: Batch,
    /// Its position among them.
    pub at: usize,
}

/// The value of a flag that takes a row.
pub fn row_number(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "must be a whole number; the first row is 1".into())
}

impl RowOfTable {
    /// Finds a row, counted from 1, and checks it.
    pub fn find(scorer: &Scorer, source: Source, row: u64) -> Result<RowOfTable, Failure> {
        let schema = &scorer.document().schema;
        let places = Columns::find(&source, schema, false)?.fields;
        let (path, word) = (source.path().display().to_string(), source.line_word());
        let mut before = 0;
        for batch in source {
            let batch = batch?;
            let at = (row - 1 - before) as usize;
            if at >= batch.rows() {
                before += batch.rows() as u64;
                continue;
            }
            if let Some(problem) = batch.broken(at) {
                return Err(Failure::data(format!("{path}: {word} {} cannot be scored: {problem}", batch.line(at))));
            }
            let (block, problems) = batch.check(schema, &places).into_block(scorer);
            let problems = problems.iter().filter(|(row, problem)| *row == at && problem.rule.is_error());
            let lines: Vec<_> = problems.map(|(_, problem)| format!("  {problem}")).collect();
            let customer = block.customer(scorer, at).filter(|_| lines.is_empty()).ok_or_else(|| {
                Failure::data(format!(
                    "{path}: {word} {} cannot be scored; correct these values:\n{}",
                    batch.line(at),
                    lines.join("\n")
                ))
            })?;
            return Ok(RowOfTable { customer, batch, at });
        }
        Err(Failure::usage(format!("--row must be at most {before}, the rows of {path} (got {row})")))
    }
}
