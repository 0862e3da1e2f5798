//! The one file with everything that scoring and explaining need: a safetensors file whose tensors
//! are the packed network and whose metadata key `tenure` holds one JSON document. Any tool that
//! reads safetensors opens it.

mod checked;
mod checksum;
mod document;
mod error;
mod header;
mod limits;
#[cfg(feature = "decide")]
mod policy;
mod price;
mod read;
#[cfg(test)]
mod tests;
#[cfg(feature = "write")]
mod write;

pub use checked::Artifact;
pub use document::{Background, BackgroundRow, Document, EncoderDocument};
pub use error::ArtifactError;
pub use limits::{
    DOCUMENT_KEY, FORMAT_VERSION, MAXIMUM_BACKGROUND_ROWS, MAXIMUM_BYTES, MAXIMUM_HEADER_BYTES, MINIMUM_MEMBERS,
};
#[cfg(feature = "decide")]
pub use policy::with_policy;
pub use price::Limits;
#[cfg(feature = "decide")]
pub use read::read_with_summary_within;
pub use read::{read, read_with_summary, read_within};
#[cfg(feature = "write")]
pub use write::write;
