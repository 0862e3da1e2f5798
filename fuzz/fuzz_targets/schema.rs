//! The text of a schema file: one that is taken is sound, and its schema is written as it was read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure::schema::Schema;

// The two files alone: the crate that they belong to would compile burn.
#[path = "../../training/src/schema_file.rs"]
mod schema_file;
#[allow(dead_code, reason = "the schema file needs some of it")]
#[path = "../../training/src/words.rs"]
mod words;

fuzz_target!(|text: &str| {
    let Ok(file) = schema_file::SchemaFile::read(text) else { return };
    assert_eq!(file.schema.problems(), []);
    let written = serde_json::to_string(&file.schema).expect("a schema can be written");
    let parsed = tenure::json::parse(&written).expect("a schema is written as JSON");
    assert_eq!(Schema::read("", &parsed).expect("what was written can be read"), file.schema);
    file.policy.ready(&file.schema).expect("a policy without problems is ready");
    tenure_fuzz::unknown(&file.schema);
});
