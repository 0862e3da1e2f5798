//! Tables with known outcomes, with a progress bar and a line for everything that was treated.

use std::path::Path;

use tenure::schema::Schema;
use tenure_table::Source;
use tenure_training::cohort::{Cohort, Purpose, RARE_BELOW, prune_rare};

use crate::failure::Failure;
use crate::output::Output;

/// Reads a table to measure a model on.
pub fn read_for_evaluation(data: &Path, schema: &Schema, output: &Output) -> Result<Cohort, Failure> {
    read(Purpose::Evaluation, data, schema, output)
}

/// Reads a table to learn from, and folds rare categories into OTHER.
pub fn read_for_training(data: &Path, mut schema: Schema, output: &Output) -> Result<Cohort, Failure> {
    let mut cohort = read(Purpose::Training, data, &schema, output)?;
    for folded in prune_rare(&mut schema, &mut cohort, RARE_BELOW).map_err(Failure::data)? {
        let names: Vec<_> = folded.categories.iter().map(|(name, rows)| format!("{name} ({rows})")).collect();
        output.say(format!(
            "{}: seen fewer than {RARE_BELOW} times, folded into OTHER: {}",
            folded.field,
            names.join(", ")
        ));
    }
    Ok(cohort)
}

fn read(purpose: Purpose, data: &Path, schema: &Schema, output: &Output) -> Result<Cohort, Failure> {
    let source = Source::open(data)?;
    let cohort = output.reading(|progress| Cohort::read_for(purpose, source, schema, progress))?;
    for line in cohort.report().lines() {
        output.say(line);
    }
    Ok(cohort)
}
