//! Identities of fits and runs: SHA-256 of a canonical serialisation under the name and version of
//! its form, such as `tenure-fit/1`. No identity follows the names of Rust fields.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// JSON with sorted keys and without blanks; equal values have equal texts.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entry = |(key, value): (&String, &Value)| format!("{}:{}", Value::from(key.as_str()), canonical(value));
            format!("{{{}}}", entries.into_iter().map(entry).collect::<Vec<_>>().join(","))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(",")),
        value => value.to_string(),
    }
}

/// A hash that has taken in the form and the value; the caller may add further bytes.
pub(crate) fn hasher(form: &str, value: &Value) -> Sha256 {
    let mut hash = Sha256::new();
    hash.update(form);
    hash.update("\n");
    hash.update(canonical(value));
    hash
}

/// The identity of a value, in hexadecimal digits.
pub(crate) fn identity(form: &str, value: &Value) -> String {
    hex::encode(hasher(form, value).finalize())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_values_have_one_text() {
        let value: Value =
            serde_json::from_str("{\"b\": [1, 0.5, null], \"a\": {\"y\": \"\\n\", \"x\": true}}").unwrap();
        assert_eq!(canonical(&value), r#"{"a":{"x":true,"y":"\n"},"b":[1,0.5,null]}"#);
        assert_ne!(identity("tenure-fit/1", &json!(1)), identity("tenure-fit/2", &json!(1)));
    }
}
