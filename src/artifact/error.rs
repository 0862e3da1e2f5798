//! Why a file is refused: one error per rule, each with a stable code for callers.

use crate::calibration::CalibrationError;
use crate::customer;
use crate::decision::PolicyError;
use crate::encoding::EncoderError;
use crate::json::Problem;
use crate::network::NetworkError;
use crate::schema::SchemaProblem;

use super::limits::{DOCUMENT_KEY, FORMAT_VERSION, MAXIMUM_BYTES, MAXIMUM_HEADER_BYTES, MINIMUM_MEMBERS};

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ArtifactError {
    #[error("the file has {found} bytes, at most {MAXIMUM_BYTES} are read")]
    TooLarge { found: usize },
    #[error("the file ends in its first 8 bytes")]
    NoHeader,
    #[error("the header claims {claimed} bytes, at most {MAXIMUM_HEADER_BYTES} are read")]
    HeaderTooLarge { claimed: u64 },
    #[error("the file is cut off: the header claims {claimed} bytes, {found} follow")]
    HeaderTruncated { claimed: usize, found: usize },
    #[error("the header is no safetensors header: {0}")]
    Header(String),
    #[error(
        "the tensors claim {claimed} bytes, {found} follow the header: the file is cut off or has something at its end"
    )]
    Length { claimed: usize, found: usize },
    #[error("tensor `{0}` overlaps another, leaves a gap, or its shape does not fit its bytes")]
    Layout(String),
    #[error("the metadata has no key `{DOCUMENT_KEY}`: this is a safetensors file, but no Tenure artifact")]
    NoDocument,
    #[error("the document does not parse: {0}")]
    Document(String),
    #[error("the artifact has format version {found}, this code reads version {FORMAT_VERSION}")]
    Version { found: u32 },
    #[error("tensor `{0}` is not there")]
    TensorAbsent(String),
    #[error("tensor `{0}` is not part of the format")]
    TensorUnknown(String),
    #[error("tensor `{name}` must be F32, it is {found}")]
    TensorType { name: String, found: String },
    #[error("tensor `{name}` must have {expected} dimensions, it has {found}")]
    TensorRank { name: String, expected: usize, found: usize },
    #[error("schema: {0}")]
    Schema(SchemaProblem),
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error("the network has {network} table rows, the encoder {encoder}")]
    Rows { network: usize, encoder: usize },
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("the background has {found} rows, 1 to 1024 are allowed")]
    BackgroundRows { found: usize },
    #[error("a background row stands for {members} customers, at least {MINIMUM_MEMBERS} are required")]
    Privacy { members: u32 },
    #[error("background row {row} has {found} cells, more than the schema has fields")]
    BackgroundCells { row: usize, found: usize },
    #[error("background row {row}: {problem}")]
    BackgroundValue { row: usize, problem: customer::Problem },
}

impl ArtifactError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ArtifactError::TooLarge { .. } => "artifact_too_large",
            ArtifactError::NoHeader => "artifact_no_header",
            ArtifactError::HeaderTooLarge { .. } => "artifact_header_too_large",
            ArtifactError::HeaderTruncated { .. } => "artifact_header_truncated",
            ArtifactError::Header(_) => "artifact_header",
            ArtifactError::Length { .. } => "artifact_length",
            ArtifactError::Layout(_) => "artifact_layout",
            ArtifactError::NoDocument => "artifact_no_document",
            ArtifactError::Document(_) => "artifact_document",
            ArtifactError::Version { .. } => "artifact_version",
            ArtifactError::TensorAbsent(_) => "artifact_tensor_absent",
            ArtifactError::TensorUnknown(_) => "artifact_tensor_unknown",
            ArtifactError::TensorType { .. } => "artifact_tensor_type",
            ArtifactError::TensorRank { .. } => "artifact_tensor_rank",
            ArtifactError::Schema(_) => "artifact_schema",
            ArtifactError::Encoder(_) => "artifact_encoder",
            ArtifactError::Network(NetworkError::Weight { .. }) => "artifact_weight",
            ArtifactError::Network(NetworkError::Shape { .. }) => "artifact_shape",
            ArtifactError::Network(NetworkError::Size { .. }) => "artifact_size",
            ArtifactError::Rows { .. } => "artifact_rows",
            ArtifactError::Calibration(_) => "artifact_calibration",
            ArtifactError::Policy(_) => "artifact_policy",
            ArtifactError::BackgroundRows { .. } => "artifact_background_rows",
            ArtifactError::Privacy { .. } => "artifact_privacy",
            ArtifactError::BackgroundCells { .. } => "artifact_background_field",
            ArtifactError::BackgroundValue { .. } => "artifact_background_value",
        }
    }
}

/// Problems in one line.
pub(super) fn sentence(problems: &[Problem]) -> String {
    let sentences: Vec<_> = problems.iter().map(|Problem { place, message }| place.clone() + ": " + message).collect();
    sentences.join("; ")
}
