//! A model that is ready: one record at a time, and tables.

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyList};
use tenure::artifact::write;
use tenure::customer::Customer;
use tenure::scorer::{CounterfactualRequest, DecideOptions, ExplainOptions, Scorer};
use tenure_rows::{RowColumns, cell_value, explanation_document};
use tenure_table::{Batch, Columns, Format, OutputTable, Source, listed, nearest};

use crate::arrow::{self, Table};
use crate::explain::{ExplainedTable, options};
use crate::failure::{Failure, Found, problem_list};
use crate::record::customer;
use crate::rows::{RowScorer, each_batch, scores};
use crate::work::{guarded, run, workspace};

/// The name of a table in memory, for messages.
const TABLE: &str = "table";

/// The model of an artifact.
#[pyclass(frozen, module = "tenure._native")]
pub struct Model {
    scorer: Scorer,
    bytes: Vec<u8>,
}

/// A score as the package's sources take it: logit, probability, tier, warnings.
type ScoreOfRecord<'py> = (f64, f64, usize, Bound<'py, PyList>);

#[pymethods]
impl Model {
    /// Reads the bytes of an artifact.
    #[new]
    fn new(py: Python, bytes: Vec<u8>) -> Result<Model, Failure> {
        let scorer = run(py, |_| Ok(Scorer::from_bytes(&bytes)?))?;
        Ok(Model { scorer, bytes })
    }

    /// The bytes that it was read from.
    #[getter]
    fn bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.bytes)
    }

    /// The schema as JSON.
    fn schema(&self) -> Result<String, Failure> {
        json(&self.scorer.document().schema)
    }

    /// The policy as JSON.
    fn policy(&self) -> Result<String, Failure> {
        json(&self.scorer.document().policy)
    }

    /// The model card as JSON.
    fn card(&self) -> String {
        self.scorer.document().card.clone()
    }

    /// The rows of the background as JSON: by row the values of the fields, as a table has them.
    fn background(&self) -> Result<String, Failure> {
        let fields = &self.scorer.document().schema.fields;
        let row = |customer: &Customer| -> serde_json::Map<String, serde_json::Value> {
            let cells = fields.iter().zip(customer.cells());
            cells.map(|(field, cell)| (field.name.clone(), cell_value(field, *cell))).collect()
        };
        json(&self.scorer.artifact().background.iter().map(row).collect::<Vec<_>>())
    }

    fn tier_names(&self) -> Vec<String> {
        self.scorer.document().policy.tiers.iter().map(|tier| tier.name.clone()).collect()
    }

    fn field_names(&self) -> Vec<String> {
        self.scorer.document().schema.fields.iter().map(|field| field.name.clone()).collect()
    }

    fn field_labels(&self) -> Vec<String> {
        self.scorer.document().schema.fields.iter().map(|field| field.label().to_owned()).collect()
    }

    /// The categories of each field, in the order of their codes; `None` for a number.
    fn categories(&self) -> Vec<Option<Vec<String>>> {
        let fields = self.scorer.document().schema.fields.iter();
        let texts = |field: &tenure::schema::Field| field.categories().into_iter().map(Into::into).collect();
        fields.map(|field| (!field.is_number()).then(|| texts(field))).collect()
    }

    fn score<'py>(&self, record: &Bound<'py, PyAny>) -> Result<ScoreOfRecord<'py>, Failure> {
        guarded(|| {
            let (customer, mut warnings) = customer(&self.scorer.document().schema, record)?;
            let score = self.scorer.score(&customer, &mut self.scorer.workspace());
            warnings.extend(self.scorer.artifact().encoder.clipped(&self.scorer.document().schema, &customer));
            let warnings: Vec<_> = warnings.into_iter().map(|problem| Found { row: None, problem }).collect();
            Ok((score.logit, score.probability, score.tier, problem_list(record.py(), &warnings)?))
        })
    }

    /// The document of `tenure explain --json`.
    #[pyo3(signature = (record, scale_name, budget, tolerance, seed, threshold, count, fields))]
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn explain(
        &self,
        record: &Bound<PyAny>,
        scale_name: &str,
        budget: Option<u64>,
        tolerance: Option<f64>,
        seed: u64,
        threshold: Option<f64>,
        count: usize,
        fields: Option<Vec<String>>,
    ) -> Result<String, Failure> {
        let options = options(&self.scorer, scale_name, budget, tolerance, seed)?;
        let (customer, _) = customer(&self.scorer.document().schema, record)?;
        let request = (count > 0).then(|| self.request(threshold, count, fields)).transpose()?;
        let scorer = &self.scorer;
        run(record.py(), |stop| {
            let mut workspace = workspace(scorer, stop);
            let explanation = scorer.explain(&customer, &options, &mut workspace)?;
            let found = match request {
                None => None,
                Some(request) => {
                    let threshold = request.threshold.or(scorer.threshold(explanation.score.tier));
                    let threshold = threshold.ok_or_else(|| {
                        Failure::new("option", "the model has one tier, so threshold must be a probability (got None)")
                    })?;
                    let request = CounterfactualRequest { threshold, count: request.count, fields: request.fields };
                    Some((threshold, scorer.counterfactuals(&customer, &request, &mut workspace)?))
                }
            };
            json(&explanation_document(scorer, &customer, &explanation, found.as_ref()))
        })
    }

    /// The document of `tenure decide`.
    #[pyo3(signature = (record, identifier, days_since_offer, reasons))]
    fn decide(
        &self,
        record: &Bound<PyAny>,
        identifier: Option<String>,
        days_since_offer: Option<f64>,
        reasons: usize,
    ) -> Result<String, Failure> {
        if let Some(days) = days_since_offer.filter(|days| !(days.is_finite() && *days >= 0.0)) {
            let message = format!("days_since_offer must be a number of days, at least 0 (got {days})");
            return Err(Failure::new("option", message));
        }
        let (customer, _) = customer(&self.scorer.document().schema, record)?;
        let scorer = &self.scorer;
        run(record.py(), |stop| {
            let options = DecideOptions {
                identifier: identifier.as_deref(),
                days_since_offer,
                reasons,
                explain: ExplainOptions::default(),
                ..DecideOptions::default()
            };
            let decision = scorer.decide(&customer, &options, &mut workspace(scorer, stop))?;
            Ok(scorer.decision_json(&customer, &decision))
        })
    }

    /// A table with columns appended.
    #[pyo3(signature = (table, reasons, budget, scores, decides, identifier, days, keep))]
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn append(
        &self,
        py: Python,
        table: &Bound<PyAny>,
        reasons: usize,
        budget: Option<u64>,
        scores: bool,
        decides: bool,
        identifier: Option<String>,
        days: Option<String>,
        keep: bool,
    ) -> Result<Table, Failure> {
        let scorer = &self.scorer;
        let fields = scorer.document().schema.fields.len();
        if reasons > fields {
            let message = format!("reasons must be at most {fields}, the fields of the model (got {reasons})");
            return Err(Failure::new("option", message));
        }
        // The budget is checked as that of an explanation.
        options(scorer, "log-odds", budget, None, 0)?;
        let mut source = arrow::source(table, TABLE)?;
        run(py, move |stop| {
            let places = Columns::find(&source, &scorer.document().schema, false)?.fields;
            let columns = match decides {
                true => self.row_columns(&source, identifier.as_deref(), days.as_deref())?,
                false => RowColumns::default(),
            };
            let rows = RowScorer { scorer, places: &places, reasons, budget, scores, decides, columns };
            let appended = rows.appended();
            let own = source.columns().len();
            // Parquet's form of the rows is that of record batches.
            let output = OutputTable::new(&mut source, Format::Parquet, &appended)?;
            let schema = output.arrow_schema().ok_or_else(|| Failure::new("panic", "Parquet has types"))?;
            let place = |batch: &arrow_array::RecordBatch| match keep {
                true => Ok(batch.clone()),
                false => batch.project(&(own..own + appended.len()).collect::<Vec<_>>()),
            };
            let damaged = |error| Failure::new("table_undamaged", error);
            let batches = each_batch(source, stop, |batch: &Batch, _| {
                place(&rows.encode(batch, &output, stop)?).map_err(damaged)
            })?;
            let empty = place(&arrow_array::RecordBatch::new_empty(schema)).map_err(damaged)?;
            Ok(Table::new(empty.schema(), batches))
        })
    }

    /// Bytes of the probabilities and logits (f32) and tiers (u8) of a table, and the problems of rows that have no score.
    fn scores<'py>(&self, table: &Bound<'py, PyAny>) -> Result<Bound<'py, PyDict>, Failure> {
        let py = table.py();
        let source = arrow::source(table, TABLE)?;
        let scorer = &self.scorer;
        let batches = run(py, move |stop| {
            let places = Columns::find(&source, &scorer.document().schema, false)?.fields;
            each_batch(source, stop, |batch: &Batch, before| Ok(scores(scorer, batch, &places, before)))
        })?;
        let singles = |part: fn(&crate::rows::Scores) -> &[f32]| {
            let bytes: Vec<u8> = batches.iter().flat_map(part).flat_map(|number| number.to_ne_bytes()).collect();
            PyByteArray::new(py, &bytes)
        };
        let tiers: Vec<u8> = batches.iter().flat_map(|batch| batch.block.tiers.iter().copied()).collect();
        let problems: Vec<Found> = batches.iter().flat_map(|batch| batch.problems.clone()).collect();
        let entries = PyDict::new(py);
        entries.set_item("probabilities", singles(|batch| &batch.block.probabilities))?;
        entries.set_item("logits", singles(|batch| &batch.block.logits))?;
        entries.set_item("tiers", PyByteArray::new(py, &tiers))?;
        entries.set_item("problems", problem_list(py, &problems)?)?;
        Ok(entries)
    }

    /// Arrays of the explanations of a table, by name.
    #[pyo3(signature = (table, scale_name, budget, tolerance, seed))]
    fn explain_table<'py>(
        &self,
        table: &Bound<'py, PyAny>,
        scale_name: &str,
        budget: Option<u64>,
        tolerance: Option<f64>,
        seed: u64,
    ) -> Result<Bound<'py, PyDict>, Failure> {
        let options = options(&self.scorer, scale_name, budget, tolerance, seed)?;
        let source = arrow::source(table, TABLE)?;
        let scorer = &self.scorer;
        let explained = run(table.py(), move |stop| ExplainedTable::new(scorer, source, &options, stop))?;
        Ok(explained.into_dict(table.py())?)
    }

    /// The same model whose dates count back from another day (text, year first).
    fn with_reference(&self, day: &str) -> Result<Model, Failure> {
        let days = tenure::schema::date::read(day).ok_or_else(|| {
            Failure::new("option", format!("reference must be a date, year first, as in 2024-01-31 (got {day:?})"))
        })?;
        let mut artifact = self.scorer.artifact().clone();
        if !artifact.document.schema.set_reference(days.floor()) {
            return Err(Failure::new("option", "the model has no date field, so it takes no reference"));
        }
        let bytes = write(&artifact)?;
        Ok(Model { scorer: Scorer::new(artifact), bytes })
    }
}

/// What a search for counterfactuals is asked for.
struct Request {
    threshold: Option<f64>,
    count: usize,
    fields: Vec<usize>,
}

impl Model {
    fn request(&self, threshold: Option<f64>, count: usize, fields: Option<Vec<String>>) -> Result<Request, Failure> {
        let schema = &self.scorer.document().schema;
        if let Some(threshold) = threshold.filter(|threshold| !(0.0..=1.0).contains(threshold)) {
            return Err(Failure::new("option", format!("threshold must be a number from 0 to 1 (got {threshold})")));
        }
        let changeable = self.scorer.changeable();
        let fields = match fields {
            None => changeable,
            Some(names) => {
                let position = |name: &String| {
                    let field = schema.field_index(name).filter(|field| changeable.contains(field));
                    field.ok_or_else(|| {
                        let known: Vec<_> = changeable.iter().map(|&field| schema.fields[field].name.clone()).collect();
                        let known = listed(&known);
                        Failure::new("option", format!("fields must be changeable ones ({known}) (got {name:?})"))
                    })
                };
                names.iter().map(position).collect::<Result<_, _>>()?
            }
        };
        Ok(Request { threshold, count, fields })
    }

    /// The columns of a decision; an identifier is needed where the policy holds customers out.
    fn row_columns(
        &self,
        source: &Source,
        identifier: Option<&str>,
        days: Option<&str>,
    ) -> Result<RowColumns, Failure> {
        let document = self.scorer.document();
        let position = |name: &str| source.columns().iter().position(|column| column == name);
        let named = |option: &str, name: &str| {
            position(name).ok_or_else(|| {
                let near = nearest(name, source.columns().iter().map(String::as_str));
                let near = near.map_or(String::new(), |near| format!("; the nearest is `{near}`"));
                Failure::new("table_columns", format!("{option}: the table has no column `{name}`{near}"))
            })
        };
        let days = days.map(|name| named("days", name)).transpose()?;
        let id = identifier.map(|name| named("identifier", name)).transpose()?;
        let id = id.or_else(|| document.schema.identifiers.iter().find_map(|name| position(name)));
        if let (Some(holdout), None) = (&document.policy.holdout, id)
            && holdout.fraction > 0.0
        {
            return Err(Failure::new(
                "table_columns",
                format!(
                    "the policy holds out {}% of the customers, by their identifier: name its column with `identifier`, because the table has none of the schema's ({})",
                    100.0 * holdout.fraction,
                    listed(&document.schema.identifiers)
                ),
            ));
        }
        Ok(RowColumns { id, days })
    }
}

/// A document as JSON.
fn json(document: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(document).map_err(|error| Failure::new("panic", error))
}
