//! Why a run cannot be sent.

use tenure_training::file::FileError;

use crate::runs::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum TrackingError {
    #[error("{0:?} is not the address of a tracking server; it must begin with http:// or https://")]
    Address(String),
    #[error("{name}: {problem}")]
    Variable { name: &'static str, problem: String },
    /// No answer: the server is down, slow, or not there.
    #[error("{uri}: no answer: {error}")]
    Unreachable { uri: String, error: String },
    /// No trusted authority issued the server's certificate.
    #[error(
        "{uri}: its certificate is not trusted: {problem}; set MLFLOW_TRACKING_SERVER_CERT_PATH to a PEM file with the \
         authorities to trust, or MLFLOW_TRACKING_INSECURE_TLS=true to trust any server"
    )]
    Untrusted { uri: String, problem: String },
    /// An answer that refuses.
    #[error("{uri}{path}: {status} {code}: {message}")]
    Refused { uri: String, path: String, status: u16, code: String, message: String },
    #[error("{uri}{path}: the answer has no `{lacks}`; is this an MLflow server, version 3?")]
    Answer { uri: String, path: String, lacks: String },
    /// The registered model, its alias or its version is not what it must be.
    #[error("{uri}: {problem}")]
    Registry { uri: String, problem: String },
    #[error("{0}")]
    Spool(String),
}

impl TrackingError {
    /// Whether the thing to create exists already.
    pub fn is_there_already(&self) -> bool {
        matches!(self, TrackingError::Refused { code, .. } if code == "RESOURCE_ALREADY_EXISTS")
    }

    /// Whether every call to this server would fail.
    pub fn is_of_the_connection(&self) -> bool {
        matches!(self, TrackingError::Unreachable { .. } | TrackingError::Untrusted { .. })
    }

    pub fn is_absent(&self) -> bool {
        matches!(self, TrackingError::Refused { code, .. } if code == "RESOURCE_DOES_NOT_EXIST")
    }
}

impl From<StoreError> for TrackingError {
    fn from(error: StoreError) -> TrackingError {
        TrackingError::Spool(error.to_string())
    }
}

impl From<FileError> for TrackingError {
    fn from(error: FileError) -> TrackingError {
        TrackingError::Spool(error.to_string())
    }
}
