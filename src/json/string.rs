//! Texts in double quotes, as JSON writes them.

/// A text as JSON writes it, in double quotes; also how problems quote the value they saw.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\x1f' => {
                out.push_str("\\u00");
                out.push(if c >= '\x10' { '1' } else { '0' });
                out.push(char::from(b"0123456789abcdef"[c as usize & 15]));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The most bytes that a message takes from a document.
const MAXIMUM_SHOWN: usize = 300;

/// A text cut to what a message may take of it, so that no document makes a message as long as
/// itself.
pub fn shortened(mut text: String) -> String {
    if text.len() > MAXIMUM_SHOWN {
        text.truncate(text.floor_char_boundary(MAXIMUM_SHOWN));
        text.push('…');
    }
    text
}

/// A JSON object of keys and values that are JSON.
#[cfg(feature = "decide")]
pub(crate) fn object(entries: &[(&str, &str)]) -> String {
    let mut json = String::from("{");
    for (key, value) in entries {
        if json.len() > 1 {
            json.push(',');
        }
        for part in ["\"", key, "\":", value] {
            json += part;
        }
    }
    json + "}"
}

/// A JSON list of items that are JSON.
#[cfg(feature = "decide")]
pub(crate) fn list(items: &[String]) -> String {
    ["[", &items.join(","), "]"].concat()
}
