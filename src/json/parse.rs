//! Text → value, strictly as RFC 8259 has it, and stricter in one point: a key that appears twice
//! in an object is refused, because two readers could take different values of it.

use super::value::twice;
use super::{Value, decimal, quoted, shortened};

/// Lists and objects nest at most this deep, so that a hostile text cannot exhaust the stack.
const MAXIMUM_DEPTH: usize = 100;

/// What is wrong with a text, and at which byte.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message} at byte {at}")]
pub struct ParseError {
    /// What is wrong.
    pub message: String,
    /// The byte.
    pub at: usize,
}

/// Reads a document.
pub fn parse(text: &str) -> Result<Value, ParseError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let value = parser.value()?;
    parser.end()?;
    Ok(value)
}

/// An entry of an object, with the text of its value, for callers that pass the value on.
#[derive(Clone, Debug, PartialEq)]
pub struct Member<'a> {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Value,
    /// The text of the value.
    pub text: &'a str,
}

/// The entries of the object in `text`, in its order. The values under the keys `skimmed` are only
/// checked for syntax, and are returned as null: the caller passes them on as text.
pub fn members<'a>(text: &'a str, skimmed: &[&str]) -> Result<Vec<Member<'a>>, ParseError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let mut members: Vec<Member> = Vec::new();
    parser.space();
    if parser.next() != Some(b'{') {
        return Err(parser.error("expected an object"));
    }
    parser.object(&mut |parser, key| {
        parser.space();
        let start = parser.at;
        let value = match skimmed.contains(&key.as_str()) {
            true => parser.skim().map(|()| Value::Null),
            false => parser.value(),
        }?;
        members.push(Member { key, value, text: text.get(start..parser.at).unwrap_or("") });
        Ok(())
    })?;
    parser.once(members.iter().map(|member| member.key.as_str()))?;
    parser.end()?;
    Ok(members)
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    depth: usize,
}

impl Parser<'_> {
    pub(super) fn error(&self, message: &str) -> ParseError {
        ParseError { message: message.into(), at: self.at }
    }

    /// Refuses a key that appears twice in the object that ends here.
    fn once<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Result<(), ParseError> {
        match twice(keys) {
            Some(key) => Err(self.error(&format!("the key {} stands twice", shortened(quoted(key))))),
            None => Ok(()),
        }
    }

    pub(super) fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.next() {
            self.at += 1;
        }
    }

    /// Skips whitespace, then takes this byte if it is next.
    fn take(&mut self, byte: u8) -> bool {
        self.space();
        let here = self.next() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn end(&mut self) -> Result<(), ParseError> {
        self.space();
        if self.next().is_none() { Ok(()) } else { Err(self.error("expected the end")) }
    }

    fn value(&mut self) -> Result<Value, ParseError> {
        self.space();
        match self.next() {
            Some(b'{') => {
                let mut entries = Vec::new();
                self.object(&mut |parser, key| {
                    entries.push((key, parser.value()?));
                    Ok(())
                })?;
                self.once(entries.iter().map(|(key, _)| key.as_str()))?;
                Ok(Value::Object(entries))
            }
            Some(b'[') => {
                let mut list = Vec::new();
                self.items(b']', &mut |parser| {
                    list.push(parser.value()?);
                    Ok(())
                })?;
                Ok(Value::List(list))
            }
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, ParseError> {
        let rest = self.text.get(self.at..).unwrap_or("");
        for (word, value) in [("null", Value::Null), ("true", Value::Flag(true)), ("false", Value::Flag(false))] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.error("expected a value"))
    }

    /// The entries of an object whose brace comes next. `entry` is a trait object, so that the
    /// download has the loop once.
    fn object(&mut self, entry: &mut dyn FnMut(&mut Self, String) -> Result<(), ParseError>) -> Result<(), ParseError> {
        self.items(b'}', &mut |parser| {
            parser.space();
            let key = parser.string()?;
            if !parser.take(b':') {
                return Err(parser.error("expected `:`"));
            }
            entry(parser, key)
        })
    }

    /// The items between two brackets, separated by commas.
    fn items(
        &mut self,
        close: u8,
        item: &mut dyn FnMut(&mut Self) -> Result<(), ParseError>,
    ) -> Result<(), ParseError> {
        self.at += 1;
        self.depth += 1;
        if self.depth > MAXIMUM_DEPTH {
            return Err(self.error("nested too deep"));
        }
        let mut first = true;
        while !self.take(close) {
            if !first && !self.take(b',') {
                return Err(self.error("expected `,` or the closing bracket"));
            }
            first = false;
            item(self)?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn digits(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        while self.next().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(self.error("expected a digit")) }
    }

    /// Skips a number; returns whether it is a whole number without sign.
    fn digits_of_number(&mut self) -> Result<bool, ParseError> {
        let mut whole = self.next() != Some(b'-');
        self.at += usize::from(!whole);
        if self.next() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.next() == Some(b'.') {
            whole = false;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.next() {
            whole = false;
            self.at += 1;
            if let Some(b'+' | b'-') = self.next() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(whole)
    }

    fn number(&mut self) -> Result<Value, ParseError> {
        let start = self.at;
        let whole = self.digits_of_number()?;
        let text = self.text.get(start..self.at).unwrap_or("");
        // A whole number that fits stays whole: the offset of a tensor may have more digits than a
        // float keeps.
        if whole && let Ok(number) = text.parse() {
            return Ok(Value::Whole(number));
        }
        let number = decimal::parse(text).filter(|number| number.is_finite());
        number.map(Value::Number).ok_or_else(|| self.error("a number beyond 64 bits"))
    }

    /// Skips a value.
    fn skim(&mut self) -> Result<(), ParseError> {
        self.space();
        match self.next() {
            Some(b'{') => self.object(&mut |parser, _| parser.skim()),
            Some(b'[') => self.items(b']', &mut |parser| parser.skim()),
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.digits_of_number().map(drop),
            _ => self.word().map(drop),
        }
    }
}

impl Parser<'_> {
    /// A text whose quote comes next.
    fn string(&mut self) -> Result<String, ParseError> {
        if self.next() != Some(b'"') {
            return Err(self.error("expected a text"));
        }
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or("");
            let ends = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
            let run = rest.as_bytes().iter().position(ends).unwrap_or(rest.len());
            // The bytes that end a run are ASCII, so no character is cut.
            out.push_str(rest.get(..run).unwrap_or(""));
            self.at += run;
            match self.next() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escape()?);
                }
                Some(_) => return Err(self.error("control character in a text")),
                None => return Err(self.error("a text is not closed")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, ParseError> {
        let Some(escape) = self.next() else { return Err(self.error("a text is not closed")) };
        self.at += 1;
        Ok(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.hexadecimal()?;
                // A character beyond 16 bits is written as a surrogate pair.
                if (0xd800..0xdc00).contains(&code) && self.text.as_bytes().get(self.at..self.at + 2) == Some(b"\\u") {
                    self.at += 2;
                    let low = self.hexadecimal()?;
                    if (0xdc00..0xe000).contains(&low) {
                        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                    }
                }
                return char::from_u32(code).ok_or_else(|| self.error("half of a surrogate pair"));
            }
            _ => return Err(self.error("unknown escape in a text")),
        })
    }

    fn hexadecimal(&mut self) -> Result<u32, ParseError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.next().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.error("expected four hexadecimal digits"))?;
            self.at += 1;
        }
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn refusals() {
        for (text, part) in [
            ("", "a value"),
            ("{\"a\":1,\"a\":2}", "twice"),
            ("{\"a\":1,\"\\u0061\":2}", "twice"),
            ("[1,]", "a value"),
            ("[1 2]", "`,`"),
            ("[", "a value"),
            ("{\"a\"}", "`:`"),
            ("{a:1}", "a text"),
            ("{} {}", "the end"),
            ("01", "the end"),
            ("1.", "a digit"),
            ("-", "a digit"),
            ("1e999", "64 bits"),
            ("\"\n\"", "control"),
            ("\"a", "not closed"),
            ("\"\\", "not closed"),
            ("\"\\x\"", "escape"),
            ("\"\\ud800\"", "half of a surrogate pair"),
            ("\"\\ud800\\u0041\"", "half of a surrogate pair"),
            ("\"\\u00g0\"", "hexadecimal"),
            ("nul", "a value"),
            ("NaN", "a value"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.message.contains(part) && error.at <= text.len(), "{text}: {error}");
        }
        assert!(parse(&"[".repeat(1_000_000)).unwrap_err().message.contains("deep"));
    }

    #[test]
    fn escapes_and_long_numbers() {
        assert_eq!(parse(r#" "\ud83d\ude00\/\u00e9\b" "#).unwrap(), json!("😀/é\u{8}").into());
        assert_eq!(parse("[18446744073709551615, -0, 1E2]").unwrap(), json!([u64::MAX, -0.0, 100.0]).into());
    }

    #[test]
    fn members_are_values_and_their_texts() {
        let text = r#" { "a" : [1, {"b": 2}] , "c":"\"" } "#;
        let member = |key: &str, value, text| Member { key: key.into(), value: Value::from(value), text };
        let expected = [member("a", json!([1, { "b": 2 }]), r#"[1, {"b": 2}]"#), member("c", json!("\""), r#""\"""#)];
        assert_eq!(members(text, &[]).unwrap(), expected);
        assert_eq!(members("{}", &[]).unwrap(), []);
        let refused = |text| members(text, &["a"]).is_err();
        assert!(refused("[]") && refused(r#"{"a":1,"a":1}"#) && refused("{} x") && refused(r#"{"a":[1,2.]}"#));
        let skimmed = [member("a", json!(null), r#"[1e999, "x"]"#), member("b", json!(2), "2")];
        assert_eq!(members(r#"{"a":[1e999, "x"],"b":2}"#, &["a"]).unwrap(), skimmed);
    }
}
