//! What several targets share: a small model, and records from lines of text.

use std::sync::LazyLock;

use tenure::artifact::{DOCUMENT_KEY, read};
use tenure::customer::{Customer, Value, check};
use tenure::schema::Schema;

/// A model of a few fields. `examples/seeds.rs` writes it.
const SMALL: &[u8] = include_bytes!("../seeds/artifact/small.safetensors");

/// The schema of the small model.
pub fn small_schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| read(SMALL).expect("the small model is sound").document.schema);
    &SCHEMA
}

/// The small model with another document. Without the checksum of the old one, as the first files
/// were: a fuzzer finds no checksums.
pub fn with_document(document: &str) -> Vec<u8> {
    replace_document(SMALL, document)
}

/// A file of safetensors with another document.
pub fn replace_document(file: &[u8], document: &str) -> Vec<u8> {
    let (header, data) = parts(file);
    let mut header: serde_json::Value = serde_json::from_slice(header).expect("the header is JSON");
    header["__metadata__"][DOCUMENT_KEY] = document.into();
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

/// The document of a file, without its checksum.
pub fn document(file: &[u8]) -> String {
    let header: serde_json::Value = serde_json::from_slice(parts(file).0).expect("the header is JSON");
    let text = header["__metadata__"][DOCUMENT_KEY].as_str().expect("the file has a document");
    let mut document: serde_json::Value = serde_json::from_str(text).expect("the document is JSON");
    document.as_object_mut().map(|keys| keys.remove("checksum"));
    document.to_string()
}

fn parts(file: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = file.split_first_chunk::<8>().expect("the file has a length");
    rest.split_at(u64::from_le_bytes(*length) as usize)
}

/// The values of a record: a line each. `#` begins a number, and some signs stand for other values;
/// any other line is a text.
pub fn values(lines: &str) -> Vec<Value<'_>> {
    let value = |line| match line {
        "?" => Value::Missing,
        "~" => Value::Absent,
        "+" => Value::Flag(true),
        "-" => Value::Flag(false),
        "[]" => Value::Unfit("a list"),
        text => match text.strip_prefix('#').map(str::parse) {
            Some(Ok(number)) => Value::Number(number),
            _ => Value::Text(text),
        },
    };
    lines.split('\n').map(value).collect()
}

/// A customer of whom nothing is known.
pub fn unknown(schema: &Schema) -> Customer {
    let values = vec![Value::Missing; schema.fields.len()];
    check(schema, &values).expect("any field may be missing").0
}
