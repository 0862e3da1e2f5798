//! Value → type, by hand: getters that know their place in the document, refuse unknown keys, and
//! report every problem at once. A getter that finds a problem returns a default, which is never
//! used: see [`Problems::or`].

use std::cell::{Cell, RefCell};

use super::{Member, Value, shortened};

/// The most bytes of a text in a document, as [`wrong`] says.
const MAXIMUM_TEXT: usize = 4096;
/// Problems that are listed; those beyond are counted.
const MAXIMUM_PROBLEMS: usize = 100;

/// What is wrong at one place of a document, such as `schema.fields[3].kind`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct Problem {
    /// Where, as in `fields[2].name`.
    pub place: String,
    /// What is wrong, and what is expected.
    pub message: String,
}

/// The problems of one document, collected while it is read: the first hundred, and the number of
/// the others.
#[derive(Default)]
pub struct Problems {
    listed: RefCell<Vec<Problem>>,
    others: Cell<usize>,
}

impl Problems {
    /// Notes a problem.
    pub fn report(&self, place: &str, message: &str) {
        let mut listed = self.listed.borrow_mut();
        if listed.len() < MAXIMUM_PROBLEMS {
            listed.push(Problem { place: shortened(place.into()), message: shortened(message.into()) });
        } else {
            self.others.set(self.others.get() + 1);
        }
    }

    /// What was read, or all problems.
    pub fn or<T>(self, read: T) -> Result<T, Vec<Problem>> {
        let mut problems = self.listed.into_inner();
        if self.others.get() > 0 {
            let message = format!("{} others are not listed", self.others.get());
            problems.push(Problem { place: "more problems".into(), message });
        }
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }
}

/// An object whose keys are read one by one.
pub struct Reader<'a> {
    place: String,
    /// Keys that were not read yet.
    entries: Vec<(&'a str, &'a Value)>,
    problems: &'a Problems,
    /// Whether there is an object at all. If not, that is the problem, and absent keys are not
    /// reported.
    sound: bool,
}

impl<'a> Reader<'a> {
    /// Reads `value`, which is at `place` in the document (empty for the whole document).
    pub fn new(place: &str, value: &'a Value, problems: &'a Problems) -> Reader<'a> {
        let mut reader = Reader { place: place.into(), entries: Vec::new(), problems, sound: true };
        match value {
            Value::Object(entries) => {
                reader.entries = entries.iter().map(|(key, value)| (key.as_str(), value)).collect()
            }
            other => {
                reader.sound = false;
                problems.report(place, &wrong("an object", other));
            }
        }
        reader
    }

    /// Reads an object whose entries were parsed one by one; it is the whole document.
    pub fn of_members(members: &'a [Member], problems: &'a Problems) -> Reader<'a> {
        let entries = members.iter().map(|member| (member.key.as_str(), &member.value)).collect();
        Reader { place: String::new(), entries, problems, sound: true }
    }

    /// The entries that were not read yet.
    pub fn rest(&mut self) -> Vec<(&'a str, &'a Value)> {
        std::mem::take(&mut self.entries)
    }

    /// The place of a key of this object.
    pub fn place(&self, key: &str) -> String {
        if self.place.is_empty() { key.into() } else { self.place.clone() + "." + key }
    }

    /// Notes a problem with the value of a key.
    pub fn report(&self, key: &str, message: &str) {
        self.problems.report(&self.place(key), message);
    }

    fn take(&mut self, key: &str) -> Option<&'a Value> {
        let at = self.entries.iter().position(|(name, _)| *name == key)?;
        Some(self.entries.swap_remove(at).1)
    }

    /// The value of a key that must be there.
    pub fn value(&mut self, key: &str) -> Option<&'a Value> {
        let value = self.take(key);
        if value.is_none() && self.sound {
            self.report(key, "is missing");
        }
        value
    }

    /// The value of a key, where the key is there.
    pub fn optional_value(&mut self, key: &str) -> Option<&'a Value> {
        self.take(key)
    }

    fn wrong(&self, key: &str, expected: &str, found: &Value) {
        self.report(key, &wrong(expected, found));
    }

    /// A text, where the key is there.
    pub fn optional_text(&mut self, key: &str) -> Option<String> {
        let value = self.take(key)?;
        let text = text(value);
        if text.is_none() {
            self.wrong(key, "a text", value);
        }
        text.map(Into::into)
    }

    /// A text; the key must be there.
    pub fn text(&mut self, key: &str) -> String {
        if self.entries.iter().all(|(name, _)| *name != key) {
            self.value(key);
        }
        self.optional_text(key).unwrap_or_default()
    }

    /// A number, where the key is there.
    pub fn optional_number(&mut self, key: &str) -> Option<f64> {
        let value = self.take(key)?;
        self.as_number(key, value)
    }

    /// A number; the key must be there.
    pub fn number(&mut self, key: &str) -> f64 {
        self.value(key).and_then(|value| self.as_number(key, value)).unwrap_or_default()
    }

    fn as_number(&self, key: &str, value: &Value) -> Option<f64> {
        if value.as_number().is_none() {
            self.wrong(key, "a number", value);
        }
        value.as_number()
    }

    /// A whole number of 32 bits; the key must be there.
    pub fn count(&mut self, key: &str) -> u32 {
        self.value(key).map_or(0, |value| self.as_count(key, value))
    }

    /// A whole number that is at least 0.
    pub fn optional_count(&mut self, key: &str) -> Option<u32> {
        let value = self.take(key)?;
        Some(self.as_count(key, value))
    }

    fn as_count(&self, key: &str, value: &Value) -> u32 {
        let count = value.as_whole().and_then(|count| u32::try_from(count).ok());
        if count.is_none() {
            self.wrong(key, "a whole number", value);
        }
        count.unwrap_or_default()
    }

    /// Yes or no; no where the key is not there.
    pub fn flag(&mut self, key: &str) -> bool {
        let Some(value) = self.take(key) else { return false };
        if let Value::Flag(flag) = value {
            return *flag;
        }
        self.wrong(key, "true or false", value);
        false
    }

    /// The items of a list; `None` where the key is not there.
    fn optional_list(&mut self, key: &str) -> Option<&'a [Value]> {
        let value = self.take(key)?;
        let Value::List(items) = value else {
            self.wrong(key, "a list", value);
            return Some(&[]);
        };
        Some(items)
    }

    /// The place of an item of a list. It is made only for a problem: lists may be long.
    fn item_place(&self, key: &str, index: usize) -> String {
        format!("{}[{index}]", self.place(key))
    }

    /// Notes a problem with an item of the list under a key.
    pub fn report_item(&self, key: &str, index: usize, message: &str) {
        self.problems.report(&self.item_place(key, index), message);
    }

    /// The items of a list; the key must be there.
    pub fn list(&mut self, key: &str) -> &'a [Value] {
        let list = self.optional_list(key);
        if list.is_none() {
            self.value(key);
        }
        list.unwrap_or_default()
    }

    /// A list of texts, where the key is there.
    pub fn optional_texts(&mut self, key: &str) -> Option<Vec<String>> {
        let mut texts = Vec::new();
        for (index, item) in self.optional_list(key)?.iter().enumerate() {
            match text(item) {
                Some(text) => texts.push(text.into()),
                None => self.report_item(key, index, &wrong("a text", item)),
            }
        }
        Some(texts)
    }

    /// A text or a list of texts, where the key is there.
    pub fn optional_text_or_texts(&mut self, key: &str) -> Option<Vec<String>> {
        if self.entries.iter().any(|(name, value)| *name == key && matches!(value, Value::List(_))) {
            return self.optional_texts(key);
        }
        // A value of another type is reported, and not as missing as well.
        let is_there = self.entries.iter().any(|(name, _)| *name == key);
        let text = self.optional_text(key);
        is_there.then(|| text.into_iter().collect())
    }

    /// A list of lists of two texts each; empty where the key is not there.
    pub fn optional_pairs(&mut self, key: &str) -> Vec<[String; 2]> {
        let mut pairs = Vec::new();
        for (index, item) in self.optional_list(key).unwrap_or_default().iter().enumerate() {
            match item {
                Value::List(items) if let [Value::Text(first), Value::Text(second)] = &items[..] => {
                    pairs.push([first.clone(), second.clone()]);
                }
                _ => self.report_item(key, index, &wrong("a list of two texts", item)),
            }
        }
        pairs
    }

    /// A list of numbers; empty where the key is not there.
    pub fn numbers(&mut self, key: &str) -> Vec<f64> {
        let mut numbers = Vec::new();
        for (index, item) in self.optional_list(key).unwrap_or_default().iter().enumerate() {
            match item.as_number() {
                Some(number) => numbers.push(number),
                None => self.report_item(key, index, &wrong("a number", item)),
            }
        }
        numbers
    }

    /// An object within this one.
    pub fn object(&mut self, key: &str) -> Reader<'a> {
        match self.value(key) {
            Some(value) => Reader::new(&self.place(key), value, self.problems),
            None => Reader { place: String::new(), entries: Vec::new(), problems: self.problems, sound: false },
        }
    }

    /// An object within this one; `None` where the key is not there.
    pub fn optional_object(&mut self, key: &str) -> Option<Reader<'a>> {
        let value = self.take(key)?;
        Some(Reader::new(&self.place(key), value, self.problems))
    }

    /// The objects of a list; where `required`, the key must be there.
    pub fn objects(&mut self, key: &str, required: bool) -> Vec<Reader<'a>> {
        let list = if required { self.list(key) } else { self.optional_list(key).unwrap_or_default() };
        let reader = |(index, item)| Reader::new(&self.item_place(key, index), item, self.problems);
        list.iter().enumerate().map(reader).collect()
    }

    /// Reports a key that must not be there.
    pub fn refuse(&mut self, key: &str, message: &str) {
        if self.take(key).is_some() {
            self.report(key, message);
        }
    }

    /// Reports the keys that were not read.
    pub fn end(self) {
        for (key, _) in &self.entries {
            self.report(key, "is not a known key");
        }
    }
}

/// A text that is not too long.
fn text(value: &Value) -> Option<&str> {
    value.as_text().filter(|text| text.len() <= MAXIMUM_TEXT)
}

fn wrong(expected: &str, found: &Value) -> String {
    let found = match found {
        Value::Null => "null",
        Value::Flag(_) => "true or false",
        Value::Whole(_) | Value::Number(_) => "another number",
        Value::Text(text) if text.len() > MAXIMUM_TEXT => "more than 4096 bytes",
        Value::Text(text) => return format!("must be {expected} (got {})", super::quoted(text)),
        Value::List(_) => "a list",
        Value::Object(_) => "an object",
    };
    format!("must be {expected} (got {found})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_problem_at_once_with_its_place() {
        let document = json!({
            "name": 7, "count": -1, "flag": "yes", "numbers": [1, "2"], "texts": [null], "inner": {"surprise": 1},
            "list": [{}, 3], "other": 1,
        });
        let document = Value::from(document);
        let problems = Problems::default();
        let mut reader = Reader::new("", &document, &problems);
        assert_eq!((reader.text("name"), reader.count("count"), reader.flag("flag")), (String::new(), 0, false));
        assert_eq!((reader.numbers("numbers"), reader.optional_texts("texts")), (vec![1.0], Some(vec![])));
        reader.object("inner").end();
        reader.object("absent").text("not reported as well");
        for mut item in reader.objects("list", true) {
            item.number("share");
        }
        reader.end();
        let texts: Vec<_> = problems.or(()).unwrap_err().iter().map(ToString::to_string).collect();
        let expected = [
            "name: must be a text (got another number)",
            "count: must be a whole number (got another number)",
            "flag: must be true or false (got \"yes\")",
            "numbers[1]: must be a number (got \"2\")",
            "texts[0]: must be a text (got null)",
            "inner.surprise: is not a known key",
            "absent: is missing",
            "list[1]: must be an object (got another number)",
            "list[0].share: is missing",
            "other: is not a known key",
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_document_of_problems_makes_a_short_message() {
        let document = Value::from(json!({ "texts": vec![1; 100_000], "long": "a".repeat(5000), "a".repeat(5000): 1 }));
        let problems = Problems::default();
        let mut reader = Reader::new("", &document, &problems);
        assert_eq!((reader.text("long"), reader.optional_texts("texts")), (String::new(), Some(vec![])));
        reader.end();
        let problems = problems.or(()).unwrap_err();
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!((texts.len(), &*texts[0]), (101, "long: must be a text (got more than 4096 bytes)"));
        assert_eq!(texts[100], "more problems: 99902 others are not listed");
        assert!(texts.iter().all(|text| text.len() < 700), "{texts:?}");
    }
}
