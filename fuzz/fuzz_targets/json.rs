//! The parser of JSON beside serde's: both take the same texts, and read the same in them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure::json::{Value, members, parse, quoted};

/// What ours refuses beyond the standard.
const STRICTER: [&str; 2] = ["twice", "too deep"];

fuzz_target!(|text: &str| {
    let theirs = serde_json::from_str::<serde_json::Value>(text);
    match (parse(text), theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(sorted(ours), sorted(Value::from(theirs))),
        (Ok(ours), Err(error)) => panic!("serde_json refuses it ({error}): {ours:?}"),
        (Err(error), Ok(_)) => assert!(STRICTER.iter().any(|part| error.message.contains(part)), "{error}"),
        (Err(error), Err(_)) => assert!(error.at <= text.len()),
    }
    if let Ok(members) = members(text, &[]) {
        for member in members {
            assert_eq!(parse(member.text).expect("the text of a member is JSON"), member.value);
        }
    }
    assert_eq!(parse(&quoted(text)).expect("a quoted text is JSON"), Value::Text(text.into()));
});

/// The entries of objects in the order of their keys: serde_json keeps no other.
fn sorted(value: Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.into_iter().map(sorted).collect()),
        Value::Object(entries) => {
            let mut entries: Vec<(String, Value)> =
                entries.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(entries)
        }
        other => other,
    }
}
