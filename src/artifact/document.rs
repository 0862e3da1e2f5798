//! The JSON document of an artifact, and its reader. The version is read first, because another
//! version may have other keys.

#[cfg(feature = "write")]
use serde::Serialize;

use super::checksum;
use super::error::{ArtifactError, sentence};
use super::limits::FORMAT_VERSION;
use crate::calibration::Calibration;
#[cfg(feature = "write")]
use crate::card::{CardError, ModelCard};
use crate::customer::Cell;
use crate::decision::Policy;
use crate::encoding::InputDocument;
use crate::json::{Member, Problems, Reader, Value, members, shortened};
use crate::schema::Schema;

/// The JSON document.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
pub struct Document {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The table of fields.
    pub schema: Schema,
    /// What the encoder was fitted to.
    pub encoder: EncoderDocument,
    /// From logit to probability.
    pub calibration: Calibration,
    /// The tiers.
    pub policy: Policy,
    /// The customers that explanations compare with.
    pub background: Background,
    /// The model card as JSON text: what the model was trained on and how well it does. The core
    /// passes it on unread; `Document::card` returns it as a value.
    #[cfg_attr(feature = "write", serde(serialize_with = "verbatim"))]
    pub card: String,
}

#[cfg(feature = "write")]
impl Document {
    /// The model card.
    ///
    /// # Errors
    ///
    /// The text is not the card of a trainer, see [`ModelCard::read`].
    pub fn card(&self) -> Result<ModelCard, CardError> {
        ModelCard::read(&self.card)
    }
}

#[cfg(feature = "write")]
fn verbatim<S: serde::Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let raw: &serde_json::value::RawValue = serde_json::from_str(text).map_err(serde::ser::Error::custom)?;
    raw.serialize(serializer)
}

/// What the encoder was fitted to.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
pub struct EncoderDocument {
    /// One for each input of the network, in its order.
    pub inputs: Vec<InputDocument>,
}

/// The reference customers that an explanation compares with: none of them is a real row.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
pub struct Background {
    /// The least number of customers that one row stands for.
    pub k: u32,
    /// 1 to [`MAXIMUM_BACKGROUND_ROWS`](super::MAXIMUM_BACKGROUND_ROWS) rows.
    pub rows: Vec<BackgroundRow>,
}

/// One reference customer.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
pub struct BackgroundRow {
    /// Customers that the row stands for.
    pub members: u32,
    /// One per field of the schema: a number, the code of a category (the number of categories is
    /// OTHER, 0 and 1 are a flag's negative and positive value), or null for missing.
    #[cfg_attr(feature = "write", serde(serialize_with = "numbers"))]
    pub cells: Vec<Cell>,
}

#[cfg(feature = "write")]
fn numbers<S: serde::Serializer>(cells: &[Cell], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(cells.iter().map(|cell| match *cell {
        Cell::Missing => Value::Null,
        // Shorter: most amounts and counts are whole.
        Cell::Number(number) if f64::from(number as u32) == number => Value::Whole(u64::from(number as u32)),
        Cell::Number(number) => Value::Number(number),
        Cell::Category(code) => Value::Whole(code.into()),
    }))
}

/// Reads the document. Also returns its text without the encoder and the background, for callers
/// that show it, and the checksum that it says the file has. Files of older versions have none.
pub(super) fn read(text: &str) -> Result<(Document, String, Option<String>), ArtifactError> {
    let mut members = members(text, &["card"]).map_err(|error| ArtifactError::Document(error.to_string()))?;
    let format_version = version(&members)?;
    let shown = members.iter().filter(|member| !["encoder", "background", checksum::KEY].contains(&&*member.key));
    let summary = shown.fold(String::new(), |summary, Member { key, text, .. }| summary + ",\"" + key + "\":" + text);
    // The card is passed on unread.
    let card = members.iter().position(|member| member.key == "card").map(|at| members.swap_remove(at).text.into());
    let problems = Problems::default();
    let mut reader = Reader::of_members(&members, &problems);
    reader.count("format_version");
    let claimed = reader.optional_text(checksum::KEY);
    // The schema's problems come first, because most of the document depends on it.
    let schema = reader.value("schema").map(|schema| Schema::read("schema", schema));
    let mut encoder = reader.object("encoder");
    let mut background = reader.object("background");
    let row = |mut reader: Reader| {
        let members = reader.count("members");
        let cells = match &schema {
            Some(Ok(schema)) => cells(schema, &mut reader),
            _ => Vec::new(),
        };
        reader.end();
        BackgroundRow { members, cells }
    };
    let read = (
        EncoderDocument { inputs: encoder.objects("inputs", true).into_iter().map(input).collect() },
        Background { k: background.count("k"), rows: background.objects("rows", true).into_iter().map(row).collect() },
        Calibration::read(reader.object("calibration")),
        Policy::read(reader.object("policy")),
    );
    encoder.end();
    background.end();
    if card.is_none() {
        reader.report("card", "is missing");
    }
    reader.end();
    match (schema, card, problems.or(read)) {
        (Some(Ok(schema)), Some(card), Ok((encoder, background, calibration, policy))) => {
            let summary = format!("{{\"background_rows\":{}{summary}}}", background.rows.len());
            Ok((Document { format_version, schema, encoder, calibration, policy, background, card }, summary, claimed))
        }
        (schema, _, read) => {
            let mut problems = schema.and_then(Result::err).unwrap_or_default();
            problems.extend(read.err().unwrap_or_default());
            Err(ArtifactError::Document(sentence(&problems)))
        }
    }
}

fn version(members: &[Member]) -> Result<u32, ArtifactError> {
    let version = members.iter().find(|member| member.key == "format_version").map(|member| &member.value);
    match version.and_then(Value::as_whole).and_then(|version| u32::try_from(version).ok()) {
        Some(version) if version == FORMAT_VERSION => Ok(version),
        Some(found) => Err(ArtifactError::Version { found }),
        None => Err(ArtifactError::Document("format_version: must be a whole number".into())),
    }
}

fn input(mut reader: Reader) -> InputDocument {
    let name = shortened(reader.text("name"));
    let knots = reader.numbers("knots").into_iter().map(|knot| knot as f32).collect();
    reader.end();
    InputDocument { name, knots }
}

/// One cell per field.
fn cells(schema: &Schema, reader: &mut Reader) -> Vec<Cell> {
    let list = reader.list("cells");
    let cell = |(at, value): (usize, &Value)| {
        match (value, value.as_number(), schema.fields.get(at)) {
            (Value::Null, ..) => return Cell::Missing,
            (_, Some(number), Some(field)) if field.is_number() => return Cell::Number(number),
            (Value::Whole(code), ..) if let Ok(code) = u32::try_from(*code) => return Cell::Category(code),
            _ => reader.report_item("cells", at, "must be a number, the code of a category, or null"),
        }
        Cell::Missing
    };
    list.iter().enumerate().map(cell).collect()
}
