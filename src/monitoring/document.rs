//! Profiles as JSON, and back. A profile that is read is not trusted: its size is bounded before it
//! is parsed, and all problems are reported at once.

use super::profile::{Count, Profile, ProfileError, Scores};
use crate::json::{Problems, Reader, Value, list, object, parse, quoted};
use crate::schema::date;

/// The version of the format that this code writes and reads.
pub const PROFILE_VERSION: u32 = 1;
/// The most bytes of a profile.
pub const MAXIMUM_PROFILE_BYTES: usize = 16 << 10;
/// What a profile says it is.
const FORMAT: &str = "tenure-profile";
/// Larger counts are refused: a double has no larger whole numbers.
const LARGEST: u64 = 1 << 53;
/// More parts are refused: beside the counts there is no room for them.
const MAXIMUM_PARTS: usize = 200;

impl Profile {
    /// The profile as JSON, at most [`MAXIMUM_PROFILE_BYTES`].
    ///
    /// # Errors
    ///
    /// The profile has too many parts or too large counts to fit. It can still be merged and
    /// compared.
    pub fn write(&self) -> Result<String, ProfileError> {
        let text = self.json();
        if self.parts.len() > MAXIMUM_PARTS || text.len() > MAXIMUM_PROFILE_BYTES {
            return Err(ProfileError::TooLarge(text.len()));
        }
        Ok(text)
    }

    /// The profile as JSON of any length.
    pub(super) fn json(&self) -> String {
        let Scores { rows, sums, squares, total, positive } = &self.scores;
        let parts: Vec<String> = self.parts.iter().map(|part| quoted(&format!("{part:016x}"))).collect();
        let days = match self.days {
            Some(days) => list(&days.map(|day| quoted(&date::text(f64::from(day))))),
            None => "null".into(),
        };
        let scores = object(&[
            ("rows", &counts(rows)),
            ("sums", &counts(sums)),
            ("squares", &counts(squares)),
            ("total", &counts(total)),
            ("positive", &counts(positive)),
        ]);
        object(&[
            ("format", &quoted(FORMAT)),
            ("version", &PROFILE_VERSION.to_string()),
            ("model", &quoted(&self.model)),
            ("parts", &list(&parts)),
            ("days", &days),
            ("rows", &self.rows.to_string()),
            ("scored", &self.scored.to_string()),
            ("fields", &list(&self.fields.iter().map(|cells| counts(cells)).collect::<Vec<_>>())),
            ("rules", &counts(&self.rules)),
            ("scores", &scores),
            ("offers", &counts(&self.offers)),
        ])
    }

    /// Reads a profile. [`Profile::check`] then holds it against its model.
    ///
    /// # Errors
    ///
    /// The text is too long, is no profile, or is of another version.
    pub fn read(text: &str) -> Result<Profile, ProfileError> {
        if text.len() > MAXIMUM_PROFILE_BYTES {
            return Err(ProfileError::TooLarge(text.len()));
        }
        let document = parse(text).map_err(|error| ProfileError::Format(error.to_string()))?;
        Profile::from_value(&document)
    }

    /// Reads a profile that is a value of a document.
    pub(super) fn from_value(document: &Value) -> Result<Profile, ProfileError> {
        let problems = Problems::default();
        let mut reader = Reader::new("", document, &problems);
        if reader.text("format") != FORMAT {
            return Err(ProfileError::Format(format!("`format` must be \"{FORMAT}\"")));
        }
        // The version comes first: another one may have other keys.
        match reader.count("version") {
            PROFILE_VERSION => {}
            version => return Err(ProfileError::Version(version)),
        }
        let model = reader.text("model");
        if !model.is_empty() && (model.len() != 64 || !model.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            reader.report("model", "must be a SHA-256 in hexadecimal");
        }
        let parts = parts(&mut reader);
        let days = days(&mut reader);
        let [rows, scored] = ["rows", "scored"].map(|key| whole(&mut reader, key));
        let fields = reader.list("fields").iter().enumerate().map(|(at, value)| match value {
            Value::List(items) => numbers(&reader, "fields", at, items),
            _ => {
                reader.report_item("fields", at, "must be a list of counts");
                Vec::new()
            }
        });
        let fields = fields.collect();
        let mut own = reader.object("scores");
        let scores = Scores {
            rows: of_key(&mut own, "rows"),
            sums: of_key(&mut own, "sums"),
            squares: of_key(&mut own, "squares"),
            total: some(&mut own, "total"),
            positive: some(&mut own, "positive"),
        };
        own.end();
        let rules: [Count; super::profile::RULES.len()] = some(&mut reader, "rules");
        let offers = of_key(&mut reader, "offers");
        reader.end();
        let profile = Profile { model, parts, days, rows, scored, fields, rules: rules.to_vec(), scores, offers };
        problems.or(profile).map_err(|problems| {
            let problems: Vec<String> = problems.iter().take(5).map(ToString::to_string).collect();
            ProfileError::Format(problems.join("; "))
        })
    }
}

/// A list of counts, null for those that are left out.
pub(super) fn counts(counts: &[Count]) -> String {
    let count = |count: &Count| count.map_or_else(|| "null".into(), |count| count.to_string());
    list(&counts.iter().map(count).collect::<Vec<String>>())
}

fn parts(reader: &mut Reader) -> Vec<u64> {
    let texts = reader.optional_texts("parts").unwrap_or_default();
    let part = |(at, text): (usize, &String)| {
        let part = u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16);
        if part.is_none() {
            reader.report_item("parts", at, "must be an identity of 16 hexadecimal digits");
        }
        part.unwrap_or_default()
    };
    let parts: Vec<u64> = texts.iter().enumerate().map(part).collect();
    if parts.windows(2).any(|pair| pair[0] >= pair[1]) {
        reader.report("parts", "must ascend, each identity once");
    }
    parts
}

fn days(reader: &mut Reader) -> Option<[i32; 2]> {
    match reader.value("days") {
        None | Some(Value::Null) => return None,
        Some(Value::List(days)) if let [Value::Text(first), Value::Text(last)] = &days[..] => {
            if let (Some(first), Some(last)) = (date::read(first), date::read(last)) {
                return Some([first.floor() as i32, last.floor() as i32]);
            }
        }
        Some(_) => {}
    }
    reader.report("days", "must be null, or the first and the last day, as in [\"2024-01-01\",\"2024-01-31\"]");
    None
}

fn whole(reader: &mut Reader, key: &str) -> u64 {
    let value = reader.value(key);
    let number = value.and_then(Value::as_whole).filter(|number| *number <= LARGEST);
    if number.is_none() && value.is_some() {
        reader.report(key, "must be a whole number");
    }
    number.unwrap_or_default()
}

fn of_key(reader: &mut Reader, key: &str) -> Vec<Count> {
    let items = reader.list(key);
    let mut read = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let number = item.as_whole().filter(|number| *number <= LARGEST);
        if number.is_none() && *item != Value::Null {
            reader.report_item(key, at, "must be a whole number or null");
        }
        read.push(number);
    }
    read
}

fn numbers(reader: &Reader, key: &str, at: usize, items: &[Value]) -> Vec<Count> {
    let number = |item: &Value| {
        let number = item.as_whole().filter(|number| *number <= LARGEST);
        if number.is_none() && *item != Value::Null {
            reader.report_item(key, at, "must have whole numbers or null");
        }
        number
    };
    items.iter().map(number).collect()
}

/// A list of this number of counts.
fn some<const N: usize>(reader: &mut Reader, key: &str) -> [Count; N] {
    let read = of_key(reader, key);
    read.try_into().unwrap_or_else(|_| {
        reader.report(key, &format!("must have {N} numbers"));
        [None; N]
    })
}
