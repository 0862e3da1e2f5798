//! Why a run is not on its server.

use tenure_training::file::FileError;

use crate::runs::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum TrackingError {
    #[error("{0:?} is no address of a tracking server: it must begin with http:// or https://")]
    Address(String),
    #[error("{name}: {problem}")]
    Variable { name: &'static str, problem: String },
    /// No answer: the server is down, slow, or not there.
    #[error("{uri}: {error}")]
    Unreachable { uri: String, error: String },
    /// The server shows a certificate that nobody we trust vouches for.
    #[error(
        "{uri}: its certificate is not trusted: {problem}; MLFLOW_TRACKING_SERVER_CERT_PATH names a file (PEM) with the \
         certificates of authorities to trust, MLFLOW_TRACKING_INSECURE_TLS=true trusts any server"
    )]
    Untrusted { uri: String, problem: String },
    /// An answer that refuses.
    #[error("{uri}{path}: {status} {code}: {message}")]
    Refused { uri: String, path: String, status: u16, code: String, message: String },
    #[error("{uri}{path}: the answer lacks `{lacks}`")]
    Answer { uri: String, path: String, lacks: String },
    #[error("{0}")]
    Spool(String),
}

impl TrackingError {
    /// Whether the server says that what was to be created is there.
    pub fn is_there_already(&self) -> bool {
        matches!(self, TrackingError::Refused { code, .. } if code == "RESOURCE_ALREADY_EXISTS")
    }

    /// Whether every call to the server would end like this.
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
