//! Rows of a table side by side, in groups of batches, so that memory for what is unchecked does not
//! grow with the table.

use rayon::prelude::*;
use tenure::customer::Problem;
use tenure::scorer::{ColumnBlock, DecideOptions, ExplainOptions, Explanation, Flag, Scorer, Stop};
use tenure_rows::{
    DECISION_NUMBERS, DECISION_TEXTS, DecidedRow, REASON_TOLERANCE, RowColumns, ScoredBatch, reasons, score_columns,
};
use tenure_table::{Appended, AppendedColumn, AppendedKind, Batch, EncodedRows, OutputTable, Source, TableRule};

use arrow_array::RecordBatch;

use crate::failure::{Failure, Found};
use crate::work::workspace;

/// Batches of a group, for each thread.
const UNDER_WAY: usize = 4;

/// Calls `work` with every batch and the number of rows before it, side by side; the results are in
/// the order of the batches.
pub fn each_batch<T: Send>(
    source: Source,
    stop: &Stop,
    work: impl Fn(&Batch, u64) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let (mut results, mut before) = (Vec::new(), 0);
    let mut source = source.peekable();
    while source.peek().is_some() {
        let mut group = Vec::new();
        for batch in source.by_ref().take(UNDER_WAY * rayon::current_num_threads()) {
            let batch = match batch {
                // A frame may have no rows, as a partition of Spark often has: neither has its result.
                Err(error) if error.rule == TableRule::Rows => break,
                batch => batch?,
            };
            let rows = batch.rows() as u64;
            group.push((batch, before));
            before += rows;
        }
        let done = group.par_iter().map(|(batch, before)| match stop.is_set() {
            true => Err(Failure::stopped()),
            false => work(batch, *before),
        });
        results.extend(done.collect::<Result<Vec<T>, Failure>>()?);
    }
    Ok(results)
}

/// What is appended to the rows of a table.
pub struct RowScorer<'a> {
    pub scorer: &'a Scorer,
    /// Column of each field of the schema.
    pub places: &'a [usize],
    /// Reasons a row.
    pub reasons: usize,
    /// Most evaluations of the network for the reasons of a row.
    pub budget: Option<u64>,
    /// Whether scores are appended, as `tenure score` does.
    pub scores: bool,
    /// Whether decisions are appended, as `tenure decide` does; beside scores without what these have.
    pub decides: bool,
    /// What a decision needs beside the fields.
    pub columns: RowColumns,
}

impl RowScorer<'_> {
    /// The appended columns.
    pub fn appended(&self) -> Vec<AppendedColumn> {
        let mut columns = if self.scores { score_columns(self.reasons) } else { Vec::new() };
        if self.decides {
            let numbers = DECISION_NUMBERS.map(|name| (name, AppendedKind::Number));
            let texts = DECISION_TEXTS.map(|name| (name, AppendedKind::Text));
            for (name, kind) in numbers.into_iter().chain(texts).filter(|(name, _)| self.keeps(name)) {
                // A score has a tier of its own.
                let name = if self.scores && name == "tier" { "decision_tier" } else { name };
                columns.push(AppendedColumn { name: name.into(), kind });
            }
        }
        columns
    }

    /// Whether a column of a decision is appended.
    fn keeps(&self, name: &str) -> bool {
        !self.scores || !matches!(name, "probability" | "problems")
    }

    /// The batch with the appended columns.
    pub fn encode(&self, batch: &Batch, output: &OutputTable, stop: &Stop) -> Result<RecordBatch, Failure> {
        let scored = ScoredBatch::new(self.scorer, batch, self.places, false);
        let rows = if self.reasons > 0 || self.decides { self.explained(batch, &scored, stop)? } else { Vec::new() };
        let problem = |row: usize| rows.get(row).map_or("", |cells| cells.problem.as_str());
        let problems: Vec<String> = (0..batch.rows())
            .map(|row| {
                let words = scored.in_words(batch, row);
                let separator = if words.is_empty() || problem(row).is_empty() { "" } else { "; " };
                words + separator + problem(row)
            })
            .collect();
        self.cells(batch, output, &scored, &rows, &problems)
    }

    /// Reasons and decisions of the rows.
    fn explained(&self, batch: &Batch, scored: &ScoredBatch, stop: &Stop) -> Result<Vec<RowCells>, Failure> {
        let rows = (0..batch.rows()).into_par_iter().map_init(
            || workspace(self.scorer, stop),
            |workspace, row| {
                if stop.is_set() {
                    return Err(Failure::stopped());
                }
                let mut cells = RowCells::default();
                let customer = scored.block.customer(self.scorer, row).filter(|_| scored.is_scored(row));
                let Some(customer) = customer else { return Ok(cells) };
                if self.reasons > 0 {
                    let tolerance = self.budget.is_none().then_some(REASON_TOLERANCE);
                    let options = ExplainOptions { budget: self.budget, tolerance, ..ExplainOptions::default() };
                    let explanation = self.scorer.explain(&customer, &options, workspace)?;
                    cells.reasons = reasons(self.scorer, &customer, &explanation.contributions, self.reasons);
                }
                if self.decides {
                    match self.columns.days(batch, row) {
                        Err(problem) => cells.problem = problem,
                        Ok(days_since_offer) => {
                            let identifier = self.columns.identifier(batch, row);
                            let options = DecideOptions {
                                identifier: identifier.as_deref(),
                                days_since_offer,
                                reasons: 1,
                                ..DecideOptions::default()
                            };
                            let decision = self.scorer.decide(&customer, &options, workspace)?;
                            cells.decided = Some(DecidedRow::new(self.scorer, &customer, &decision));
                        }
                    }
                }
                Ok(cells)
            },
        );
        rows.collect()
    }

    fn cells(
        &self,
        batch: &Batch,
        output: &OutputTable,
        scored: &ScoredBatch,
        rows: &[RowCells],
        problems: &[String],
    ) -> Result<RecordBatch, Failure> {
        let tiers = &self.scorer.document().policy.tiers;
        let problems = || Appended::Texts(problems.iter().map(String::as_str).collect());
        let mut cells = Vec::new();
        if self.scores {
            let tier = |row: usize| match scored.is_scored(row) {
                true => tiers[usize::from(scored.block.tiers[row])].name.as_str(),
                false => "",
            };
            cells.push(Appended::Numbers(&scored.block.probabilities));
            cells.push(Appended::Numbers(&scored.block.logits));
            cells.push(Appended::Texts((0..batch.rows()).map(tier).collect()));
            cells.push(problems());
            for reason in 0..self.reasons {
                let texts = rows.iter().map(|row| row.reasons.get(reason).map_or("", String::as_str));
                cells.push(Appended::Texts(texts.collect()));
            }
        }
        let numbers: Vec<Vec<f32>> = (0..DECISION_NUMBERS.len())
            .map(|column| {
                rows.iter().map(|row| row.decided.as_ref().map_or(f32::NAN, |row| row.numbers[column] as f32)).collect()
            })
            .collect();
        if self.decides {
            let kept = DECISION_NUMBERS.iter().zip(&numbers).filter(|(name, _)| self.keeps(name));
            cells.extend(kept.map(|(_, numbers)| Appended::Numbers(numbers)));
            for (column, name) in DECISION_TEXTS.iter().enumerate().filter(|(_, name)| self.keeps(name)) {
                cells.push(match *name {
                    "problems" => problems(),
                    _ => {
                        let decided = rows.iter().map(|row| row.decided.as_ref());
                        Appended::Texts(decided.map(|row| row.map_or("", |row| row.texts[column].as_str())).collect())
                    }
                });
            }
        }
        match output.encode(batch, &cells)? {
            EncodedRows::Arrow(batch) => Ok(batch),
            EncodedRows::Text(_) => Err(Failure::new("panic", "rows are encoded as Arrow arrays")),
        }
    }
}

/// What is appended to one row beside its score.
#[derive(Default)]
struct RowCells {
    reasons: Vec<String>,
    decided: Option<DecidedRow>,
    /// Why there is no decision, in words.
    problem: String,
}

/// Scores of a batch, one entry a row.
pub struct Scores {
    /// The cells, and the logits, probabilities and tiers.
    pub block: ColumnBlock,
    /// Errors, not warnings.
    pub problems: Vec<Found>,
}

/// Scores a batch, with the problems of rows that have no score.
pub fn scores(scorer: &Scorer, batch: &Batch, places: &[usize], before: u64) -> Scores {
    let (mut block, problems) = batch.check(&scorer.document().schema, places).into_block(scorer);
    block.score_checked(scorer, batch.rows());
    Scores { block, problems: errors(problems, before) }
}

fn errors(problems: Vec<(usize, Problem)>, before: u64) -> Vec<Found> {
    let errors = problems.into_iter().filter(|(_, problem)| problem.rule.is_error());
    errors.map(|(row, problem)| Found { row: Some(before + row as u64), problem }).collect()
}

/// Explanations of a batch; none for a row that has a problem.
pub fn explanations(
    scorer: &Scorer,
    scored: &Scores,
    options: &ExplainOptions,
    stop: &Stop,
) -> Result<Vec<Option<Explanation>>, Failure> {
    let rows = (0..scored.block.capacity()).into_par_iter().map_init(
        || workspace(scorer, stop),
        |workspace, row| {
            if stop.is_set() {
                return Err(Failure::stopped());
            }
            let is_scored = scored.block.flags[row] != Flag::Error as u8;
            let customer = scored.block.customer(scorer, row).filter(|_| is_scored);
            Ok(customer.map(|customer| scorer.explain(&customer, options, workspace)).transpose()?)
        },
    );
    rows.collect()
}
