//! Why a file is refused: one error per rule, each with a stable code for callers.

use crate::calibration::CalibrationError;
use crate::customer;
use crate::decision::PolicyError;
use crate::encoding::EncoderError;
use crate::json::Problem;
#[cfg(feature = "decide")]
use crate::monitoring::ReferenceError;
use crate::network::NetworkError;

use super::limits::{DOCUMENT_KEY, FORMAT_VERSION, MAXIMUM_BYTES, MAXIMUM_HEADER_BYTES, MINIMUM_MEMBERS};

/// Why a file is refused. [`ArtifactError::code`] is stable.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ArtifactError {
    /// The file has more than [`MAXIMUM_BYTES`].
    #[error("the file has {found} bytes, at most {MAXIMUM_BYTES} are read")]
    TooLarge {
        /// Bytes of the file.
        found: usize,
    },
    /// The file is known to be something else.
    #[error("this is {0}, not a Tenure artifact")]
    OtherFile(&'static str),
    /// The file has less than 8 bytes.
    #[error("the file is empty or cut off: it has less than 8 bytes")]
    NoHeader,
    /// The header has more than [`MAXIMUM_HEADER_BYTES`].
    #[error("the header claims {claimed} bytes, at most {MAXIMUM_HEADER_BYTES} are read")]
    HeaderTooLarge {
        /// Bytes that the file claims.
        claimed: u64,
    },
    /// The file ends within its header.
    #[error("the file is cut off: the header claims {claimed} bytes, {found} follow")]
    HeaderTruncated {
        /// Bytes that the file claims.
        claimed: usize,
        /// Bytes that follow the length.
        found: usize,
    },
    /// The header is no JSON, or breaks a rule of safetensors.
    #[error("the header is not a safetensors header: {0}")]
    Header(String),
    /// The tensors are longer or shorter than the rest of the file.
    #[error(
        "the tensors claim {claimed} bytes, {found} follow the header: the file is cut off or has extra bytes at its end"
    )]
    Length {
        /// Bytes that the file claims.
        claimed: usize,
        /// Bytes after the header.
        found: usize,
    },
    /// A tensor of this name overlaps another, leaves a gap, or has a shape that does not fit its
    /// bytes.
    #[error("tensor `{0}` overlaps another, leaves a gap, or its shape does not fit its bytes")]
    Layout(String),
    /// The metadata has no document under [`DOCUMENT_KEY`].
    #[error("the metadata has no key `{DOCUMENT_KEY}`: this is a safetensors file, but not a Tenure artifact")]
    NoDocument,
    /// The document is no JSON, or has wrong keys or values.
    #[error("the document is not valid: {0}")]
    Document(String),
    /// The format has another version.
    #[error(
        "the artifact has format version {found}, this version of Tenure reads {FORMAT_VERSION}: train the model again"
    )]
    Version {
        /// The version of the file.
        found: u32,
    },
    /// The format needs a tensor of this name.
    #[error("tensor `{0}` is missing")]
    TensorAbsent(String),
    /// The format knows no tensor of this name.
    #[error("tensor `{0}` is not part of the format")]
    TensorUnknown(String),
    /// A tensor is not F32.
    #[error("tensor `{name}` must be F32, it is {found}")]
    TensorType {
        /// The tensor.
        name: String,
        /// Its type.
        found: String,
    },
    /// A tensor has another number of dimensions.
    #[error("tensor `{name}` must have {expected} dimensions, it has {found}")]
    TensorRank {
        /// The tensor.
        name: String,
        /// Dimensions that the format needs.
        expected: usize,
        /// Dimensions of the tensor.
        found: usize,
    },
    /// The document says another checksum than the file has.
    #[error("the file is damaged (checksum): get it again")]
    Checksum,
    /// The schema breaks a rule, or the encoder does not fit it.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    /// The tensors are no network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Network and encoder disagree on the rows of the table.
    #[error("the network has {network} table rows, the encoder {encoder}")]
    Rows {
        /// Rows of the network.
        network: usize,
        /// Rows of the encoder.
        encoder: usize,
    },
    /// The calibration breaks a rule.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    /// The policy breaks a rule.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The reference profile in the card breaks a rule.
    #[cfg(feature = "decide")]
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The file costs more to use than is allowed.
    #[error("{item} cost {found} steps, at most {maximum} are allowed: {advice}")]
    Price {
        /// What costs too much.
        item: &'static str,
        /// Its price.
        found: u64,
        /// What is allowed.
        maximum: u64,
        /// What makes it cheaper.
        advice: &'static str,
    },
    /// There is no background row, or there are more than
    /// [`MAXIMUM_BACKGROUND_ROWS`](super::MAXIMUM_BACKGROUND_ROWS).
    #[error("the background has {found} rows, 1 to 1024 are allowed")]
    BackgroundRows {
        /// Rows of the background.
        found: usize,
    },
    /// A background row stands for fewer customers than [`MINIMUM_MEMBERS`].
    #[error("a background row stands for {members} customers, at least {MINIMUM_MEMBERS} are required")]
    Privacy {
        /// Customers that the row stands for.
        members: u32,
    },
    /// A background row has more cells than the schema has fields.
    #[error("background row {row} has {found} cells, more than the schema has fields")]
    BackgroundCells {
        /// Position of the row.
        row: usize,
        /// Its cells.
        found: usize,
    },
    /// A cell of a background row breaks a rule of its field.
    #[error("background row {row}: {problem}")]
    BackgroundValue {
        /// Position of the row.
        row: usize,
        /// The broken rule.
        problem: customer::Problem,
    },
}

impl ArtifactError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ArtifactError::TooLarge { .. } => "artifact_too_large",
            ArtifactError::OtherFile(_) => "artifact_other_file",
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
            ArtifactError::Checksum => "artifact_checksum",
            ArtifactError::Encoder(EncoderError::Schema(_)) => "artifact_schema",
            ArtifactError::Encoder(_) => "artifact_encoder",
            ArtifactError::Network(NetworkError::Weight { .. } | NetworkError::Overflow) => "artifact_weight",
            ArtifactError::Network(NetworkError::Shape { .. }) => "artifact_shape",
            ArtifactError::Network(NetworkError::Size { .. }) => "artifact_size",
            ArtifactError::Rows { .. } => "artifact_rows",
            ArtifactError::Calibration(_) => "artifact_calibration",
            ArtifactError::Policy(_) => "artifact_policy",
            #[cfg(feature = "decide")]
            ArtifactError::Reference(_) => "artifact_reference",
            ArtifactError::Price { .. } => "artifact_price",
            ArtifactError::BackgroundRows { .. } => "artifact_background_rows",
            ArtifactError::Privacy { .. } => "artifact_privacy",
            ArtifactError::BackgroundCells { .. } => "artifact_background_field",
            ArtifactError::BackgroundValue { .. } => "artifact_background_value",
        }
    }
}

/// No more problems are listed once a message has this number of bytes.
const MAXIMUM_SENTENCE: usize = 3000;

/// Problems in one line.
pub(super) fn sentence(problems: &[Problem]) -> String {
    let mut sentence = String::new();
    for Problem { place, message } in problems {
        if sentence.len() > MAXIMUM_SENTENCE {
            return sentence + "; …";
        }
        for part in [if sentence.is_empty() { "" } else { "; " }, place, ": ", message] {
            sentence += part;
        }
    }
    sentence
}
