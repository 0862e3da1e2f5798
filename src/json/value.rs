//! A document in memory. An object is a list of its entries: none is large or long-lived enough for
//! a map, whose code would be downloaded by everyone who scores.

use std::collections::BinaryHeap;

/// Any value of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number without sign, fraction and exponent, so that no digit of it is lost.
    Whole(u64),
    /// Any other number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// In the order of the text; no key appears twice.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The text; `None` for another value.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// The number; `None` for another value.
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

/// A key that appears twice. Found with a heap: comparing every pair would let a hostile text take
/// hours.
pub(super) fn twice<'a>(keys: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut heap: BinaryHeap<&str> = keys.collect();
    while let Some(key) = heap.pop() {
        if heap.peek() == Some(&key) {
            return Some(key);
        }
    }
    None
}
