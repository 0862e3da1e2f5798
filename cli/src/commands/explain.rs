//! `tenure explain`: explains the score of one row, and finds changes that would lower it.

use tenure::scorer::{CounterfactualRequest, ExplainOptions, Scale};
use tenure::sentence::{GERMAN, Messages};
use tenure_rows::{answers, explanation_document, largest_first, sentence};

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
        console.print(explanation_document(&scorer, &customer, &explanation, found.as_ref()));
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
