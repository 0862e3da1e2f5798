//! The document's text → [`Document`], the version first: another version may have other keys.

use super::{ArtifactError, Background, BackgroundRow, Document, EncoderDocument, is_readable};
use crate::calibration::Calibration;
use crate::decision::Policy;
use crate::encoding::InputDocument;
use crate::json::{Member, Problem, Problems, Reader, Value, members};
use crate::schema::Schema;

/// Reads the document, and puts together what it says about the model for people and callers: its text without the encoder
/// and the background.
pub(super) fn read(text: &str) -> Result<(Document, String), ArtifactError> {
    let mut members = members(text).map_err(|error| ArtifactError::Document(error.to_string()))?;
    let format_version = version(&members)?;
    let told = members.iter().filter(|member| member.key != "encoder" && member.key != "background");
    let summary = told.fold(String::new(), |summary, Member { key, text, .. }| summary + ",\"" + key + "\":" + text);
    // The card is passed on as it is.
    let card = members.iter().position(|member| member.key == "card").map(|at| members.swap_remove(at).text.into());
    let problems = Problems::default();
    let mut reader = Reader::of_members(&members, &problems);
    reader.count("format_version");
    // The schema reports its own problems; they come first, as most of the document hangs on it.
    let schema = reader.value("schema").map(|schema| Schema::read("schema", schema));
    let mut encoder = reader.object("encoder");
    let mut background = reader.object("background");
    let read = (
        EncoderDocument { inputs: encoder.objects("inputs", true).into_iter().map(input).collect() },
        Background {
            k: background.count("k"),
            rows: background.objects("rows", true).into_iter().map(background_row).collect(),
        },
        Calibration::read(reader.object("calibration")),
        Policy::read(reader.object("policy")),
    );
    encoder.end();
    background.end();
    if card.is_none() {
        reader.report("card", "is not there");
    }
    reader.end();
    match (schema, card, problems.or(read)) {
        (Some(Ok(schema)), Some(card), Ok((encoder, background, calibration, policy))) => {
            let summary = format!("{{\"background_rows\":{}{summary}}}", background.rows.len());
            Ok((Document { format_version, schema, encoder, calibration, policy, background, card }, summary))
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
        Some(version) if is_readable(version) => Ok(version),
        Some(found) => Err(ArtifactError::Version { found }),
        None => Err(ArtifactError::Document("format_version: must be a whole number".into())),
    }
}

fn input(mut reader: Reader) -> InputDocument {
    let name = reader.text("name");
    let knots = reader.numbers("knots").into_iter().map(|knot| knot as f32).collect();
    reader.end();
    InputDocument { name, knots }
}

fn background_row(mut reader: Reader) -> BackgroundRow {
    let members = reader.count("members");
    let mut values = Vec::new();
    let mut given = reader.object("values");
    for (field, value) in given.rest() {
        match value {
            Value::List(_) | Value::Object(_) => given.report(field, "must be a number, a text or null"),
            _ => values.push((field.to_string(), value.clone())),
        }
    }
    reader.end();
    BackgroundRow { members, values }
}

/// Problems in one line.
pub(super) fn sentence(problems: &[Problem]) -> String {
    let sentences: Vec<_> = problems.iter().map(|Problem { place, message }| place.clone() + ": " + message).collect();
    sentences.join("; ")
}
