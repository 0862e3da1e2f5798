//! Another policy in a file. The texts of all other values pass as they are, so nothing else changes,
//! and no writer of whole artifacts is needed.

use super::checksum;
use super::error::ArtifactError;
use super::limits::DOCUMENT_KEY;
use super::read::{header_end, read};
use crate::json::{Member, ParseError, members, object, quoted};

/// The key of the metadata in the header.
const METADATA: &str = "__metadata__";
/// The tensors begin at a multiple of these bytes.
const ALIGNMENT: usize = 8;

/// The bytes of an artifact with another policy, which is JSON. The checksum is renewed.
///
/// # Errors
///
/// The artifact cannot be read, or the one with the policy cannot.
pub fn with_policy(bytes: &[u8], policy: &str) -> Result<Vec<u8>, ArtifactError> {
    read(bytes)?;
    let (header, data) = bytes.split_at(header_end(bytes)?);
    let refuse = |error: ParseError| ArtifactError::Header(error.to_string());
    let header = std::str::from_utf8(&header[8..]).map_err(|_| ArtifactError::Header("it is not UTF-8".into()))?;
    let mut entries = Vec::new();
    for Member { key, text, .. } in members(header, &[]).map_err(refuse)? {
        if key != METADATA {
            entries.push((quoted(&key), text.to_owned()));
            continue;
        }
        let mut metadata = Vec::new();
        for Member { key, value, text } in members(text, &[]).map_err(refuse)? {
            let text = match value.as_text() {
                Some(document) if key == DOCUMENT_KEY => quoted(&edited(document, policy)?),
                _ => text.to_owned(),
            };
            metadata.push((quoted(&key), text));
        }
        entries.push((quoted(METADATA), joined(&metadata)));
    }
    let mut header = joined(&entries);
    let padding = header.len().next_multiple_of(ALIGNMENT) - header.len();
    (0..padding).for_each(|_| header.push(' '));
    let mut file = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat();
    checksum::fill(&mut file);
    read(&file)?;
    Ok(file)
}

/// The document with another policy, and with room for the checksum.
fn edited(document: &str, policy: &str) -> Result<String, ArtifactError> {
    let refuse = |error: ParseError| ArtifactError::Document(error.to_string());
    // A policy that is no JSON would end the document early.
    members(policy, &[]).map_err(refuse)?;
    let members = members(document, &["card"]).map_err(refuse)?;
    let kept = members.iter().filter(|member| member.key != checksum::KEY);
    let entries = kept.map(|Member { key, text, .. }| {
        (quoted(key), if key == "policy" { policy.trim().to_owned() } else { (*text).to_owned() })
    });
    Ok(checksum::with_room(&joined(&entries.collect::<Vec<_>>())))
}

/// An object of quoted keys and values that are JSON.
fn joined(entries: &[(String, String)]) -> String {
    // The keys are quoted, and `object` quotes them.
    object(&entries.iter().map(|(key, value)| (&key[1..key.len() - 1], value.as_str())).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::{Artifact, write};

    fn file() -> Vec<u8> {
        let kept = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/artifacts/v1.safetensors"));
        // As this version writes it, with a checksum.
        write(&read(kept).unwrap()).unwrap()
    }

    #[test]
    fn a_file_with_its_own_policy_is_the_same_file() {
        let file = file();
        let policy = serde_json::to_string(&read(&file).unwrap().document.policy).unwrap();
        assert_eq!(with_policy(&file, &policy).unwrap(), file);
    }

    #[test]
    fn another_policy_is_read_and_the_rest_is_as_it_was() {
        let file = file();
        let before = read(&file).unwrap();
        let policy = r#" {"tiers": [{"name": "all", "label": "A \"quoted\" \\ text: \"checksum\":\"1", "from": 0}],
            "value": 100, "offers": [{"name": "call", "cost": 8, "effect": 0.1}]} "#;
        let changed = with_policy(&file, policy).unwrap();
        let Artifact { document, network, .. } = read(&changed).unwrap();
        assert_eq!(document.policy.offers[0].name, "call");
        assert_eq!(document.policy.tiers[0].label, r#"A "quoted" \ text: "checksum":"1"#);
        assert_eq!(crate::artifact::Document { policy: before.document.policy.clone(), ..document }, before.document);
        assert_eq!(network.parts(), before.network.parts());
        // Written by the writer of whole files, it has the same document.
        let again = read(&write(&read(&changed).unwrap()).unwrap()).unwrap();
        assert_eq!(again.document, read(&changed).unwrap().document);
        // The checksum is that of the new file.
        let mut damaged = changed.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(read(&damaged).unwrap_err().code(), "artifact_checksum");
    }

    #[test]
    fn what_is_no_sound_policy_is_refused() {
        let file = file();
        for policy in ["", "[]", "{}", r#"{"tiers": []}"#, r#"{"tiers": 3}"#, r#"{"tiers":[]},"card":{"#] {
            assert!(with_policy(&file, policy).is_err(), "{policy}");
        }
        assert_eq!(with_policy(b"{\"tiers\": []}", "{}").unwrap_err().code(), "artifact_other_file");
    }
}
