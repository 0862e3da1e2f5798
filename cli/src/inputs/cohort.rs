//! Tables with known outcomes.

use std::collections::BTreeMap;
use std::path::Path;

use tenure::card::ModelCard;
use tenure::customer::{Cell, shifts};
use tenure::schema::{Field, Schema};
use tenure_table::{ReadOptions, Source};
use tenure_training::cohort::rare::prune_rare;
use tenure_training::cohort::{Cohort, Purpose};

use crate::console::Console;
use crate::failure::Failure;
use crate::inputs::Notices;

/// Rows of a class from which on figures say something.
const FEW: usize = 10;

/// Reads a table to measure a model on. Says which rows and values were treated how.
pub fn read_for_evaluation(
    data: &Path,
    options: &ReadOptions,
    schema: &Schema,
    console: &Console,
) -> Result<Cohort, Failure> {
    let cohort = read(Purpose::Evaluation, data, options, schema, console)?;
    let (left, stayed) = (cohort.positives(), cohort.rows() - cohort.positives());
    if left.min(stayed) < FEW {
        console.warn(format!("{left} left and {stayed} stayed: figures of fewer than {FEW} of a kind say little"));
    }
    Ok(cohort)
}

/// Says which fields of a table are not as they were in training.
pub fn warn_of_shifts(cohort: &Cohort, card: &ModelCard, console: &Console) {
    let (schema, report) = (cohort.schema(), cohort.report());
    let is_missing = |field: usize, row: usize| cohort.column(field).cell(row) == Cell::Missing;
    let missing = |field: usize| (0..cohort.rows()).filter(|&row| is_missing(field, row)).count() as u64;
    let missing: Vec<u64> = (0..schema.fields.len()).map(missing).collect();
    let training = training_shares(schema, card);
    for shift in shifts(schema, cohort.rows() as u64, &missing, &report.unseen, &training) {
        console.say(format!("warning: {}", shift.message));
    }
}

/// What the card says about each field of the schema, as [`shifts`] takes it.
pub fn training_shares(schema: &Schema, card: &ModelCard) -> Vec<[f64; 2]> {
    let share = |shares: &BTreeMap<String, f64>, field: &Field| shares.get(&field.name).copied().unwrap_or(0.0);
    let missing = |field| card.missing_rates.as_ref().map_or(f64::NAN, |shares| share(shares, field));
    schema.fields.iter().map(|field| [missing(field), share(&card.other_rates, field)]).collect()
}

/// Reads a table to learn from, and merges rare categories into OTHER. Says which rows and values
/// were treated how.
pub fn read_for_training(
    data: &Path,
    options: &ReadOptions,
    mut schema: Schema,
    console: &Console,
) -> Result<Cohort, Failure> {
    let mut cohort = read(Purpose::Training, data, options, &schema, console)?;
    for folded in prune_rare(&mut schema, &mut cohort).map_err(Failure::data)? {
        if !folded.categories.is_empty() {
            console.say(folded.words());
        }
    }
    Ok(cohort)
}

fn read(
    purpose: Purpose,
    data: &Path,
    options: &ReadOptions,
    schema: &Schema,
    console: &Console,
) -> Result<Cohort, Failure> {
    let source = Source::open_with(data, options)?;
    let mut notices = Notices::new(&source, console);
    let cohort = console.reading(|progress| Cohort::read_for(purpose, source, schema, progress))?;
    notices.print(&cohort.report().notices, console);
    for line in cohort.report().lines() {
        console.say(line);
    }
    Ok(cohort)
}
