//! Errors of all rooms as `tenure.TenureError`: a message, a stable code, and the problems of single
//! values.

use std::fmt::Display;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyList;
use tenure::artifact::{ArtifactError, FORMAT_VERSION};
use tenure::customer::Problem;
use tenure::scorer::{ExplainError, Stopped};
use tenure_table::{ColumnsError, TableError, WriteError};
use tenure_training::cohort::CohortError;
use tenure_training::error_codes;
use tenure_training::fit::FitError;
use tenure_training::import::ImportError;
use tenure_training::init::InitError;
use tenure_training::learn::LearnError;
use tenure_training::metrics::MetricsError;
use tenure_training::split::SplitError;
use tenure_training::train::TrainError;

/// A call that failed.
#[derive(Debug)]
pub enum Failure {
    /// What Tenure refuses.
    Refused {
        /// Stable, for programs; docs/python.md lists them.
        code: &'static str,
        /// For people.
        message: String,
        /// Single values that break a rule.
        problems: Vec<Found>,
    },
    /// What Python raised meanwhile, such as `KeyboardInterrupt`.
    Raised(PyErr),
}

/// A value that breaks a rule, and its row where it stands in a table.
#[derive(Clone, Debug)]
pub struct Found {
    /// Counted from 0.
    pub row: Option<u64>,
    /// The field, the rule and the value.
    pub problem: Problem,
}

impl Failure {
    pub fn new(code: &'static str, message: impl Display) -> Failure {
        Failure::Refused { code, message: message.to_string(), problems: Vec::new() }
    }

    /// A record that breaks rules; the message lists all of them.
    pub fn record(problems: Vec<Problem>) -> Failure {
        let lines: Vec<_> = problems.iter().map(|problem| format!("  {problem}")).collect();
        Failure::Refused {
            code: "record",
            message: format!("the record cannot be scored; correct these values:\n{}", lines.join("\n")),
            problems: problems.into_iter().map(|problem| Found { row: None, problem }).collect(),
        }
    }

    /// Work that was stopped; `Failure::Raised` takes its place where Python says why.
    pub fn stopped() -> Failure {
        Failure::new("stopped", Stopped)
    }

    /// The same failure with another text for a name in its message.
    pub fn renamed(self, name: &str, other: &str) -> Failure {
        match self {
            Failure::Refused { code, message, problems } => {
                Failure::Refused { code, message: message.replace(name, other), problems }
            }
            raised => raised,
        }
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Failure {
        Failure::Raised(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> PyErr {
        let (code, message, problems) = match failure {
            Failure::Raised(error) => return error,
            Failure::Refused { code, message, problems } => (code, message, problems),
        };
        Python::attach(|py| match raise(py, code, &message, &problems) {
            Ok(error) | Err(error) => error,
        })
    }
}

fn raise(py: Python, code: &str, message: &str, problems: &[Found]) -> PyResult<PyErr> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class = CLASS
        .get_or_try_init(py, || -> PyResult<_> { Ok(py.import("tenure._errors")?.getattr("refused")?.unbind()) })?;
    Ok(PyErr::from_value(class.bind(py).call1((message, code, problem_list(py, problems)?))?))
}

/// Problems as tuples of field, rule, value, message and row.
pub fn problem_list<'py>(py: Python<'py>, problems: &[Found]) -> PyResult<Bound<'py, PyList>> {
    PyList::new(
        py,
        problems.iter().map(|Found { row, problem }| {
            (&problem.field, problem.rule.name(), &problem.value, &problem.message, *row)
        }),
    )
}

error_codes! {
    Failure:
    ExplainError: |error| if let ExplainError::Budget(_) = error { "explain_budget" } else { "stopped" };
    Stopped: |_error| "stopped";
    TableError: |error| error.rule.code();
    ColumnsError: |_error| "table_columns";
    WriteError: |error| if let WriteError::NamesTaken { .. } = error { "table_names_taken" } else { "table_write" };
    CohortError: |error| match error {
        CohortError::Table(error) => error.rule.code(),
        CohortError::Columns(_) => "table_columns",
        CohortError::Unfit(..) => "training_table",
    };
    SplitError: |_error| "training_split";
    MetricsError: |_error| "training_metrics";
    InitError: |error| match error {
        InitError::Table(error) => error.rule.code(),
        InitError::Ambiguous(_) => "schema_question",
        InitError::Unclear { .. } => "schema_question",
        InitError::Answers { .. } | InitError::NoValue { .. } | InitError::UnnamedValues { .. } => "schema_answer",
        _ => "schema_draft",
    };
    TrainError: |error| match error {
        TrainError::Fit(FitError::Interrupted) => "stopped",
        TrainError::Breach(_) | TrainError::Background(_) => "training_privacy",
        _ => "training",
    };
}

error_codes! { Failure: any of LearnError(Train, Metrics, Artifact) }
impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Failure {
        match error {
            ImportError::Train(error) => error.into(),
            error => Failure::new("import", error),
        }
    }
}

impl From<ArtifactError> for Failure {
    fn from(error: ArtifactError) -> Failure {
        match error {
            // The core's message is for an older file.
            ArtifactError::Version { found } if found > FORMAT_VERSION => Failure::new(
                error.code(),
                format!(
                    "the artifact has format version {found}, this version of Tenure reads {FORMAT_VERSION}: install a newer package `tenure`"
                ),
            ),
            error => Failure::new(error.code(), &error),
        }
    }
}
