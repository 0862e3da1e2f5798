//! Reads a table into a cohort: checks the fields of each batch side by side, leaves out rows with
//! an error, and checks the whole table against the rules of its purpose.

use rayon::prelude::*;
use tenure::customer::{Problem, Rule, ValueSummary};
use tenure::schema::{Outcome, Schema};
use tenure_table::{BATCH_ROWS, Batch, CheckedBatch, CheckedColumn, Column, Columns, Source};

use super::report::{MINIMUM_OF_A_CLASS, MINIMUM_ROWS};
use super::{Cohort, CohortError, Purpose, ReadReport, Unfit};

impl Cohort {
    /// Reads a whole table for training.
    pub fn read(source: Source, schema: &Schema) -> Result<Cohort, CohortError> {
        Cohort::read_for(Purpose::Training, source, schema, &mut |_, _| {})
    }

    /// Reads a whole table; `progress` is called with [`Source::progress`] after every batch.
    ///
    /// Rows with an error are left out and reported, as are rows without a target.
    pub fn read_for(
        purpose: Purpose,
        mut source: Source,
        schema: &Schema,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Cohort, CohortError> {
        let places = Columns::find(&source, schema, true)?;
        let columns = schema.fields.iter().map(Column::new).collect();
        let report = ReadReport::new(&source, schema, places.extra);
        let mut cohort = Cohort { schema: schema.clone(), columns, labels: Vec::new(), left_out: Vec::new(), report };
        let target = places.target.unwrap_or_default();
        source.select(&[&places.fields[..], &[target]].concat());
        while let Some(batch) = source.next() {
            cohort.append(&batch?, &places.fields, target);
            let (done, total) = source.progress();
            if cohort.report.rows as usize <= BATCH_ROWS {
                let expected = cohort.labels.len() as f64 * total as f64 / done.max(1) as f64 * 1.02;
                cohort.reserve(expected as usize);
            }
            progress(done, total);
        }
        cohort.report.notices = source.notices();
        cohort.report.sha256 = source.sha256()?.unwrap_or_default();
        let unfit = cohort.unfit(purpose);
        if unfit.is_empty() { Ok(cohort) } else { Err(CohortError::Unfit(unfit, Box::new(cohort.report))) }
    }

    fn reserve(&mut self, rows: usize) {
        self.labels.reserve(rows);
        self.columns.iter_mut().for_each(|column| column.reserve(rows));
    }

    fn append(&mut self, batch: &Batch, places: &[usize], target: usize) {
        let Cohort { schema, columns, report, .. } = self;
        // Fields are checked side by side, and rows taken together afterwards.
        let fields = schema.fields.par_iter().zip(places);
        let checked: Vec<CheckedColumn> = fields.map(|(field, &place)| batch.check_column(field, place)).collect();
        let CheckedBatch { columns: checked, mut problems } = checked.into_iter().collect();
        let targets: Vec<_> = (0..batch.rows()).map(|row| batch.text(row, target)).collect();
        let outcomes: Vec<Outcome> = targets.iter().map(|text| report.outcome(&schema.target, text)).collect();
        let unlabelled = (0..batch.rows()).filter(|&row| outcomes[row] == Outcome::Missing);
        problems.extend(unlabelled.map(|row| (row, target_missing(schema))));
        problems.sort_by_key(|(row, _)| *row);

        let mut sound = vec![true; batch.rows()];
        for (row, problem) in problems {
            // A row without a target is left out anyway, so its other problems are not counted.
            let of_target = problem.field == schema.target.field;
            if outcomes[row] == Outcome::Missing && !of_target {
                continue;
            }
            if !problem.rule.is_error() {
                ValueSummary::add(&mut report.unseen, problem, 1);
                continue;
            }
            let first = std::mem::replace(&mut sound[row], false);
            *if of_target { &mut report.unlabelled } else { &mut report.invalid } += u64::from(first);
            report.problem(batch.line(row), problem);
        }
        for ((text, &outcome), _) in targets.iter().zip(&outcomes).zip(&sound).filter(|(_, sound)| **sound) {
            report.target_value(&schema.target, text, outcome);
            self.labels.push(outcome == Outcome::Left);
        }
        let first_row = report.rows;
        report.rows += batch.rows() as u64;
        if sound.contains(&false) {
            let rows = (first_row..).zip(&sound);
            self.left_out.extend(rows.filter(|(_, sound)| !**sound).map(|(row, _)| row));
        }
        columns.par_iter_mut().zip(&checked).for_each(|(column, checked)| column.append(checked, &sound));
    }

    fn unfit(&self, purpose: Purpose) -> Vec<Unfit> {
        let (rows, positives, report) = (self.rows(), self.positives(), &self.report);
        let labelled = report.rows - report.unlabelled.min(report.rows);
        let mut unfit = Vec::new();
        if report.invalid * 10 > labelled {
            unfit.push(Unfit::TooManyInvalid { invalid: report.invalid, rows: report.rows });
        }
        let target = &self.schema.target;
        if report.unnamed > 0 {
            unfit.push(Unfit::UnnamedValues {
                field: target.field.clone(),
                rows: report.unnamed,
                values: report.values_of(target, Outcome::Unnamed),
            });
        }
        if rows > 0 && (positives == 0 || positives == rows) {
            let (field, values) = (target.field.clone(), report.target_values.clone());
            unfit.push(Unfit::OneClass { field, left: target.words(), values });
        }
        let training = purpose == Purpose::Training;
        if rows < if training { MINIMUM_ROWS } else { 1 } {
            unfit.push(Unfit::TooFewRows { rows, purpose });
        }
        if training && rows > 0 {
            let one_class = positives == 0 || positives == rows;
            if !one_class && positives.min(rows - positives) < MINIMUM_OF_A_CLASS {
                unfit.push(Unfit::TooFewOfAClass { positives, negatives: rows - positives });
            }
            let empty = self.schema.fields.iter().zip(&self.columns).filter(|(_, column)| column.is_all_missing());
            unfit.extend(empty.map(|(field, _)| Unfit::AllMissing { field: field.name.clone() }));
        }
        unfit
    }
}

fn target_missing(schema: &Schema) -> Problem {
    let message = "the target is missing; the row is left out".into();
    Problem { field: schema.target.field.clone(), rule: Rule::Absent, value: "\"\"".into(), message }
}
