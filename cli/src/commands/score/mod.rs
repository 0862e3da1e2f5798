//! `tenure score`: a table and an artifact in, the table with scores and reasons out.
//!
//! One thread reads, the pool checks, scores and encodes batches, and one thread writes them in
//! their order. The number of batches under way is bounded, so memory does not grow with the table.

mod output_table;
mod row_scorer;

use std::path::PathBuf;
use std::time::Instant;

use indicatif::HumanCount;
use row_scorer::{RowScorer, Tally};
use serde_json::json;
use tenure::artifact::Document;
use tenure::customer::{ValueSummary, shifts};
use tenure::scorer::ExplainOptions;
use tenure_rows::{REASON_TOLERANCE, score_columns};
use tenure_table::Columns;

use crate::console::Console;
use crate::failure::Failure;
use crate::inputs::{ModelAndTable, Notices, training_shares};
use crate::profiles::ProfileArguments;
use crate::rows::{Output, OutputArguments};

/// Score every row of a table
///
/// Writes all columns of the table as they are, then `probability` (calibrated), `logit`, `tier`,
/// `problems` (`field: rule: value; …`) and, with --reasons, `reason_1`, `reason_2`, …: `Label =
/// value (+0.42)`, largest first. A row with a value that breaks a rule is written too, with empty
/// scores and the rule in `problems`; so is a line with too many or too few cells, with the cells that
/// it has. The exit code is still 0. Values that count as others are summarised by field. A field that
/// has unseen texts, or is missing, in a tenth of the rows more than in training is named; with
/// --strict that is an error. The table need not have the target.
///
/// Memory does not grow with the table. The output is written to a temporary file beside --out,
/// which is renamed when it is complete: an interrupted run leaves nothing at --out. A run that is
/// killed outright leaves the temporary file, `.tenure-….tmp`; the next run that writes into the
/// folder removes it.
///
/// A spreadsheet takes a text that begins with =, +, - or @ for a formula. The table's cells are
/// written as they are unless --spreadsheet-safe is given, so give it for a table that you do not trust.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub input: ModelAndTable,
    /// The table to write: .csv, .tsv or .parquet (columns that come from text stay text)
    #[arg(long)]
    pub out: PathBuf,
    /// Number of reasons per row: the fields that move the row's logit most. Slow: the reasons of a
    /// row take milliseconds of one core, its score takes a microsecond. Exact if the budget allows
    /// it, else estimated
    #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
    pub reasons: usize,
    /// Maximum evaluations of the network for the reasons of one row, at least 16 for each
    /// background row. By default 2^28 multiply-adds' worth; estimates stop as soon as their
    /// standard error is 0.0025. More than 32 times the default counts as that
    #[arg(long, value_name = "EVALUATIONS")]
    pub budget: Option<u64>,
    #[command(flatten)]
    pub output: OutputArguments,
    #[command(flatten)]
    pub profile: ProfileArguments,
    /// Exit with code 1 if a field is unseen or newly missing in more than a tenth of the rows; the
    /// table is written all the same
    #[arg(long)]
    pub strict: bool,
    /// Print the counts of rows as JSON on standard output
    #[arg(long)]
    pub json: bool,
}

pub fn run(arguments: &Arguments, output: &Console) -> Result<(), Failure> {
    let Arguments { input, reasons, budget, .. } = arguments;
    let out = Output::new(&arguments.out, arguments.output)?;
    let (scorer, sha256) = input.scorer_and_hash()?;
    let document = scorer.document();
    let fields = document.schema.fields.len();
    if *reasons > fields {
        return Err(Failure::usage(format!(
            "--reasons must be at most {fields}, the fields of the model (got {reasons})"
        )));
    }
    let tolerance = budget.is_none().then_some(REASON_TOLERANCE);
    let explain = ExplainOptions { budget: *budget, tolerance, ..ExplainOptions::default() };
    if let Some(budget) = *budget {
        let minimum = scorer.minimum_budget();
        if budget < minimum {
            return Err(Failure::usage(format!("--budget must be at least {minimum} for this model (got {budget})")));
        }
    }
    let mut observed = arguments.profile.observed(&scorer, arguments.output.force)?;
    let observes = observed.is_some();
    let mut source = input.open()?;
    let mut notices = Notices::new(&source, output);
    let line_word = source.line_word();
    let places = Columns::find(&source, &document.schema, false)?.fields;
    let tiers: Vec<String> = document.policy.tiers.iter().map(|tier| tier.name.clone()).collect();
    let started = Instant::now();
    let mut tally = Tally::new(document);
    out.write(
        &mut source,
        &score_columns(*reasons),
        (output, "scoring"),
        &|writing, _, batch| {
            let row_scorer =
                RowScorer { scorer: &scorer, places: &places, reasons: *reasons, explain, observes, writing };
            let scored = row_scorer.score(batch)?;
            let cells = output_table::cells(&scored, &tiers, *reasons);
            Ok((writing.encode(batch, &cells)?, (scored.tally, scored.observed)))
        },
        &mut |(part, seen)| {
            tally.add(part);
            observed.iter_mut().zip(&seen).for_each(|(sum, seen)| sum.add(seen));
        },
    )?;
    notices.print(&source.notices(), output);
    if let Some(observed) = &observed {
        arguments.profile.write(observed, &sha256, arguments.output.force, output)?;
    }
    let shifts = shifted(document, &tally);
    report(arguments, document, &tally, &shifts, line_word, started, output);
    if arguments.strict && !shifts.is_empty() {
        return Err(Failure::data(format!(
            "{} fields are not as in training, so these scores may be wrong ({} was written); correct the table, or leave --strict out:\n  {}",
            shifts.len(),
            arguments.out.display(),
            shifts.join("\n  ")
        )));
    }
    shifts.iter().for_each(|line| output.say(format!("warning: {line}")));
    Ok(())
}

/// Fields that are not as they were in training; none where the model has no card that says so.
fn shifted(document: &Document, tally: &Tally) -> Vec<String> {
    let Ok(card) = document.card() else { return Vec::new() };
    let training = training_shares(&document.schema, &card);
    let shifts = shifts(&document.schema, tally.rows, &tally.missing, &tally.replaced, &training);
    shifts.into_iter().map(|shift| shift.message).collect()
}

fn report(
    arguments: &Arguments,
    document: &Document,
    tally: &Tally,
    shifts: &[String],
    line_word: &str,
    started: Instant,
    output: &Console,
) {
    let seconds = started.elapsed().as_secs_f64();
    let rows_per_second = tally.rows as f64 / seconds;
    for (line, problem) in &tally.first_problems {
        output.say(format!("  {line_word} {line}: {problem}"));
    }
    if tally.not_scored as usize > tally.first_problems.len() {
        output.say("  …");
    }
    let mut replaced: Vec<&ValueSummary> = tally.replaced.iter().collect();
    replaced.sort_by_key(|entry| document.schema.field_index(&entry.field));
    replaced.iter().for_each(|entry| output.say(entry.line(tally.rows)));
    output.say(format!(
        "{}: {} rows, {} not scored because of a problem, {} scored with a warning; {seconds:.1} s, {} rows/s",
        arguments.out.display(),
        HumanCount(tally.rows),
        HumanCount(tally.not_scored),
        HumanCount(tally.warned),
        HumanCount(rows_per_second as u64),
    ));
    let tiers = document.policy.tiers.iter().zip(&tally.tiers);
    let words: Vec<_> = tiers.clone().map(|(tier, &rows)| format!("{} {}", tier.label, HumanCount(rows))).collect();
    output.say(format!("tiers: {}", words.join(", ")));
    let explained = tally.rows - tally.not_scored;
    if arguments.reasons > 0 && explained > 0 {
        let evaluations = tally.evaluations as f64 / explained as f64;
        output.say(format!("reasons: {evaluations:.0} evaluations of the network a row on average"));
    }
    if tally.sampled > 0 {
        let rows = HumanCount(tally.sampled);
        output.say(format!(
            "the reasons of {rows} rows are estimates, standard error at most {:.1e}",
            tally.standard_error
        ));
    }
    if arguments.json {
        let tiers: serde_json::Map<_, _> = tiers.map(|(tier, &rows)| (tier.name.clone(), rows.into())).collect();
        output.print(json!({
            "out": arguments.out,
            "rows": tally.rows,
            "not_scored": tally.not_scored,
            "warned": tally.warned,
            "replaced": replaced,
            "shifts": shifts,
            "sampled": tally.sampled,
            "standard_error": tally.standard_error,
            "tiers": tiers,
            "seconds": seconds,
            "rows_per_second": rows_per_second,
        }));
    }
}
