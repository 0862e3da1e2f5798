//! `tenure explain`: explains the score of one row, and finds changes that would lower it.

use serde_json::{Value, json};
use tenure::customer::{Cell, Customer};
use tenure::schema::{Field, Kind};
use tenure::scorer::{CounterfactualRequest, Counterfactuals, ExplainOptions, Explanation, Scale, Scorer};
use tenure::sentence::{ChangeWords, GERMAN, Messages};

use crate::console::Console;
use crate::failure::Failure;
use crate::inputs::{ModelAndTable, Notices};
use crate::rows::{RowOfTable, row_number};

/// Explain the score of one row, and what would lower it
///
/// Prints the probability, the contribution of each field, largest first, and counterfactuals: the
/// cheapest changes that lower the probability below the threshold, within what the schema allows
/// (`changeable`, `[fields.change]`, `[[rules]]`); without a changeable field there are none.
/// Contributions are Shapley values of the probability against the model's background, in percentage
/// points; with --scale log-odds, of the logit. Both describe the model: they show association, not
/// cause, and do not predict what a person will do.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub input: ModelAndTable,
    /// Row to explain, counted from 1 without the header
    #[arg(long, value_name = "NUMBER", value_parser = row_number)]
    pub row: u64,
    /// Maximum number of counterfactuals, 0 to 100
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = clap::value_parser!(u64).range(..=100))]
    pub counterfactuals: u64,
    /// Probability that a counterfactual must go below, 0 to 1; by default the bound of the next
    /// lower tier
    #[arg(long, value_name = "PROBABILITY")]
    pub threshold: Option<f64>,
    /// What contributions add up to: points (percentage points of the probability) or log-odds (the
    /// logit)
    #[arg(long, value_name = "SCALE", default_value = "points", value_parser = ["points", "log-odds"])]
    pub scale: String,
    /// english, german, or a JSON file of messages
    #[arg(long, value_name = "LANGUAGE", default_value = "english")]
    pub language: String,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let Arguments { input, row, counterfactuals, threshold, scale, language, json: as_json } = arguments;
    if let Some(threshold) = threshold.filter(|threshold| !(0.0..=1.0).contains(threshold)) {
        return Err(Failure::usage(format!("--threshold must be a number from 0 to 1 (got {threshold})")));
    }
    let messages = messages(language)?;
    let mut scorer = input.scorer()?;
    scorer.set_messages(messages);
    let changeable = scorer.changeable();
    let source = input.open()?;
    Notices::new(&source, console);
    let customer = RowOfTable::find(&scorer, source, *row)?.customer;
    let mut workspace = scorer.workspace();
    let scale = if scale == "points" { Scale::Probability } else { Scale::LogOdds };
    let options = ExplainOptions { scale, ..ExplainOptions::default() };
    let explanation = scorer.explain(&customer, &options, &mut workspace).map_err(Failure::usage)?;
    let threshold = threshold.or(scorer.threshold(explanation.score.tier));
    let found = match threshold {
        _ if *counterfactuals == 0 => None,
        // An explanation needs neither.
        _ if changeable.is_empty() => {
            console.say(
                "advice needs `changeable`: write `changeable = true` in the schema at what you or the customer can change, and train again",
            );
            None
        }
        None => {
            console.say("advice needs --threshold, because the model has one tier");
            None
        }
        Some(threshold) => {
            let request = CounterfactualRequest { threshold, count: *counterfactuals as usize, fields: changeable };
            let found = scorer.counterfactuals(&customer, &request, &mut workspace).map_err(Failure::usage)?;
            Some((threshold, found))
        }
    };
    if *as_json {
        console.print(document(&scorer, &customer, &explanation, found.as_ref()));
        return Ok(());
    }
    let tier = &scorer.document().policy.tiers[explanation.score.tier];
    let probability = scorer.messages().percent(explanation.score.probability);
    console.print(format!("{probability} {} ({:+.2} on the log-odds)", tier.label, explanation.score.logit));
    for field in largest_first(&explanation) {
        console.print(format!("  {}", sentence(&scorer, &customer, &explanation, field)));
    }
    if let Some((threshold, found)) = &found {
        for answer in answers(&scorer, *threshold, found) {
            console.print(format!("  {answer}"));
        }
    }
    Ok(())
}

fn messages(language: &str) -> Result<Messages, Failure> {
    let text = match language {
        "english" => return Ok(Messages::english()),
        "german" => GERMAN.to_owned(),
        path => std::fs::read_to_string(path).map_err(|error| {
            Failure::usage(format!("--language: {path}: {error}; give english, german or a JSON file"))
        })?,
    };
    Messages::read(&text).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(|problem| format!("  {problem}")).collect();
        Failure::usage(format!("--language: correct these problems of {language}:\n{}", lines.join("\n")))
    })
}

fn largest_first(explanation: &Explanation) -> Vec<usize> {
    let mut order: Vec<usize> = (0..explanation.contributions.len()).collect();
    let size = |field: usize| explanation.contributions[field].abs();
    order.sort_by(|&a, &b| size(b).total_cmp(&size(a)));
    order
}

fn sentence(scorer: &Scorer, customer: &Customer, explanation: &Explanation, field: usize) -> String {
    let (field_of, cell) = (&scorer.document().schema.fields[field], customer.cells()[field]);
    let contribution = explanation.contributions[field];
    match explanation.scale {
        Scale::Probability => scorer.messages().points(field_of, cell, contribution),
        Scale::LogOdds => scorer.messages().contribution(field_of, cell, contribution),
    }
}

/// A sentence for each answer, or why there is none.
fn answers(scorer: &Scorer, threshold: f64, found: &Counterfactuals) -> Vec<String> {
    let (fields, messages, before) = (&scorer.document().schema.fields, scorer.messages(), found.score.probability);
    if let Some(none) = found.none {
        return vec![messages.none(none.name(), before, threshold, found.lowest, found.longest)];
    }
    let sentence = |answer: &tenure::scorer::Counterfactual| {
        let words = answer.changes.iter().map(|change| ChangeWords {
            field: &fields[change.field],
            from: change.from,
            to: change.to,
            follows: change.follows,
        });
        messages.counterfactual(&words.collect::<Vec<_>>(), before, answer.score.probability)
    };
    found.answers.iter().map(sentence).collect()
}

fn document(
    scorer: &Scorer,
    customer: &Customer,
    explanation: &Explanation,
    found: Option<&(f64, Counterfactuals)>,
) -> Value {
    let fields = &scorer.document().schema.fields;
    let contribution = |field: usize| {
        json!({
            "field": fields[field].name,
            "label": scorer.messages().label(&fields[field]),
            "value": value(&fields[field], customer.cells()[field]),
            "text": scorer.text(field, customer.cells()[field]),
            "contribution": explanation.contributions[field],
            "standard_error": explanation.standard_errors[field],
            "sentence": sentence(scorer, customer, explanation, field),
        })
    };
    let mut document = json!({
        "probability": explanation.score.probability,
        "logit": explanation.score.logit,
        "tier": scorer.document().policy.tiers[explanation.score.tier].name,
        "scale": if explanation.scale == Scale::Probability { "probability" } else { "log-odds" },
        "base": explanation.base,
        "exact": explanation.exact,
        "evaluations": explanation.evaluations,
        "contributions": largest_first(explanation).into_iter().map(contribution).collect::<Vec<_>>(),
    });
    if let Some((threshold, found)) = found {
        let sentences = answers(scorer, *threshold, found);
        let answer = |(answer, sentence): (&tenure::scorer::Counterfactual, &String)| {
            let change = |change: &tenure::scorer::FieldChange| {
                json!({
                    "field": fields[change.field].name,
                    "from": value(&fields[change.field], change.from),
                    "to": value(&fields[change.field], change.to),
                    "follows": change.follows,
                })
            };
            json!({
                "changes": answer.changes.iter().map(change).collect::<Vec<_>>(),
                "probability": answer.score.probability,
                "cost": answer.cost,
                "sentence": sentence,
            })
        };
        document["counterfactuals"] = json!({
            "threshold": threshold,
            "reason": found.none.map(tenure::scorer::NoCounterfactual::name),
            "sentence": found.none.map(|_| &sentences[0]),
            "answers": found.answers.iter().zip(&sentences).map(answer).collect::<Vec<_>>(),
            "lowest": found.lowest,
            "exhaustive": found.exhaustive,
            "longest": found.longest,
            "evaluations": found.evaluations,
        });
    }
    document
}

/// A cell as a table has it.
fn value(field: &Field, cell: Cell) -> Value {
    match (cell, &field.kind) {
        (Cell::Number(number), Kind::Number { .. } | Kind::Date { .. }) => number.into(),
        (Cell::Category(code), _) => field.categories().get(code as usize).copied().map_or(Value::Null, Value::from),
        _ => Value::Null,
    }
}
