//! `tenure audit`: what a model reveals about the customers it was trained on.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::json;
use tenure::card::ModelCard;
use tenure::schema::MINIMUM_CUSTOMERS;
use tenure::scorer::Scorer;
use tenure_training::cohort::Cohort;
use tenure_training::evaluation::{schema_sha256, short};
use tenure_training::fit::Control;
use tenure_training::hyperparameters::Hyperparameters;
use tenure_training::membership::{Attack, FEWEST_SHADOW_MODELS, ShadowAttack, logits};
use tenure_training::split::{Shares, Split, SplitBy};
use tenure_training::stored::{
    Breach, Extremes, Place, StoredCategory, StoredNumber, StoredRow, background, categories, extremes, numbers,
};

use crate::console::{Console, interrupted};
use crate::failure::{BROKEN_PROMISE, Failure};
use crate::inputs::{ArtifactFile, ReadArguments, TrustArguments, read_artifact, read_for_training, read_schema};

/// Show what a model reveals about the customers it was trained on
///
/// Counts, in the training table, how many customers stand behind each number, category and
/// background row of the artifact. Each needs at least 20, and a category as many as its field says
/// (`minimum_members`); if one has fewer, the exit code is 3. Then two attacks try to tell the training rows from the test rows: one by the loss, one by
/// likelihood ratios with shadow models, which are trained as the model was. An imported model has the
/// first attack alone, and the rows that it was trained on may be others.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Artifact
    pub model: PathBuf,
    #[command(flatten)]
    pub trust: TrustArguments,
    /// The table that the model was trained on: CSV, TSV, Parquet or .xlsx
    #[arg(long)]
    pub data: PathBuf,
    /// Schema file of the training, or the name of a preset; refused if it is another one. The
    /// artifact has all that is needed
    #[arg(long)]
    pub schema: Option<PathBuf>,
    /// Column of groups, where the model was trained with --group
    #[arg(long, value_name = "COLUMN", conflicts_with = "time")]
    pub group: Option<String>,
    /// Column of times, where the model was trained with --time
    #[arg(long, value_name = "COLUMN")]
    pub time: Option<String>,
    /// Shadow models of the likelihood-ratio attack, an even number of at least 4; 0 leaves the
    /// attack out. Each takes as long as the training did
    #[arg(long, value_name = "INTEGER", default_value_t = FEWEST_SHADOW_MODELS)]
    pub shadow_models: usize,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub reading: ReadArguments,
}

/// What was found. Its JSON is that of `--json`.
#[derive(Serialize)]
struct Audit {
    customers: usize,
    /// The fewest customers that may stand behind an entry.
    minimum: u32,
    numbers: Vec<StoredNumber>,
    categories: Vec<StoredCategory>,
    background: Vec<StoredRow>,
    membership: Membership,
    /// What `tenure report` shows of this table unless it gets `--share`.
    report: Vec<Extremes>,
    breaches: Vec<Breach>,
}

#[derive(Serialize)]
struct Membership {
    by_loss: Attack,
    /// Null without shadow models.
    likelihood_ratio: Option<Attack>,
    shadow_models: usize,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let shadow_models = arguments.shadow_models;
    if shadow_models != 0 && (shadow_models < FEWEST_SHADOW_MODELS || !shadow_models.is_multiple_of(2)) {
        return Err(Failure::usage(format!(
            "--shadow-models must be an even number of at least {FEWEST_SHADOW_MODELS}, or 0 (got {shadow_models})"
        )));
    }
    let ArtifactFile { artifact, .. } = read_artifact(&arguments.model, None, &arguments.trust)?;
    let scorer = Scorer::new(artifact);
    let card = scorer.document().card()?;
    if let Some(file) = &arguments.schema {
        let given = schema_sha256(&read_schema(file)?.schema);
        if given != card.schema_sha256 {
            return Err(Failure::usage(format!(
                "--schema: the model was trained with another schema (SHA-256 {}, this one has {given}); leave the flag out",
                card.schema_sha256
            )));
        }
    }
    let schema = scorer.document().schema.clone();
    let cohort = read_for_training(&arguments.data, &arguments.reading.options(), schema, console)?;
    let split = split(arguments, &card, &cohort)?;

    let artifact = scorer.artifact();
    let (numbers, categories, background) =
        (numbers(artifact, &cohort), categories(&cohort), background(artifact, &cohort));
    let breaches = numbers.iter().filter_map(StoredNumber::breach);
    let breaches = breaches.chain(categories.iter().filter_map(StoredCategory::breach));
    let breaches: Vec<Breach> = breaches.chain(background.iter().filter_map(StoredRow::breach)).collect();
    let logits = logits(&scorer, &cohort);
    let by_loss = Attack::by_loss(&logits, &cohort, &split)?;
    // Nobody can train a shadow model as the imported one was trained.
    let shadow_models = if card.imported.is_some() { 0 } else { shadow_models };
    let likelihood_ratio = match shadow_models {
        0 => None,
        models => Some(shadow_attack(models, &card, &cohort, &split, &logits, console)?),
    };
    let audit = Audit {
        customers: cohort.rows(),
        minimum: MINIMUM_CUSTOMERS,
        membership: Membership { by_loss, likelihood_ratio, shadow_models },
        report: extremes(&cohort),
        numbers,
        categories,
        background,
        breaches,
    };
    console.print(if arguments.json { format!("{:#}", json!(audit)) } else { audit.text() });
    let broken: Vec<String> = audit.breaches.iter().map(Breach::to_string).collect();
    if broken.is_empty() {
        return Ok(());
    }
    let text = format!(
        "{} entries of {} stand for too few customers; do not share the model, and train it again with this \
         version of tenure\n  {}",
        broken.len(),
        arguments.model.display(),
        broken.join("\n  ")
    );
    Err(Failure::new(BROKEN_PROMISE, text))
}

/// The split of the training, made again; refuses a table or a split that is not the training's.
fn split(arguments: &Arguments, card: &ModelCard, cohort: &Cohort) -> Result<Split, Failure> {
    let sha256 = &cohort.report().sha256;
    if *sha256 != card.data_sha256 {
        return Err(Failure::data(format!(
            "{}: the model was trained on another table (SHA-256 {}, this one has {sha256}); name the one that it was trained on",
            arguments.data.display(),
            card.data_sha256
        )));
    }
    let split_by = SplitBy::read(cohort, arguments.group.as_deref(), arguments.time.as_deref())?;
    let split = split_by.split(cohort.labels(), &Shares::default(), card.seed)?;
    let words = split_by.words(&split.test);
    let rows = [split.train.len(), split.validation.len(), split.calibration.len(), split.test.len()];
    let of_card = [card.rows.train, card.rows.validation, card.rows.calibration, card.rows.test];
    if card.split.as_ref().is_some_and(|split| *split != words) || rows != of_card {
        return Err(Failure::usage(format!(
            "the model's rows were split otherwise ({}; {of_card:?} rows) than here ({words}; {rows:?} rows); pass --group, --time \
             and --skip-broken-lines as the training had them",
            card.split.as_deref().unwrap_or("its card does not say how")
        )));
    }
    Ok(split)
}

/// Trains the shadow models with the hyperparameters of the card.
fn shadow_attack(
    models: usize,
    card: &ModelCard,
    cohort: &Cohort,
    split: &Split,
    logits: &[f64],
    console: &Console,
) -> Result<Attack, Failure> {
    let values = Hyperparameters::of_record(&card.training.hyperparameters).map_err(|error| {
        Failure::data(format!("the hyperparameters in the model card cannot be read: {error}; pass --shadow-models 0"))
    })?;
    let params = values.params();
    console.say(format!("training {models} shadow models"));
    let bar = console.bar(0, "shadow models: {msg}, epoch {pos}/{len} {bar:24}");
    let attack = ShadowAttack { params: &params, cohort, split, models };
    let result = attack.run(logits, &mut |stage, report| {
        bar.set_message(stage.to_owned());
        bar.set_length(report.maximum_epochs as u64);
        bar.set_position(report.epoch as u64);
        if interrupted() { Control::Stop } else { Control::Continue }
    });
    bar.finish_and_clear();
    Ok(result?)
}

impl Audit {
    fn text(&self) -> String {
        let mut lines = vec![format!(
            "{} customers; each number, category and background row must stand for at least {} of them",
            self.customers, self.minimum
        )];
        lines.extend(self.categories.chunk_by(|one, next| one.field == next.field).filter_map(|field| {
            let StoredCategory { field, minimum_members, .. } = &field[0];
            (*minimum_members != self.minimum)
                .then(|| format!("the schema says {minimum_members} for the categories of `{field}`"))
        }));
        let mut section = |heading: &str, rows: Vec<Vec<String>>| {
            lines.push(String::new());
            lines.push(heading.to_owned());
            lines.extend(aligned(&rows));
        };
        let heads = ["field", "place", "number", "customers with it", "at or below", "at or above", ""];
        let row = |one: &StoredNumber| {
            let place = match one.place {
                Place::Knot => "knot",
                Place::End => "last knot",
                Place::FarEnd => "far end",
                Place::Bound => "schema's bound",
                Place::OnlyKnot => "only knot",
                Place::Background => "background",
                Place::Reference => "reference",
            };
            let counts = [one.sharing, one.at_or_below, one.at_or_above].map(|count| count.to_string());
            let [sharing, below, above] = counts;
            let number = (one.number as f32).to_string();
            vec![one.field.clone(), place.into(), number, sharing, below, above, mark(one.breach().is_some())]
        };
        section("Numbers", with_heads(&heads, self.numbers.iter().map(row)));
        let row = |one: &StoredCategory| {
            let named = if one.named { "named by a formula" } else { "" };
            let mark = mark(one.breach().is_some());
            vec![one.field.clone(), one.category.clone(), one.customers.to_string(), named.into(), mark]
        };
        section("Categories", with_heads(&["field", "category", "customers", "", ""], self.categories.iter().map(row)));
        let row = |one: &StoredRow| {
            vec![one.row.to_string(), one.equal.to_string(), short(one.nearest), mark(one.breach().is_some())]
        };
        let heads = ["row", "customers equal to it", "distance to the nearest (0 to 1)", ""];
        section("Background", with_heads(&heads, self.background.iter().map(row)));
        let row = |one: &Extremes| {
            let [smallest, largest] = [one.smallest, one.largest].map(|number| (number as f32).to_string());
            let [by_smallest, by_largest] = one.customers.map(|count| count.to_string());
            vec![one.field.clone(), smallest, by_smallest, largest, by_largest]
        };
        let heads = ["field", "smallest", "customers with it", "largest", "customers with it"];
        section(
            "A report on this table shows these values (`tenure report --share` leaves out those of a few customers)",
            with_heads(&heads, self.report.iter().map(row)),
        );
        let Membership { by_loss, likelihood_ratio, shadow_models } = &self.membership;
        lines.push(String::new());
        lines.push(format!("Membership: {} training rows among {} test rows", by_loss.members, by_loss.others));
        lines.push(format!("  by loss: {}", by_loss.words()));
        lines.push(match likelihood_ratio {
            Some(attack) => format!("  by likelihood ratio, {shadow_models} shadow models: {}", attack.words()),
            None => "  by likelihood ratio: left out".into(),
        });
        lines.push(String::new());
        lines.push(match self.breaches.len() {
            0 => "No entry stands for too few customers.".into(),
            count => format!("{count} entries stand for too few customers; they are marked ✗."),
        });
        lines.join("\n")
    }
}

fn mark(is_broken: bool) -> String {
    if is_broken { "✗".into() } else { String::new() }
}

fn with_heads(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    [heads.iter().map(|head| (*head).to_owned()).collect()].into_iter().chain(rows).collect()
}

/// Lines with their cells below each other.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
