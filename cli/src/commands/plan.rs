//! `tenure plan`: which customers of a table get which offer, within a budget and capacities.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use indicatif::HumanCount;
use serde_json::json;
use tenure::scorer::{CohortPlan, Flag, PlanCohort, PlanRequest, Scorer};
use tenure_table::{Appended, Batch, Columns, EncodedRows, nearest};

use crate::console::{Console, interrupted};
use crate::failure::Failure;
use crate::inputs::{ModelAndTable, Notices};
use crate::rows::{
    Output, OutputArguments, Progress, RowArguments, RowColumns, ScoredBatch, Writing, appended, batches, in_order,
};

/// Plan which customers of a table get which offer
///
/// Gives every customer at most one offer of the model's policy, so that the expected profit is as
/// large as the budget, the capacities and the number of contacts allow. Writes all columns of the
/// table as they are, then `probability`, `offer` (empty for none), `expected_profit`, `cost`, `holdout`
/// (yes or no) and `problems`. Prints how near the plan is to the best there can be, and what share of
/// the customers is worth a contact. See docs/decisions.md.
///
/// The table is read twice, so it must be a file. A customer takes 24 bytes and 16 for each offer.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub input: ModelAndTable,
    #[command(flatten)]
    pub columns: RowArguments,
    /// The table to write: .csv, .tsv or .parquet (columns that come from text stay text)
    #[arg(long)]
    pub out: PathBuf,
    /// The most that all offers together may cost, contacts included; no limit by default
    #[arg(long, value_name = "AMOUNT")]
    pub budget: Option<f64>,
    /// The most customers who get an offer; no limit by default
    #[arg(long, value_name = "NUMBER")]
    pub count: Option<u64>,
    /// The most customers who get an offer of this name, instead of the policy's capacity; can be given
    /// several times
    #[arg(long, value_name = "OFFER=NUMBER", value_parser = capacity)]
    pub capacity: Vec<(String, f64)>,
    #[command(flatten)]
    pub output: OutputArguments,
    /// Print the plan's figures and the profit curve as JSON on standard output
    #[arg(long)]
    pub json: bool,
}

fn capacity(text: &str) -> Result<(String, f64), String> {
    let parts = text.rsplit_once('=').and_then(|(name, number)| Some((name.to_owned(), number.parse().ok()?)));
    parts.ok_or_else(|| "must be the name of an offer and a number, as in discount=500".into())
}

const NUMBERS: [&str; 3] = ["probability", "expected_profit", "cost"];
const TEXTS: [&str; 3] = ["offer", "holdout", "problems"];

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let output = Output::new(&arguments.out, arguments.output)?;
    let scorer = arguments.input.scorer()?;
    let request = request(arguments, &scorer)?;
    let mut source = arguments.input.open()?;
    let mut notices = Notices::new(&source, console);
    let columns = arguments.columns.find(&source, scorer.document())?;
    let places = Columns::find(&source, &scorer.document().schema, false)?.fields;
    interrupted();
    let (started, stop) = (Instant::now(), AtomicBool::new(false));
    let progress = Progress::new(console, "judging");
    let mut cohort = PlanCohort::new(&scorer);
    let mut problems: Vec<(usize, String)> = Vec::new();
    in_order(
        batches(&mut source, &progress),
        &|batch| {
            let judged = judge(&scorer, &batch, &places, columns);
            progress.advance(batch.rows() as u64);
            Ok::<_, Failure>(judged)
        },
        &mut |(part, found): (PlanCohort, Vec<(usize, String)>)| {
            let before = cohort.len();
            problems.extend(found.into_iter().map(|(row, problem)| (before + row, problem)));
            cohort.append(part);
            Ok(())
        },
        &stop,
    )?;
    drop(progress);
    notices.print(&source.notices(), console);
    let plan = scorer.plan(&cohort, &request).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("--{problem}")).collect();
        Failure::usage(lines.join("\n"))
    })?;
    let rows = PlannedRows { scorer: &scorer, cohort: &cohort, plan: &plan, problems: &problems };
    let work = |writing: &Writing, before, batch: &Batch| Ok((rows.encode(writing, before, batch)?, ()));
    output.write(
        &mut arguments.input.open()?,
        &appended(&NUMBERS, &TEXTS),
        (console, "writing"),
        &work,
        &mut |()| (),
    )?;
    report(arguments, &scorer, &cohort, &plan, started, console);
    Ok(())
}

fn request(arguments: &Arguments, scorer: &Scorer) -> Result<PlanRequest, Failure> {
    let offers = &scorer.document().policy.offers;
    if offers.is_empty() {
        return Err(Failure::usage(
            "the model's policy has no offers, so there is nothing to plan; add [[policy.offers]] to the schema and train again",
        ));
    }
    let mut capacities = Vec::new();
    for (name, capacity) in &arguments.capacity {
        let Some(offer) = offers.iter().position(|offer| offer.name == *name) else {
            let names: Vec<&str> = offers.iter().map(|offer| offer.name.as_str()).collect();
            let near = nearest(name, names.iter().copied());
            let hint = near.map(|near| format!("; the nearest is `{near}`")).unwrap_or_default();
            return Err(Failure::usage(format!(
                "--capacity: the policy has no offer `{name}`{hint}; it has {}",
                names.join(", ")
            )));
        };
        capacities.push((offer, *capacity));
    }
    Ok(PlanRequest { budget: arguments.budget, count: arguments.count.map(|count| count as f64), capacities })
}

/// What each offer to each row of a batch is worth, and the problems of rows.
fn judge(scorer: &Scorer, batch: &Batch, places: &[usize], columns: RowColumns) -> (PlanCohort, Vec<(usize, String)>) {
    let mut scored = ScoredBatch::new(scorer, batch, places, false);
    let mut problems: Vec<String> = (0..batch.rows()).map(|row| scored.in_words(batch, row)).collect();
    let holdout = scorer.document().policy.holdout.as_ref();
    let (mut days, mut held_out) = (Vec::new(), Vec::new());
    for (row, problems) in problems.iter_mut().enumerate() {
        if columns.days.is_some() {
            let since = columns.days(batch, row).unwrap_or_else(|problem| {
                // Not a customer that can be planned.
                scored.block.flags[row] = Flag::Error as u8;
                *problems += if problems.is_empty() { "" } else { "; " };
                *problems += &problem;
                None
            });
            days.push(since.unwrap_or(f64::NAN));
        }
        if let Some(holdout) = holdout {
            let identifier = columns.identifier(batch, row);
            held_out.push(identifier.is_some_and(|identifier| holdout.holds_out(&identifier)));
        }
    }
    let mut cohort = PlanCohort::new(scorer);
    cohort.push(scorer, &scored.block, batch.rows(), &days, &held_out);
    let problems = problems.into_iter().enumerate().filter(|(_, problem)| !problem.is_empty()).collect();
    (cohort, problems)
}

/// What is written beside the rows of the table.
struct PlannedRows<'a> {
    scorer: &'a Scorer,
    cohort: &'a PlanCohort,
    plan: &'a CohortPlan,
    problems: &'a [(usize, String)],
}

impl PlannedRows<'_> {
    fn encode(&self, writing: &Writing, before: usize, batch: &Batch) -> Result<EncodedRows, Failure> {
        let PlannedRows { cohort, plan, problems, .. } = self;
        let policy = &self.scorer.document().policy;
        let (mut numbers, mut texts) = ([const { Vec::new() }; 3], [const { Vec::new() }; 3]);
        for customer in before..before + batch.rows() {
            let offer = plan.offer(customer);
            let at = offer.map(|offer| customer * policy.offers.len() + offer);
            let amount = |amounts: &[f64]| at.map_or(f32::NAN, |at| amounts[at] as f32);
            // A file that grew since it was judged.
            let probability = cohort.probabilities.get(customer).copied().unwrap_or(f64::NAN);
            let row = [probability as f32, amount(&cohort.candidates.profits), amount(&cohort.candidates.costs)];
            numbers.iter_mut().zip(row).for_each(|(column, number)| column.push(number));
            let is_held_out = cohort.held_out.get(customer).copied().unwrap_or(false);
            let problem = problems.binary_search_by_key(&customer, |(row, _)| *row);
            let row = [
                offer.map_or("", |offer| policy.offers[offer].name.as_str()),
                policy.holdout.as_ref().map_or("", |_| if is_held_out { "yes" } else { "no" }),
                problem.map_or("", |at| problems[at].1.as_str()),
            ];
            texts.iter_mut().zip(row).for_each(|(column, text)| column.push(text));
        }
        writing.progress.advance(batch.rows() as u64);
        let numbers = numbers.iter().map(|column| Appended::Numbers(column));
        writing.encode(batch, &numbers.chain(texts.into_iter().map(Appended::Texts)).collect::<Vec<_>>())
    }
}

fn report(
    arguments: &Arguments,
    scorer: &Scorer,
    cohort: &PlanCohort,
    plan: &CohortPlan,
    started: Instant,
    console: &Console,
) {
    let CohortPlan { allocation, curve, campaigns } = plan;
    let offers = &scorer.document().policy.offers;
    let not_planned = cohort.probabilities.iter().filter(|probability| probability.is_nan()).count() as u64;
    let held_out = cohort.held_out.iter().filter(|held| **held).count() as u64;
    let contacts = allocation.counts.iter().sum::<usize>() as u64;
    console.say(format!(
        "{}: {} rows, {} not planned because of a problem, {} held out; {:.1} s",
        arguments.out.display(),
        HumanCount(cohort.len() as u64),
        HumanCount(not_planned),
        HumanCount(held_out),
        started.elapsed().as_secs_f64()
    ));
    let words = offers
        .iter()
        .zip(&allocation.counts)
        .map(|(offer, count)| format!("{} {}", offer.name, HumanCount(*count as u64)));
    console.say(format!(
        "{} offers ({}) cost {:.2} and bring an expected profit of {:.2}; no plan within these limits brings more than {:.2}",
        HumanCount(contacts),
        words.collect::<Vec<_>>().join(", "),
        allocation.cost,
        allocation.profit,
        allocation.bound
    ));
    console.say(format!(
        "without limits, {:.1}% of the customers are worth an offer (expected profit {:.2}); by risk alone, the best share is {:.1}% (expected profit {:.2})",
        100.0 * curve.best_by_profit.0,
        curve.best_by_profit.1,
        100.0 * curve.best_by_risk.0,
        curve.best_by_risk.1
    ));
    if arguments.json {
        let counts: serde_json::Map<_, _> =
            offers.iter().zip(&allocation.counts).map(|(offer, &count)| (offer.name.clone(), count.into())).collect();
        let campaigns: serde_json::Map<_, _> = offers
            .iter()
            .zip(campaigns)
            .map(|(offer, campaign)| {
                let campaign =
                    campaign.map(|most| json!({ "profit_per_customer": most.profit, "fraction": most.fraction }));
                (offer.name.clone(), json!(campaign))
            })
            .collect();
        let best = |(fraction, profit): (f64, f64)| json!({ "fraction": fraction, "profit": profit });
        console.print(json!({
            "out": arguments.out,
            "rows": cohort.len(),
            "not_planned": not_planned,
            "held_out": held_out,
            "offers": counts,
            "cost": allocation.cost,
            "expected_profit": allocation.profit,
            "bound": allocation.bound,
            "curve": {
                "fractions": curve.fractions,
                "by_profit": curve.by_profit,
                "by_risk": curve.by_risk,
                "best_by_profit": best(curve.best_by_profit),
                "best_by_risk": best(curve.best_by_risk),
            },
            "campaigns": campaigns,
        }));
    }
}
