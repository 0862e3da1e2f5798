//! `tenure outcomes`: what came of decisions.

use std::path::{Path, PathBuf};

use indicatif::HumanCount;
use serde::Serialize;
use tenure::schema::date;
use tenure_table::Source;
use tenure_training::outcomes::{
    Arm, DecisionRow, Effect, Effects, Estimate, Joined, LeftOut, OutcomeRow, Share, Uplift, join, uplift,
};

use crate::console::{Console, refuse_overwrite, write_json};
use crate::failure::Failure;
use crate::inputs::column;

/// Measure what came of decisions
///
/// Joins a table that `tenure decide` wrote with a table of what the customers did, by customer and,
/// with --date and --outcome-date, by day: an outcome belongs to the latest decision on its day or
/// before. Prints how many customers with an offer stayed, what the offers added to that over the
/// held-out customers, and what it cost and was worth; by tier, offer and reason, with intervals of
/// 95%. Where offers were withheld by chance, it estimates whom they change most (uplift, with its Qini
/// curve). Rows without a counterpart are counted and left out.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The decisions: a table that `tenure decide` wrote
    pub decisions: PathBuf,
    /// The outcomes: a table with a row for each customer whose outcome is known
    pub outcomes: PathBuf,
    /// Column of the decisions that identifies the customer
    #[arg(long, value_name = "COLUMN")]
    pub id: String,
    /// Column of the outcomes that identifies the customer; by default that of --id
    #[arg(long, value_name = "COLUMN")]
    pub outcome_id: Option<String>,
    /// Column of the outcomes that says who left
    #[arg(long, value_name = "COLUMN")]
    pub left: String,
    /// Value of --left that means "left"; can be given several times. Every other value means
    /// "stayed"; a blank is left out
    #[arg(long, value_name = "VALUE", required = true)]
    pub positive: Vec<String>,
    /// Column of the decisions with the day of the decision, year first
    #[arg(long, value_name = "COLUMN", requires = "outcome_date")]
    pub date: Option<String>,
    /// Column of the outcomes with the day of the outcome, year first
    #[arg(long, value_name = "COLUMN", requires = "date")]
    pub outcome_date: Option<String>,
    /// The most days from a decision to its outcome
    #[arg(long, value_name = "DAYS", requires = "date", value_parser = window)]
    pub window: Option<f64>,
    /// File to write the figures to, as JSON; `-` prints JSON instead of the text
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Overwrite the JSON file
    #[arg(long)]
    pub force: bool,
}

fn window(text: &str) -> Result<f64, String> {
    let days = text.parse().ok().filter(|days: &f64| days.is_finite() && *days >= 0.0);
    days.ok_or_else(|| "must be a number of days, at least 0".into())
}

/// The figures, as JSON has them.
#[derive(Serialize)]
struct Outcomes {
    /// Decisions with an outcome.
    decisions: usize,
    /// Customers to whom the policy had nothing to offer: how many stayed.
    without_offer: [usize; 2],
    left_out: LeftOut,
    /// Rows with a cell that cannot be read.
    unreadable: Vec<String>,
    effects: Effects,
    /// `None` where there is no experiment to estimate it from.
    uplift: Option<Uplift>,
    /// Why there is none.
    no_uplift: Option<String>,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let json = arguments.json.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = json {
        refuse_overwrite(path, arguments.force)?;
    }
    let mut unreadable = Vec::new();
    let decisions = read_decisions(arguments, &mut unreadable)?;
    let outcomes = read_outcomes(arguments, &mut unreadable)?;
    let Joined { rows, left_out } = join(decisions, &outcomes, arguments.window);
    if rows.is_empty() {
        let outcomes = arguments.outcomes.display();
        return Err(Failure::data(format!(
            "no decision has an outcome: {}; check that `{}` and `{}` of {outcomes} name the same customers",
            problems(&left_out, &unreadable).join("; "),
            arguments.id,
            arguments.outcome_id.as_ref().unwrap_or(&arguments.id),
        )));
    }
    for problem in problems(&left_out, &unreadable) {
        console.warn(problem);
    }
    let of_arm =
        |stayed: bool| rows.iter().filter(|(decision, left)| decision.arm == Arm::NoOffer && *left != stayed).count();
    let (uplift, no_uplift) = match uplift(&rows) {
        Ok(uplift) => (Some(uplift), None),
        Err(reason) => (None, Some(reason.to_string())),
    };
    let figures = Outcomes {
        decisions: rows.len(),
        without_offer: [of_arm(false) + of_arm(true), of_arm(true)],
        left_out,
        unreadable,
        effects: Effects::measure(&rows),
        uplift,
        no_uplift,
    };
    match (&arguments.json, json) {
        (Some(_), None) => console.print(serde_json::to_string_pretty(&figures).map_err(Failure::data)?),
        (_, path) => {
            console.print(figures.text());
            if let Some(path) = path {
                write_json(path, &figures, arguments.force)?;
            }
        }
    }
    Ok(())
}

/// A day that can be read, `None` without a column; an error says what it is instead.
fn day(text: Option<&str>) -> Result<Option<f64>, String> {
    let Some(text) = text else { return Ok(None) };
    date::read(text).map(Some).ok_or_else(|| format!("must be a day, year first (got {text:?})"))
}

fn read_decisions(arguments: &Arguments, unreadable: &mut Vec<String>) -> Result<Vec<DecisionRow>, Failure> {
    let source = Source::open(&arguments.decisions)?;
    let id = column(&source, "--id", &arguments.id)?;
    let written = |name: &str| column(&source, "a table that `tenure decide` wrote is needed", name);
    let (offer, holdout) = (written("offer")?, written("holdout")?);
    let [probability, value, cost] = [written("probability")?, written("value")?, written("cost")?];
    let [tier, reason, withheld] = [written("tier")?, written("reason_field")?, written("withheld")?];
    let date = arguments.date.as_ref().map(|name| column(&source, "--date", name)).transpose()?;
    let file = arguments.decisions.display().to_string();
    let word = source.line_word();
    let mut rows = Vec::new();
    for batch in source {
        let batch = batch?;
        for row in 0..batch.rows() {
            let text = |column: usize| batch.text(row, column);
            let line = batch.line(row);
            let mut report = |column: &str, problem: String| {
                unreadable.push(format!("{file}, {word} {line}: {column} {problem}"));
            };
            let mut number = |name: &str, column: usize| {
                let text = batch.text(row, column);
                let number = text.parse().ok().filter(|number: &f64| number.is_finite());
                if number.is_none() && !text.is_empty() {
                    report(name, format!("must be a number (got {text:?})"));
                }
                number
            };
            let (probability, value, cost) =
                (number("probability", probability), number("value", value), number("cost", cost));
            let date = match day(date.map(text).as_deref()) {
                Ok(date) => date,
                Err(problem) => {
                    report(arguments.date.as_deref().unwrap_or_default(), problem);
                    continue;
                }
            };
            if text(id).is_empty() {
                report(&arguments.id, "names no customer".into());
                continue;
            }
            let (offered, held) = (text(offer), text(withheld));
            let arm = match (&*text(holdout), &*offered, &*held) {
                ("yes", _, held) if !held.is_empty() => Arm::HeldOut,
                ("yes", ..) | (_, "", _) => Arm::NoOffer,
                _ => Arm::Offered,
            };
            rows.push(DecisionRow {
                line,
                customer: text(id).into_owned(),
                day: date,
                arm,
                probability,
                value,
                cost: if arm == Arm::Offered { cost.unwrap_or(0.0) } else { 0.0 },
                tier: text(tier).into_owned(),
                offer: if arm == Arm::HeldOut { held } else { offered }.into_owned(),
                reason: text(reason).into_owned(),
            });
        }
    }
    Ok(rows)
}

fn read_outcomes(arguments: &Arguments, unreadable: &mut Vec<String>) -> Result<Vec<OutcomeRow>, Failure> {
    let source = Source::open(&arguments.outcomes)?;
    let id = column(&source, "--outcome-id", arguments.outcome_id.as_ref().unwrap_or(&arguments.id))?;
    let left = column(&source, "--left", &arguments.left)?;
    let date = arguments.outcome_date.as_ref().map(|name| column(&source, "--outcome-date", name)).transpose()?;
    let (file, word) = (arguments.outcomes.display().to_string(), source.line_word());
    let mut rows = Vec::new();
    let mut seen = false;
    for batch in source {
        let batch = batch?;
        for row in 0..batch.rows() {
            let (line, customer) = (batch.line(row), batch.text(row, id).into_owned());
            let answer = batch.text(row, left);
            let day = day(date.map(|date| batch.text(row, date)).as_deref());
            let problem = match &day {
                Err(problem) => format!("{} {problem}", arguments.outcome_date.as_deref().unwrap_or_default()),
                Ok(_) if customer.is_empty() => "no customer is named".into(),
                Ok(_) if answer.is_empty() => format!("{} is blank", arguments.left),
                Ok(_) => String::new(),
            };
            let left = arguments.positive.iter().any(|positive| *positive == answer);
            seen |= left;
            match day {
                Ok(day) if problem.is_empty() => rows.push(OutcomeRow { line, customer, day, left }),
                _ => unreadable.push(format!("{file}, {word} {line}: {problem}")),
            }
        }
    }
    if !seen && !rows.is_empty() {
        return Err(Failure::usage(format!(
            "--positive: no row of {file} has `{}` = {}, so nobody would have left; name the value that means it",
            arguments.left,
            arguments.positive.join(" or ")
        )));
    }
    Ok(rows)
}

/// What was left out, in words.
fn problems(left_out: &LeftOut, unreadable: &[String]) -> Vec<String> {
    let lines = |lines: &[u64]| {
        let first: Vec<String> = lines.iter().take(3).map(u64::to_string).collect();
        format!("{}{}", first.join(", "), if lines.len() > 3 { ", …" } else { "" })
    };
    let LeftOut {
        doubled_decisions,
        decisions_without_outcome,
        unknown_customers,
        before_decision,
        after_window,
        doubled_outcomes,
    } = left_out;
    let kinds = [
        (doubled_decisions, "decisions", "stand beside another of the same customer on the same day"),
        (decisions_without_outcome, "decisions", "have no outcome"),
        (unknown_customers, "outcomes", "are of customers without a decision"),
        (before_decision, "outcomes", "come before the first decision about their customer"),
        (after_window, "outcomes", "come later than --window after their decision"),
        (doubled_outcomes, "outcomes", "are of a decision that has one already"),
    ];
    let mut problems: Vec<String> = Vec::new();
    for (rows, what, why) in kinds.into_iter().filter(|(rows, ..)| !rows.is_empty()) {
        let count = HumanCount(rows.len() as u64);
        problems.push(format!("{count} {what} {why} and are left out (line {})", lines(rows)));
    }
    if let Some(first) = unreadable.first() {
        let count = HumanCount(unreadable.len() as u64);
        problems.push(format!("{count} cells cannot be read, and their rows count without them: {first}"));
    }
    problems
}

impl Outcomes {
    fn text(&self) -> String {
        let Effects { all, tiers, offers, reasons } = &self.effects;
        let [without, stayed] = self.without_offer;
        let count = |count: usize| HumanCount(count as u64);
        let mut lines = vec![
            format!("{} decisions with an outcome", count(self.decisions)),
            format!("  with an offer      {}", share(&all.offered)),
            format!("  offer withheld     {}", share(&all.held_out)),
            format!("  nothing to offer   {} of {} customers stayed", count(stayed), count(without)),
            String::new(),
        ];
        lines.extend(effect(all));
        for (title, groups) in [("tier", tiers), ("offer", offers), ("reason", reasons)] {
            for group in groups {
                lines.push(String::new());
                lines.push(format!(
                    "{title} {}: {} with an offer stayed, {} without it",
                    group.group,
                    percent(group.offered.rate),
                    percent(group.held_out.rate)
                ));
                lines.extend(effect(group));
            }
        }
        lines.push(String::new());
        match (&self.uplift, &self.no_uplift) {
            (Some(uplift), _) => lines.extend(uplift_lines(uplift)),
            (None, reason) => {
                lines.push(format!("Whom the offers change most is not known: {}.", reason.as_deref().unwrap_or("")));
            }
        }
        lines.join("\n")
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "none".into(), |share| format!("{:.1}%", 100.0 * share))
}

fn share(share: &Share) -> String {
    let interval = &share.interval;
    match share.rate {
        None => "no customer".into(),
        Some(rate) => format!(
            "{} of {} customers stayed: {:.1}% ({:.1} to {:.1})",
            HumanCount(share.stayed),
            HumanCount(share.customers),
            100.0 * rate,
            100.0 * interval.low,
            100.0 * interval.high
        ),
    }
}

/// An estimate with its interval; a bound that is not there is left open.
fn interval(estimate: &Estimate, scale: f64, digits: usize) -> String {
    let bound = |bound: Option<f64>| bound.map_or("no bound".into(), |bound| format!("{:.digits$}", scale * bound));
    format!("{:.digits$} ({} to {})", scale * estimate.value, bound(estimate.low), bound(estimate.high))
}

fn effect(effect: &Effect) -> Vec<String> {
    let Some(lift) = &effect.lift else {
        let missing =
            if effect.offered.customers == 0 { "No offer was made" } else { "No offer was withheld by chance" };
        return vec![format!("  {missing}, so nothing shows what the offers changed.")];
    };
    let rows = [
        ("lift, in points", Some(lift), 100.0, 1),
        ("customers saved", effect.saved.as_ref(), 1.0, 1),
        ("cost of each", effect.cost_per_saved.as_ref(), 1.0, 2),
        ("worth", effect.value_saved.as_ref(), 1.0, 0),
        ("return on cost", effect.roi.as_ref(), 100.0, 0),
    ];
    let rows = rows.into_iter().filter_map(|(name, estimate, scale, digits)| {
        let unit = if name == "return on cost" { " %" } else { "" };
        Some(format!("  {name:<18} {}{unit}", interval(estimate?, scale, digits)))
    });
    let cost = format!("  {:<18} {:.2}", "cost", effect.cost);
    rows.chain([cost]).collect()
}

fn uplift_lines(uplift: &Uplift) -> Vec<String> {
    let mut lines = vec![
        format!(
            "Whom the offers change most, from two models of {} customers with an offer and {} without it:",
            HumanCount(uplift.customers[0] as u64),
            HumanCount(uplift.customers[1] as u64)
        ),
        format!(
            "  Qini coefficient {:.3} by predicted uplift, {:.3} by risk (1 is the best order, 0 a random one)",
            uplift.qini, uplift.qini_by_risk
        ),
    ];
    lines.extend(uplift.groups.iter().enumerate().map(|(at, group)| {
        let observed = group.observed.as_ref().map_or("an arm is empty".into(), |lift| interval(lift, 100.0, 1));
        format!(
            "  fifth {}: mean risk {}, predicted {:+.1} points, observed {observed}",
            at + 1,
            percent(Some(group.probability)),
            100.0 * group.predicted
        )
    }));
    lines
}
