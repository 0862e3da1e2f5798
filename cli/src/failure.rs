//! The error message of a failed command, and its exit code.

use std::fmt::Display;
use std::path::Path;

use tenure::artifact::ArtifactError;
use tenure::card::CardError;
use tenure_export::ExportError;
use tenure_table::{ColumnsError, TableError, TableRule};
use tenure_training::checkpoint::CheckpointError;
use tenure_training::cohort::CohortError;
use tenure_training::error_codes;
use tenure_training::evaluation::EvaluationError;
use tenure_training::file::FileError;
use tenure_training::fit::FitError;
use tenure_training::imbalance::ImbalanceError;
use tenure_training::import::ImportError;
use tenure_training::init::InitError;
use tenure_training::learn::LearnError;
use tenure_training::metrics::MetricsError;
use tenure_training::split::SplitError;
use tenure_training::train::TrainError;

use crate::runs::StoreError;
use crate::tracking::TrackingError;

/// A failed command: the message goes to standard error, the code to the shell.
#[derive(Debug)]
pub struct Failure {
    pub exit_code: i32,
    pub message: String,
}

/// Error in a table, a record or an artifact.
pub const DATA: i32 = 1;
/// Error in the flags, the schema or the configuration.
pub const USAGE: i32 = 2;
/// Error of the machine: files, memory, network.
pub const ENVIRONMENT: i32 = 3;
/// A model breaks a promise of privacy: `tenure audit` alone ends so.
pub const BROKEN_PROMISE: i32 = 3;
/// A model is not signed by the key that it must be signed by.
pub const UNSIGNED: i32 = 3;
/// What a model sees has moved: `tenure monitor` alone ends so.
pub const DRIFT: i32 = 3;
/// What a model sees is not as it reads it, or a profile cannot be used: `tenure monitor` alone.
pub const BROKEN_DATA: i32 = 4;
/// A challenger is not better than the model: `tenure retrain` alone ends so.
pub const NOT_BETTER: i32 = 3;
/// A better challenger waits for a person: `tenure retrain` alone ends so.
pub const AWAITS_APPROVAL: i32 = 5;
/// Stopped by Ctrl-C.
pub const INTERRUPTED: i32 = 130;

impl Failure {
    pub fn new(exit_code: i32, message: impl Display) -> Failure {
        Failure { exit_code, message: message.to_string() }
    }

    pub fn data(message: impl Display) -> Failure {
        Failure::new(DATA, message)
    }

    pub fn usage(message: impl Display) -> Failure {
        Failure::new(USAGE, message)
    }

    /// A file that cannot be read or written.
    pub fn file(path: &Path, error: impl Display) -> Failure {
        Failure::new(ENVIRONMENT, format!("{}: {error}", path.display()))
    }

    pub fn interrupted() -> Failure {
        Failure::new(INTERRUPTED, "interrupted; nothing was written")
    }
}

error_codes! {
    Failure:
    TableError: |error| table(error);
    ColumnsError: |_error| DATA;
    CohortError: |error| match error {
        CohortError::Table(error) => table(error),
        CohortError::Columns(_) | CohortError::Unfit(..) => DATA,
    };
    SplitError: |error| match error {
        SplitError::Table(error) => table(error),
        SplitError::File { .. } | SplitError::Apart { .. } => DATA,
        _ => USAGE,
    };
    InitError: |error| match error {
        InitError::Table(error) => table(error),
        InitError::NoTarget { .. } | InitError::Ambiguous(_) => USAGE,
        InitError::NoValue { .. } | InitError::UnnamedValues { .. } => USAGE,
        InitError::Answers { .. } | InitError::Unclear { .. } => USAGE,
        _ => DATA,
    };
    FileError: |error| if error.is_taken() { USAGE } else { ENVIRONMENT };
    CheckpointError: |error| match error {
        CheckpointError::File(_) => ENVIRONMENT,
        CheckpointError::Damaged { .. } => DATA,
        CheckpointError::OtherRun { .. } => USAGE,
    };
    MetricsError: |_error| DATA;
    EvaluationError: |_error| DATA;
    ArtifactError: |_error| DATA;
    CardError: |_error| DATA;
    ExportError: |error| match error {
        ExportError::Option { .. } => USAGE,
        ExportError::Field { .. } | ExportError::Size { .. } => DATA,
    };
    StoreError: |error| match error {
        StoreError::File { .. } => ENVIRONMENT,
        StoreError::Line { .. } => DATA,
    };
    TrackingError: |error| match error {
        TrackingError::Address(_) | TrackingError::Variable { .. } => USAGE,
        TrackingError::Registry { .. } => DATA,
        _ => ENVIRONMENT,
    };
}

fn table(error: &TableError) -> i32 {
    match error.rule {
        TableRule::Readable => ENVIRONMENT,
        TableRule::Sheet => USAGE,
        _ => DATA,
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Failure {
        match error {
            TrainError::Fit(FitError::Interrupted) => Failure::interrupted(),
            TrainError::Fit(FitError::Checkpoint { message }) => Failure::new(ENVIRONMENT, message),
            error => Failure::data(error),
        }
    }
}

error_codes! { Failure: any of LearnError(Train, Metrics, Artifact) }
error_codes! { Failure: any of ImbalanceError(Train, Metrics) }
impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Failure {
        match error {
            ImportError::Train(error) => error.into(),
            error => Failure::data(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_table_that_cannot_be_opened_is_the_machines_fault_wherever_it_is_noticed() {
        let table = |rule| {
            let mut error = TableError::io(&PathBuf::from("x.csv"), &std::io::Error::other("no such file"));
            error.rule = rule;
            error
        };
        for (rule, code) in [(TableRule::Readable, ENVIRONMENT), (TableRule::Header, DATA), (TableRule::Sheet, USAGE)] {
            let codes = [
                Failure::from(table(rule)),
                CohortError::Table(table(rule)).into(),
                SplitError::Table(table(rule)).into(),
                InitError::Table(table(rule)).into(),
            ]
            .map(|failure| failure.exit_code);
            assert_eq!(codes, [code; 4]);
        }
    }

    #[test]
    fn flags_that_do_not_fit_the_table_are_a_usage_error() {
        let text = || String::from("x");
        let column = SplitError::Column { file: text(), column: text(), nearest: None, columns: text() };
        let file = SplitError::File { file: text(), place: text(), message: text() };
        let target = InitError::NoTarget { file: text(), target: text(), nearest: None, columns: text(), hint: "" };
        let failures = [column.into(), file.into(), target.into(), TrackingError::Address(text()).into()];
        assert_eq!(failures.map(|failure: Failure| failure.exit_code), [USAGE, DATA, USAGE, USAGE]);
    }
}
