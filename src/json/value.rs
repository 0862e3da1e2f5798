//! A document in memory. An object is a list of its entries: none is large or long-lived enough for a map, whose code
//! would be downloaded by everyone who scores.

use std::collections::BinaryHeap;

/// Any value of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Flag(bool),
    /// A number without sign, fraction and exponent, so that no digit of it is lost.
    Whole(u64),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    /// In the order of the text; no key stands twice.
    Object(Vec<(String, Value)>),
}

impl Value {
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Whole(number) => Some(*number as f64),
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A number that was written as a whole one.
    pub fn as_whole(&self) -> Option<u64> {
        if let Value::Whole(number) = self { Some(*number) } else { None }
    }
}

/// A key that stands twice. By a heap: comparing each with each would let a hostile text take hours.
pub(super) fn twice<'a>(keys: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut heap: BinaryHeap<&str> = keys.collect();
    while let Some(key) = heap.pop() {
        if heap.peek() == Some(&key) {
            return Some(key);
        }
    }
    None
}

/// What serde read, TOML for example.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Value {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Flag(flag),
            serde_json::Value::Number(number) => match number.as_u64() {
                Some(whole) => Value::Whole(whole),
                None => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
            },
            serde_json::Value::String(text) => Value::Text(text),
            serde_json::Value::Array(items) => Value::List(items.into_iter().map(Value::from).collect()),
            serde_json::Value::Object(entries) => {
                Value::Object(entries.into_iter().map(|(key, value)| (key, value.into())).collect())
            }
        }
    }
}

impl From<Value> for serde_json::Value {
    fn from(value: Value) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Flag(flag) => flag.into(),
            Value::Whole(number) => number.into(),
            Value::Number(number) => number.into(),
            Value::Text(text) => text.into(),
            Value::List(items) => items.into_iter().map(serde_json::Value::from).collect(),
            Value::Object(entries) => entries.into_iter().collect(),
        }
    }
}

impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Whole(number) => serializer.serialize_u64(*number),
            Value::Number(number) => serializer.serialize_f64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items),
            Value::Object(entries) => serializer.collect_map(entries.iter().map(|(key, value)| (key, value))),
        }
    }
}
