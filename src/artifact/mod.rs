//! The one file with everything that scoring and explaining need: a safetensors file whose tensors are the packed
//! network and whose metadata key `tenure` holds one JSON document. Any tool that reads safetensors opens it.

mod document;
mod error;
mod header;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use error::ArtifactError;
pub use read::{read, read_with_summary};
pub use write::write;

use serde::Serialize;

use crate::calibration::Calibration;
use crate::card::{CardError, ModelCard};
use crate::customer::{Cell, Customer};
use crate::decision::Policy;
use crate::encoding::{Encoder, InputDocument};
use crate::json;
use crate::network::Network;
use crate::schema::Schema;

/// The version of the format that this code writes. Version 2 added keys, which have defaults where a document lacks them;
/// version 3 has background rows as cells, which versions before had as values by name.
pub const FORMAT_VERSION: u32 = 3;
/// The oldest version that this code reads.
pub const OLDEST_FORMAT_VERSION: u32 = 1;
/// The metadata key of the document.
pub const DOCUMENT_KEY: &str = "tenure";
/// Larger files are refused before anything is allocated.
pub const MAXIMUM_BYTES: usize = 64 << 20;
/// Larger headers likewise.
pub const MAXIMUM_HEADER_BYTES: usize = 8 << 20;
/// A background row stands for at least this many customers.
pub const MINIMUM_MEMBERS: u32 = 20;
pub const MAXIMUM_BACKGROUND_ROWS: usize = 1024;

/// The JSON document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    pub format_version: u32,
    pub schema: Schema,
    pub encoder: EncoderDocument,
    pub calibration: Calibration,
    pub policy: Policy,
    pub background: Background,
    /// The model card as JSON text: what it was trained on and how well it did. Scoring hands it on and reads nothing
    /// from it; [`Document::card`] reads it.
    #[serde(serialize_with = "verbatim")]
    pub card: String,
}

impl Document {
    /// The model card.
    ///
    /// # Errors
    ///
    /// The card is not that of a trainer, as [`ModelCard::read`] says.
    pub fn card(&self) -> Result<ModelCard, CardError> {
        ModelCard::read(&self.card)
    }
}

fn verbatim<S: serde::Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let raw: &serde_json::value::RawValue = serde_json::from_str(text).map_err(serde::ser::Error::custom)?;
    raw.serialize(serializer)
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EncoderDocument {
    pub inputs: Vec<InputDocument>,
}

/// The reference customers that an explanation compares with: none of them is a real row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Background {
    /// The least number of customers that one row stands for.
    pub k: u32,
    pub rows: Vec<BackgroundRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BackgroundRow {
    /// Customers that the row stands for.
    pub members: u32,
    /// One per field of the schema: a number, the code of a category (the number of categories is OTHER, 0 and 1 are a
    /// flag's negative and positive value), or null for missing.
    #[serde(serialize_with = "numbers")]
    pub cells: Vec<Cell>,
}

fn numbers<S: serde::Serializer>(cells: &[Cell], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(cells.iter().map(|cell| match *cell {
        Cell::Missing => json::Value::Null,
        // Shorter: most amounts and counts are whole.
        Cell::Number(number) if f64::from(number as u32) == number => json::Value::Whole(u64::from(number as u32)),
        Cell::Number(number) => json::Value::Number(number),
        Cell::Category(code) => json::Value::Whole(code.into()),
    }))
}

/// An artifact whose parts agree with each other.
#[derive(Clone, Debug)]
pub struct Artifact {
    pub document: Document,
    pub encoder: Encoder,
    pub network: Network,
    /// The background rows as customers.
    pub background: Vec<Customer>,
}

impl Artifact {
    /// Puts an artifact together and checks that its parts agree.
    pub fn new(document: Document, network: Network) -> Result<Artifact, ArtifactError> {
        if !is_readable(document.format_version) {
            return Err(ArtifactError::Version { found: document.format_version });
        }
        if let Some(problem) = document.schema.problems().into_iter().next() {
            return Err(ArtifactError::Schema(problem));
        }
        let encoder = Encoder::new(&document.schema, document.encoder.inputs.clone())?;
        if network.row_count() != encoder.row_count() {
            return Err(ArtifactError::Rows { network: network.row_count(), encoder: encoder.row_count() });
        }
        document.calibration.validate()?;
        document.policy.validate()?;
        let background = customers(&document)?;
        Ok(Artifact { document, encoder, network, background })
    }
}

/// Whether this code reads artifacts of a version.
fn is_readable(version: u32) -> bool {
    (OLDEST_FORMAT_VERSION..=FORMAT_VERSION).contains(&version)
}

/// The background rows as customers; refuses what would name a person.
fn customers(document: &Document) -> Result<Vec<Customer>, ArtifactError> {
    let Background { k, rows } = &document.background;
    if rows.is_empty() || rows.len() > MAXIMUM_BACKGROUND_ROWS {
        return Err(ArtifactError::BackgroundRows { found: rows.len() });
    }
    let fewest = rows.iter().map(|row| row.members).min().unwrap_or(0).min(*k);
    if fewest < MINIMUM_MEMBERS {
        return Err(ArtifactError::Privacy { members: fewest });
    }
    let customer = |(row, BackgroundRow { cells, .. }): (usize, &BackgroundRow)| {
        Customer::from_cells(&document.schema, cells).map_err(|mut problems| match problems.is_empty() {
            // A row of too many cells.
            true => ArtifactError::BackgroundCells { row, found: cells.len() },
            false => ArtifactError::BackgroundValue { row, problem: problems.swap_remove(0) },
        })
    };
    rows.iter().enumerate().map(customer).collect()
}
