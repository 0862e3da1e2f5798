//! What a command says when it fails, and the exit code that scripts can rely on.

use std::fmt::Display;
use std::path::Path;

use tenure_table::TableError;
use tenure_training::checkpoint::CheckpointError;
use tenure_training::cohort::CohortError;
use tenure_training::file::FileError;
use tenure_training::imbalance::ImbalanceError;
use tenure_training::split::SplitError;

/// A failed command: the message goes to standard error, the code to the shell.
#[derive(Debug)]
pub struct Failure {
    pub exit_code: i32,
    pub message: String,
}

/// A table, a record or an artifact is at fault.
pub const DATA: i32 = 1;
/// The flags, the schema or the configuration are.
pub const USAGE: i32 = 2;
/// The machine is: a file cannot be written, memory, a device.
pub const ENVIRONMENT: i32 = 3;
/// The person stopped it (Ctrl-C).
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

/// Errors that know their own exit code.
macro_rules! failure_from {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Failure {
                Failure::new(error.exit_code(), &error)
            }
        }
    )*};
}

failure_from!(CohortError, SplitError, TableError);

impl From<ImbalanceError> for Failure {
    fn from(error: ImbalanceError) -> Failure {
        match error {
            ImbalanceError::Train(error) => error.into(),
            ImbalanceError::Metrics(error) => Failure::data(error),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Failure {
        Failure::new(ENVIRONMENT, error)
    }
}

impl From<CheckpointError> for Failure {
    fn from(error: CheckpointError) -> Failure {
        let exit_code = match error {
            CheckpointError::File(_) => ENVIRONMENT,
            CheckpointError::Damaged { .. } => DATA,
            CheckpointError::OtherRun { .. } => USAGE,
        };
        Failure::new(exit_code, error)
    }
}
