//! Training from a table in memory, as `tenure init` and `tenure train` do from a file.
//!
//! Training reads its table several times: for the schema, for the cells, and for what lies apart. So
//! the rows are written to a temporary Parquet file, readable by this user alone, which is removed
//! with the object.

use std::path::PathBuf;
use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use tempfile::TempDir;
use tenure::schema::Schema;
use tenure::scorer::Stop;
use tenure_table::{Appended, AppendedColumn, AppendedKind, Format, OutputTable, Source};
use tenure_training::checks::DataChecks;
use tenure_training::cohort::rare::{Folded, prune_rare};
use tenure_training::cohort::{Cohort, Purpose};
use tenure_training::fit::{Control, FitOptions};
use tenure_training::hyperparameters::{HYPERPARAMETERS, Hyperparameters};
use tenure_training::import::{Description, ImportParams, ImportTable, Weights, import};
use tenure_training::init::{Answers, Draft, InitError, TargetFlags, draft};
use tenure_training::learn::Lesson;
use tenure_training::schema_file::SchemaFile;
use tenure_training::split::{Shares, Split, SplitBy};

use crate::arrow;
use crate::failure::Failure;
use crate::schema::schema_file;
use crate::work::run;

/// The table's name in messages.
const TABLE: &str = "X";

/// Names and help texts of the hyperparameters.
#[pyfunction]
pub fn hyperparameters() -> Vec<(&'static str, &'static str)> {
    HYPERPARAMETERS.iter().map(|row| (row.name, row.help)).collect()
}

/// Reads the description of a network that somebody else trained; all problems of it are one failure.
#[pyfunction]
pub fn check_description(text: &str) -> Result<(), Failure> {
    Description::read(text)?;
    Ok(())
}

/// A table with known outcomes.
#[pyclass(frozen, module = "tenure._native")]
pub struct TrainingTable {
    folder: TempDir,
    rows: usize,
}

impl TrainingTable {
    fn path(&self) -> PathBuf {
        self.folder.path().join("table.parquet")
    }

    fn open(&self) -> Result<Source, Failure> {
        Ok(Source::open(self.path())?)
    }

    /// Messages name the table, not the temporary file.
    fn renamed(&self, failure: Failure) -> Failure {
        failure.renamed(&self.path().display().to_string(), TABLE)
    }
}

#[pymethods]
impl TrainingTable {
    /// Takes a table and a label for each row, as the column `target` behind the others. The rows are
    /// written `copies` times, one copy after the other.
    #[new]
    fn new(table: &Bound<PyAny>, target: String, labels: Vec<String>, copies: usize) -> Result<TrainingTable, Failure> {
        let mut source = arrow::source(table, TABLE)?;
        run(table.py(), move |stop| {
            let io = |error: std::io::Error| Failure::new("file", format!("the temporary folder: {error}"));
            let folder = private_folder().map_err(io)?;
            let training = TrainingTable { folder, rows: labels.len() * copies };
            let column = AppendedColumn { name: target, kind: AppendedKind::Text };
            let output = OutputTable::new(&mut source, Format::Parquet, &[column])?;
            let mut writer = output.writer(std::fs::File::create(training.path()).map_err(io)?)?;
            let (mut batches, mut before) = (Vec::new(), 0);
            for batch in source {
                let batch = batch?;
                let rows = labels.get(before..before + batch.rows());
                let rows = rows.ok_or_else(|| Failure::new("table_rows", "X has more rows than y"))?;
                before += batch.rows();
                let encoded = output.encode(&batch, &[Appended::Texts(rows.iter().map(String::as_str).collect())])?;
                writer.write(&encoded)?;
                if copies > 1 {
                    batches.push(encoded);
                }
                if stop.is_set() {
                    return Err(Failure::stopped());
                }
            }
            if before != labels.len() {
                let message = format!("X has {before} rows, y has {}", labels.len());
                return Err(Failure::new("table_rows", message));
            }
            for _ in 1..copies {
                batches.iter().try_for_each(|batch| writer.write(batch))?;
            }
            writer.finish()?;
            Ok(training)
        })
    }

    #[getter]
    fn rows(&self) -> usize {
        self.rows
    }

    /// Drafts a schema: its text, and what a person should know.
    fn draft(
        &self,
        py: Python,
        target: &str,
        positive: Vec<String>,
        negative: Vec<String>,
        answers: GivenAnswers,
    ) -> Result<(String, Vec<String>), Failure> {
        let drafted = run(py, |_| {
            let flags = TargetFlags { field: target, positive: &positive, negative: &negative };
            let (formats, ignored, minimum_members) = answers;
            let answers = Answers { formats, ignored, minimum_members };
            let Draft { text, notices, .. } =
                draft(self.open()?, &flags, &answers, &mut |_, _| {}).map_err(in_python)?;
            Ok((text, notices))
        });
        drafted.map_err(|failure| self.renamed(failure))
    }

    /// Makes an artifact of a network that somebody else trained: its bytes, and what a person should know.
    #[pyo3(signature = (schema, description, weights, group, time, keep_probabilities, seed))]
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn import_model<'py>(
        &self,
        py: Python<'py>,
        schema: &str,
        description: &str,
        weights: Vec<u8>,
        group: Option<String>,
        time: Option<String>,
        keep_probabilities: bool,
        seed: u64,
    ) -> Result<(Bound<'py, PyBytes>, Vec<String>), Failure> {
        let file = schema_file(schema)?;
        let description = Description::read(description)?;
        let weights = Weights::read(weights)?;
        let params = ImportParams { keep_probabilities, background_rows: None, seed };
        let split_by = (group, time);
        let imported = run(py, |_| self.imported(&file, &description, &weights, split_by, &params));
        let (bytes, notices) = imported.map_err(|failure| self.renamed(failure))?;
        Ok((PyBytes::new(py, &bytes), notices))
    }

    /// Trains: the bytes of the artifact, and what a person should know. `progress` is called with
    /// the stage, the epoch, the most epochs, the losses of training and validation, and the best
    /// epoch; what it raises stops the training.
    #[pyo3(signature = (schema, hyperparameters, group, time, progress))]
    fn train<'py>(
        &self,
        py: Python<'py>,
        schema: &str,
        hyperparameters: &Bound<'py, PyDict>,
        group: Option<String>,
        time: Option<String>,
        progress: Option<Py<PyAny>>,
    ) -> Result<(Bound<'py, PyBytes>, Vec<String>), Failure> {
        let file = schema_file(schema)?;
        let given = given(hyperparameters)?;
        let trained = run(py, |stop| {
            let settings = Settings { given, group, time, progress, raised: Mutex::new(None) };
            let result = self.learn(&file, &settings, stop);
            match settings.raised.into_inner() {
                Ok(Some(error)) => Err(Failure::Raised(error)),
                _ => result,
            }
        });
        let (bytes, notices) = trained.map_err(|failure| self.renamed(failure))?;
        Ok((PyBytes::new(py, &bytes), notices))
    }
}

/// A temporary folder that nobody else can open.
fn private_folder() -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("tenure-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

/// The fields of [`Answers`].
type GivenAnswers = (Vec<(String, String)>, Vec<String>, Vec<(String, u32)>);

/// How to train.
struct Settings {
    given: Hyperparameters,
    group: Option<String>,
    time: Option<String>,
    progress: Option<Py<PyAny>>,
    /// What `progress` raised.
    raised: Mutex<Option<PyErr>>,
}

/// A table that is ready to learn from.
struct Prepared {
    cohort: Cohort,
    split_by: SplitBy,
    split: Split,
    checks: DataChecks,
    /// What a person should know of it.
    notices: Vec<String>,
}

impl TrainingTable {
    /// Reads the table, folds rare categories, splits the rows and checks them.
    fn prepared(
        &self,
        schema: &Schema,
        group: Option<&str>,
        time: Option<&str>,
        seed: u64,
    ) -> Result<Prepared, Failure> {
        let mut schema_read = schema.clone();
        let mut cohort = Cohort::read_for(Purpose::Training, self.open()?, schema, &mut |_, _| {})?;
        let mut notices: Vec<String> = cohort.report().lines();
        let folded =
            prune_rare(&mut schema_read, &mut cohort).map_err(|error| Failure::new("training_table", error))?;
        notices.extend(folded.iter().filter(|folded| !folded.categories.is_empty()).map(Folded::words));
        let split_by = SplitBy::read(&cohort, group, time)?;
        let split = split_by.split(cohort.labels(), &Shares::default(), seed)?;
        let checks = DataChecks::run(&cohort, schema, std::slice::from_ref(&split))?;
        notices.extend(checks.warnings().map(|finding| finding.message.clone()));
        Ok(Prepared { cohort, split_by, split, checks, notices })
    }

    fn imported(
        &self,
        SchemaFile { schema, policy }: &SchemaFile,
        description: &Description,
        weights: &Weights,
        (group, time): (Option<String>, Option<String>),
        params: &ImportParams,
    ) -> Result<(Vec<u8>, Vec<String>), Failure> {
        let Prepared { cohort, split_by, split, checks, mut notices } =
            self.prepared(schema, group.as_deref(), time.as_deref(), params.seed)?;
        let table = ImportTable {
            cohort: &cohort,
            schema,
            policy,
            split: &split,
            split_words: split_by.words(&split.test),
            checks: &checks,
        };
        let imported = import(description, weights, &table, params)?;
        notices.extend(imported.differences.lines());
        notices.extend(imported.too_good.map(|found| found.message));
        Ok((imported.bytes, notices))
    }

    fn learn(
        &self,
        SchemaFile { schema, policy }: &SchemaFile,
        settings: &Settings,
        stop: &Stop,
    ) -> Result<(Vec<u8>, Vec<String>), Failure> {
        let params = settings.given.params();
        let Prepared { cohort, split_by, split, checks, mut notices } =
            self.prepared(schema, settings.group.as_deref(), settings.time.as_deref(), params.seed)?;
        let lesson = Lesson {
            params: &params,
            cohort: &cohort,
            schema,
            policy,
            split_by: &split_by,
            split: &split,
            checks: &checks,
        };
        let learned = lesson.learn(&FitOptions::default(), &mut |stage, report| {
            let told = settings.progress.as_ref().map_or(Ok(()), |progress| {
                let losses = (report.train_loss, report.validation_loss);
                let told = (stage, report.epoch, report.maximum_epochs, losses.0, losses.1, report.best_epoch);
                Python::attach(|py| progress.bind(py).call1(told).map(drop))
            });
            if let Err(error) = told {
                *settings.raised.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(error);
                return Control::Stop;
            }
            if stop.is_set() { Control::Stop } else { Control::Continue }
        })?;
        notices.extend(learned.too_good.iter().map(|found| found.message.clone()));
        let (_, bytes) = learned.artifact()?;
        Ok((bytes, notices))
    }
}

/// Reads hyperparameters; all that is wrong with them is one failure.
fn given(hyperparameters: &Bound<PyDict>) -> Result<Hyperparameters, Failure> {
    let (mut given, mut wrong) = (Hyperparameters::default(), Vec::new());
    for (name, value) in hyperparameters.iter() {
        let (name, value): (String, String) = (name.extract()?, value.extract()?);
        if let Err(problem) = given.read(&name, &value) {
            wrong.push(problem);
        }
    }
    for row in HYPERPARAMETERS.iter().filter(|row| given.get(row.name).is_some()) {
        if let Some(other) = row.excludes.filter(|other| given.get(other).is_some()) {
            wrong.push(format!("{} cannot be given beside {other}", row.name));
        }
    }
    if wrong.is_empty() {
        return Ok(given);
    }
    let known: Vec<_> = HYPERPARAMETERS.iter().map(|row| row.name).collect();
    let message = format!("hyperparameters: {}; the names are {}", wrong.join("; "), known.join(", "));
    Err(Failure::new("hyperparameters", message))
}

/// The questions of `tenure init` with answers as arguments of Python.
fn in_python(error: InitError) -> Failure {
    match error {
        InitError::Ambiguous(question) => {
            let values: String = question.values.iter().map(|value| format!("\n  {value}")).collect();
            let message = format!(
                "which label of y means that a customer left? {}.{values}\nanswer with `positive`, as in TenureClassifier(positive=\"…\")",
                question.why
            );
            Failure::new("schema_question", message)
        }
        error => {
            let code = Failure::from(error);
            let words = [
                ("--format COLUMN=FORMAT", "formats={COLUMN: FORMAT}"),
                ("with --format ", "with formats "),
                ("leave the column out with --ignore COLUMN", "leave the column out with ignore=[COLUMN]"),
                ("--format", "formats"),
                ("--ignore", "ignore"),
                ("--minimum-members COLUMN=5", "minimum_members={COLUMN: 5}"),
                ("--minimum-members", "minimum_members"),
                ("--positive", "positive"),
                ("--negative", "negative"),
                ("name another column with --target", "pass other labels"),
            ];
            words.into_iter().fold(code, |failure, (flag, argument)| failure.renamed(flag, argument))
        }
    }
}
