//! `tenure check`: looks for faults in a table. Training prints the same warnings.

use tenure_training::checks::{DataChecks, FieldSummary, Finding};
use tenure_training::schema_file::SchemaFile;
use tenure_training::split::Shares;

use crate::console::Console;
use crate::failure::Failure;
use crate::table::TableArguments;

/// Look for leaks, duplicates, placeholders and gaps in a table
///
/// Look at the warnings before you train. Notes need no action. Duplicates are searched across the
/// split that `tenure train` makes with the same flags.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub table: TableArguments,
    /// Seed of the split
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Print figures and findings as JSON
    #[arg(long)]
    pub json: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let (SchemaFile { schema, .. }, cohort) = arguments.table.read(console)?;
    let split_by = arguments.table.split_by(&cohort)?;
    let split = split_by.split(cohort.labels(), &Shares::default(), arguments.seed)?;
    let checks = arguments.table.find_faults(&cohort, &schema, std::slice::from_ref(&split))?;
    if arguments.json {
        let document = serde_json::to_value(&checks).map_err(Failure::data)?;
        console.print(format!("{document:#}"));
    } else {
        console.print(format!("predicts {}", cohort.prediction()));
        console.print(table(&checks, &split_by.words(&split.test)));
    }
    let quiet = Console { quiet: true };
    arguments.table.judge(&checks, &quiet)
}

fn table(checks: &DataChecks, split: &str) -> String {
    let DataChecks { rows, positives, fields, findings, .. } = checks;
    let share = 100.0 * *positives as f64 / *rows as f64;
    let width = fields.iter().map(|field| field.field.chars().count()).max().unwrap_or(0).clamp(5, 32);
    let mut lines = vec![
        format!("{rows} rows, {positives} positives ({share:.1}%), split {split}"),
        format!("{:<width$}  {:<8}  {:>7}  {:>11}  values", "field", "kind", "missing", "AUC, alone"),
    ];
    for field in fields {
        let missing = 100.0 * field.missing as f64 / *rows as f64;
        let auc = field.roc_auc.map_or("-".into(), |auc| format!("{auc:.3}"));
        let FieldSummary { field: name, kind, .. } = field;
        lines.push(format!("{name:<width$}  {kind:<8}  {missing:>6.1}%  {auc:>11}  {}", values(field)));
    }
    let (warnings, notes): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|finding| finding.warning);
    for (words, findings) in [("warnings", warnings), ("notes", notes)] {
        if !findings.is_empty() {
            lines.push(format!("{words}:"));
            lines.extend(findings.iter().map(|finding| format!("  {}", finding.message)));
        }
    }
    if findings.is_empty() {
        lines.push("no problems found".into());
    }
    lines.join("\n")
}

/// A field's values on one line.
fn values(field: &FieldSummary) -> String {
    if let Some(numbers) = &field.numbers {
        let days = if field.kind == "date" { " days before the reference" } else { "" };
        return format!(
            "{} to {}{days}, quartiles {} {} {}, {} far out",
            numbers.minimum,
            numbers.maximum,
            numbers.lower_quartile,
            numbers.median,
            numbers.upper_quartile,
            numbers.far_out
        );
    }
    let mut seen: Vec<_> = field.categories.iter().filter(|category| category.rows > 0).collect();
    seen.sort_by_key(|category| std::cmp::Reverse(category.rows));
    let words = |category: &&tenure_training::checks::CategorySummary| {
        let rate = 100.0 * category.positives as f64 / category.rows as f64;
        format!("{} {} ({rate:.0}% left)", category.category, category.rows)
    };
    if seen.len() <= 4 {
        return seen.iter().map(words).collect::<Vec<_>>().join(", ");
    }
    let most: Vec<_> = seen.iter().take(2).map(words).collect();
    let fewest = seen.last().map(words).unwrap_or_default();
    format!("{} categories: {}, …, {fewest}", seen.len(), most.join(", "))
}
