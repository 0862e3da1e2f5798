//! `tenure decide`: what to offer the customers of a table, one by one.

use std::path::PathBuf;

use indicatif::HumanCount;
use rayon::prelude::*;
use serde_json::json;
use tenure::monitoring::Observed;
use tenure::scorer::{DecideOptions, ExplainOptions, Scorer};
use tenure_rows::{DECISION_NUMBERS, DECISION_TEXTS, DecidedRow};
use tenure_table::{Appended, Batch, Columns, Source};

use crate::console::Console;
use crate::failure::Failure;
use crate::inputs::{ModelAndTable, Notices};
use crate::profiles::ProfileArguments;
use crate::rows::{
    Output, OutputArguments, RowArguments, RowColumns, RowOfTable, ScoredBatch, Writing, appended, row_number,
};

/// Decide what to offer every customer of a table
///
/// Writes all columns of the table as they are, then `probability`, `tier` (of the decision), `action`
/// (what people do with that tier), `value`, `expected_profit`, `cost` (of the offer and the contact),
/// `offer` (the best one), `reason` (why this offer, or why the customer is at risk), `reason_field`
/// (its field, or its group of the policy), `withheld` (the offer that a held-out customer would have
/// got), `refused` (`offer: rule; …`), `holdout` (yes or no) and `problems`. A row with a value that breaks a rule is written with empty cells and the rule in
/// `problems`. Offers and rules are those of the model's policy, see docs/decisions.md.
///
/// Every row is decided by itself: capacities and budgets are matters of `tenure plan`. The reasons of
/// a row take milliseconds of one core.
///
/// Without --out, prints the decision of one row as JSON.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub input: ModelAndTable,
    #[command(flatten)]
    pub columns: RowArguments,
    /// The table to write: .csv, .tsv or .parquet (columns that come from text stay text)
    #[arg(long, conflicts_with = "row")]
    pub out: Option<PathBuf>,
    /// Without --out: the row whose decision is printed, counted from 1 without the header
    /// (default: 1)
    #[arg(long, value_name = "NUMBER", value_parser = row_number)]
    pub row: Option<u64>,
    /// Maximum number of reasons in the decision of --row
    #[arg(long, value_name = "NUMBER", default_value_t = 3)]
    pub reasons: usize,
    #[command(flatten)]
    pub output: OutputArguments,
    #[command(flatten)]
    pub profile: ProfileArguments,
    /// Print the counts of rows as JSON on standard output
    #[arg(long)]
    pub json: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    if arguments.out.is_none() && arguments.profile.profile.is_some() {
        return Err(Failure::usage("--profile needs --out: one row makes no profile"));
    }
    let (scorer, sha256) = arguments.input.scorer_and_hash()?;
    let policy = &scorer.document().policy;
    if policy.offers.is_empty() {
        console.warn(
            "the model's policy has no offers, so there is nothing to decide but the tier; add [[policy.offers]] to the schema and train again",
        );
    }
    let source = arguments.input.open()?;
    let columns = arguments.columns.find(&source, scorer.document())?;
    match (&arguments.out, arguments.row) {
        (Some(out), None) => table(arguments, out, (&scorer, &sha256), source, columns, console),
        (_, row) => one(arguments, &scorer, source, columns, row.unwrap_or(1), console),
    }
}

fn one(
    arguments: &Arguments,
    scorer: &Scorer,
    source: Source,
    columns: RowColumns,
    row: u64,
    console: &Console,
) -> Result<(), Failure> {
    Notices::new(&source, console);
    let RowOfTable { customer, batch, at } = RowOfTable::find(scorer, source, row)?;
    let identifier = columns.identifier(&batch, at);
    let options = DecideOptions {
        identifier: identifier.as_deref(),
        days_since_offer: columns.days(&batch, at).map_err(Failure::data)?,
        reasons: arguments.reasons,
        ..DecideOptions::default()
    };
    let decision = scorer.decide(&customer, &options, &mut scorer.workspace()).map_err(Failure::usage)?;
    console.print(scorer.decision_json(&customer, &decision));
    Ok(())
}

/// The decisions of a batch, one entry a row.
#[derive(Default)]
struct Decided {
    numbers: [Vec<f32>; DECISION_NUMBERS.len()],
    texts: [Vec<String>; DECISION_TEXTS.len()],
    tally: Tally,
}

/// Counts of rows.
#[derive(Clone, Debug, Default)]
struct Tally {
    rows: u64,
    not_decided: u64,
    held_out: u64,
    /// By offer: rows whose best offer it is.
    offers: Vec<u64>,
    /// Expected profit of the best offers.
    profit: f64,
}

fn table(
    arguments: &Arguments,
    out: &PathBuf,
    (scorer, sha256): (&Scorer, &str),
    mut source: Source,
    columns: RowColumns,
    console: &Console,
) -> Result<(), Failure> {
    let output = Output::new(out, arguments.output)?;
    let mut observed = arguments.profile.observed(scorer, arguments.output.force)?;
    let observes = observed.is_some();
    let mut notices = Notices::new(&source, console);
    let places = Columns::find(&source, &scorer.document().schema, false)?.fields;
    let offers = &scorer.document().policy.offers;
    let mut tally = Tally { offers: vec![0; offers.len()], ..Tally::default() };
    output.write(
        &mut source,
        &appended(&DECISION_NUMBERS, &DECISION_TEXTS),
        (console, "deciding"),
        &|writing, _, batch| {
            let (decided, seen) = decide(scorer, batch, &places, columns, writing, observes)?;
            let numbers = decided.numbers.iter().map(|numbers| Appended::Numbers(numbers));
            let texts = decided.texts.iter().map(|texts| Appended::Texts(texts.iter().map(String::as_str).collect()));
            Ok((writing.encode(batch, &numbers.chain(texts).collect::<Vec<_>>())?, (decided.tally, seen)))
        },
        &mut |(part, seen): (Tally, Option<Observed>)| {
            observed.iter_mut().zip(&seen).for_each(|(sum, seen)| sum.add(seen));
            tally.rows += part.rows;
            tally.not_decided += part.not_decided;
            tally.held_out += part.held_out;
            tally.profit += part.profit;
            tally.offers.iter_mut().zip(part.offers).for_each(|(sum, rows)| *sum += rows);
        },
    )?;
    notices.print(&source.notices(), console);
    if let Some(observed) = &observed {
        arguments.profile.write(observed, sha256, arguments.output.force, console)?;
    }
    let named = offers.iter().zip(&tally.offers);
    let words: Vec<String> =
        named.clone().map(|(offer, rows)| format!("{} {}", offer.name, HumanCount(*rows))).collect();
    console.say(format!(
        "{}: {} rows, {} not decided because of a problem, {} held out; offers: {}",
        out.display(),
        HumanCount(tally.rows),
        HumanCount(tally.not_decided),
        HumanCount(tally.held_out),
        if words.is_empty() { "none".into() } else { words.join(", ") }
    ));
    if arguments.json {
        let offers: serde_json::Map<_, _> = named.map(|(offer, &rows)| (offer.name.clone(), rows.into())).collect();
        console.print(json!({
            "out": out,
            "rows": tally.rows,
            "not_decided": tally.not_decided,
            "held_out": tally.held_out,
            "offers": offers,
            "expected_profit": tally.profit,
        }));
    }
    Ok(())
}

/// Decides the rows of a batch side by side, until it is asked to stop; also counts them, if they are
/// observed.
fn decide(
    scorer: &Scorer,
    batch: &Batch,
    places: &[usize],
    columns: RowColumns,
    writing: &Writing,
    observes: bool,
) -> Result<(Decided, Option<Observed>), Failure> {
    let scored = ScoredBatch::new(scorer, batch, places, observes);
    let mut observed = observes.then(|| scored.observed(scorer)).flatten();
    let one = |workspace: &mut _, row: usize| {
        if writing.is_stopped() {
            return Err(Failure::interrupted());
        }
        let decision = match scored.block.customer(scorer, row).filter(|_| scored.is_scored(row)) {
            None => Err(String::new()),
            Some(customer) => columns.days(batch, row).map(|days_since_offer| {
                let identifier = columns.identifier(batch, row);
                let options = DecideOptions {
                    identifier: identifier.as_deref(),
                    days_since_offer,
                    reasons: 1,
                    explain: ExplainOptions::default(),
                    ..DecideOptions::default()
                };
                let decision = scorer.decide(&customer, &options, workspace);
                decision.map(|decision| (DecidedRow::new(scorer, &customer, &decision), decision))
            }),
        };
        writing.progress.advance(1);
        match decision {
            Ok(decision) => decision.map(Ok).map_err(Failure::usage),
            Err(problem) => Ok(Err(problem)),
        }
    };
    let decisions = (0..batch.rows()).into_par_iter().map_init(|| scorer.workspace(), one);
    let decisions = decisions.collect::<Result<Vec<_>, Failure>>()?;
    let mut decided = Decided::default();
    decided.tally.offers = vec![0; scorer.document().policy.offers.len()];
    decided.tally.rows = batch.rows() as u64;
    for (row, decision) in decisions.into_iter().enumerate() {
        let mut problems = scored.in_words(batch, row);
        let (numbers, texts) = match decision {
            Ok((cells, decision)) => {
                decided.tally.held_out += u64::from(decision.holdout == Some(true));
                decided.tally.profit += decision.expected_profit;
                if let Some(observed) = &mut observed {
                    observed.decision(decision.actions.first().map(|best| best.offer));
                }
                if let Some(best) = decision.actions.first() {
                    decided.tally.offers[best.offer] += 1;
                }
                (cells.numbers, cells.texts)
            }
            Err(problem) => {
                decided.tally.not_decided += 1;
                let separator = if problem.is_empty() || problems.is_empty() { "" } else { "; " };
                problems = problems + separator + &problem;
                ([f64::NAN; DECISION_NUMBERS.len()], Default::default())
            }
        };
        decided.numbers.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number as f32));
        let texts = texts.into_iter().chain([problems]);
        decided.texts.iter_mut().zip(texts).for_each(|(column, text)| column.push(text));
    }
    Ok((decided, observed))
}
