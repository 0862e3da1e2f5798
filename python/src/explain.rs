//! Explanations of a table as arrays for numpy, row by row.

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict};
use tenure::schema::Field;
use tenure::scorer::{ExplainOptions, Explanation, Scale, Scorer, Stop};
use tenure_table::{Batch, Columns, Source};

use crate::failure::{Failure, Found, problem_list};
use crate::rows::{Scores, each_batch, explanations, scores};

/// The scale that a name stands for.
pub fn scale(name: &str) -> Result<Scale, Failure> {
    match name {
        "log-odds" => Ok(Scale::LogOdds),
        "probability" => Ok(Scale::Probability),
        other => Err(Failure::new("option", format!("scale must be \"log-odds\" or \"probability\" (got {other:?})"))),
    }
}

/// Options that a model can follow.
pub fn options(
    scorer: &Scorer,
    scale_name: &str,
    budget: Option<u64>,
    tolerance: Option<f64>,
    seed: u64,
) -> Result<ExplainOptions, Failure> {
    let minimum = scorer.minimum_budget();
    if let Some(budget) = budget.filter(|&budget| budget < minimum) {
        let message = format!("budget must be at least {minimum} for this model (got {budget})");
        return Err(Failure::new("explain_budget", message));
    }
    if let Some(tolerance) = tolerance.filter(|tolerance| tolerance.is_nan() || *tolerance < 0.0) {
        return Err(Failure::new("option", format!("tolerance must be a number of at least 0 (got {tolerance})")));
    }
    Ok(ExplainOptions { scale: scale(scale_name)?, budget, tolerance, seed, interactions: false })
}

/// A batch and its explanations.
struct Explained {
    scores: Scores,
    explanations: Vec<Option<Explanation>>,
}

/// Explanations of all rows of a table.
pub struct ExplainedTable {
    batches: Vec<Explained>,
    fields: Vec<Field>,
}

impl ExplainedTable {
    pub fn new(
        scorer: &Scorer,
        source: Source,
        options: &ExplainOptions,
        stop: &Stop,
    ) -> Result<ExplainedTable, Failure> {
        let fields = scorer.document().schema.fields.clone();
        let places = Columns::find(&source, &scorer.document().schema, false)?.fields;
        let work = |batch: &Batch, before| {
            let scores = scores(scorer, batch, &places, before);
            let explanations = explanations(scorer, &scores, options, stop)?;
            Ok(Explained { scores, explanations })
        };
        Ok(ExplainedTable { batches: each_batch(source, stop, work)?, fields })
    }

    fn rows(&self) -> impl Iterator<Item = Option<&Explanation>> {
        self.batches.iter().flat_map(|batch| batch.explanations.iter().map(Option::as_ref))
    }

    /// A number for each row, as the bytes of f64; NaN where a row has a problem.
    fn numbers<'py>(&self, py: Python<'py>, number: impl Fn(&Explanation) -> f64) -> Bound<'py, PyByteArray> {
        let bytes: Vec<u8> = self.rows().flat_map(|row| row.map_or(f64::NAN, &number).to_ne_bytes()).collect();
        PyByteArray::new(py, &bytes)
    }

    /// A number for each row and field, row by row.
    fn matrix<'py>(&self, py: Python<'py>, row: impl Fn(&Explanation) -> &[f64]) -> Bound<'py, PyByteArray> {
        let mut bytes = Vec::new();
        for explanation in self.rows() {
            match explanation {
                Some(explanation) => row(explanation).iter().for_each(|number| bytes.extend(number.to_ne_bytes())),
                None => self.fields.iter().for_each(|_| bytes.extend(f64::NAN.to_ne_bytes())),
            }
        }
        PyByteArray::new(py, &bytes)
    }

    /// The cells of a field: the bytes of f64 for a number, of u16 codes for a category.
    fn cells<'py>(&self, py: Python<'py>, field: usize) -> Bound<'py, PyByteArray> {
        let blocks = || self.batches.iter().map(|batch| &batch.scores.block);
        let bytes: Vec<u8> = match self.fields[field].is_number() {
            true => blocks().flat_map(|block| &block.numbers[field]).flat_map(|number| number.to_ne_bytes()).collect(),
            false => blocks().flat_map(|block| &block.codes[field]).flat_map(|code| code.to_ne_bytes()).collect(),
        };
        PyByteArray::new(py, &bytes)
    }

    /// All of it, by name.
    pub fn into_dict<'py>(self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let problems: Vec<Found> = self.batches.iter().flat_map(|batch| batch.scores.problems.clone()).collect();
        let cells: Vec<_> = (0..self.fields.len()).map(|field| self.cells(py, field)).collect();
        let exact: Vec<u8> = self.rows().map(|row| u8::from(row.is_some_and(|row| row.exact))).collect();
        let entries = PyDict::new(py);
        entries.set_item("rows", exact.len())?;
        entries.set_item("values", self.matrix(py, |row| &row.contributions))?;
        entries.set_item("standard_errors", self.matrix(py, |row| &row.standard_errors))?;
        entries.set_item("base_values", self.numbers(py, |row| row.base))?;
        entries.set_item("logits", self.numbers(py, |row| row.score.logit))?;
        entries.set_item("probabilities", self.numbers(py, |row| row.score.probability))?;
        entries.set_item("exact", PyByteArray::new(py, &exact))?;
        entries.set_item("cells", cells)?;
        entries.set_item("problems", problem_list(py, &problems)?)?;
        Ok(entries)
    }
}
