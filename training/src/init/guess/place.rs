//! The place of a column in the schema, and the reasons that are written beside it.

use tenure::schema::{Kind, MINIMUM_CUSTOMERS};

use crate::profile::{Level, Naming, Profile, Seen, naming};
use crate::words::{grouped, quoted_for_shell};

/// The place of a column in the schema, and comments with the reasons.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::init) struct Guess {
    pub(in crate::init) place: Place,
    pub(in crate::init) comments: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::init) enum Place {
    Identifier,
    Ignored,
    Field {
        kind: Kind,
        missing: Vec<String>,
        /// The lowest number, where none is below 0: a bound for a person to consider.
        lowest: Option<f64>,
        /// The fewest rows of a category.
        members: u32,
    },
}

impl Place {
    pub(super) fn field(kind: Kind, missing: Vec<String>) -> Place {
        Place::Field { kind, missing, lowest: None, members: MINIMUM_CUSTOMERS }
    }
}

/// Why a column has no place yet.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::init) enum Refusal {
    /// Several readings fit.
    Unclear(ColumnQuestion),
    /// The format that a person stated does not fit: the rows that it reads, the rows with a value,
    /// and a text that it does not read.
    Misstated { read: u64, known: u64, example: String },
}

/// A text that can be read in several ways, and the line where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::init) struct ColumnQuestion {
    pub(in crate::init) text: String,
    pub(in crate::init) line: Option<u64>,
    /// What the text would be, and the format to state for it.
    pub(in crate::init) readings: Vec<(String, String)>,
}

pub(super) fn ignored(comment: String) -> Guess {
    Guess { place: Place::Ignored, comments: vec![comment] }
}

/// A column that identifies customers; says so if they repeat.
pub(super) fn identifier(profile: &Profile, reason: String) -> Guess {
    let mut comments = vec![reason];
    // The estimate of many different values is off by some per cent.
    let certain = if profile.distinct.is_exact() { 1.0 } else { 0.9 };
    if naming(&profile.name) == Some(Naming::Customer) && profile.distinctness() < certain {
        let name = quoted_for_shell(&profile.name);
        comments.push(format!("customers repeat: keep the rows of each in one part of a split with --group {name}"));
    }
    Guess { place: Place::Identifier, comments }
}

/// The words beside numbers, dates or times that make up the column: they stand for "not known".
/// `None` if the column is something else.
pub(super) fn words_beside(profile: &Profile, measured: u64) -> Option<Vec<String>> {
    const ANSWERS: [&str; 12] = ["yes", "no", "y", "n", "true", "false", "t", "f", "ja", "nein", "oui", "non"];
    let known = profile.known();
    let words = profile.words.counts().filter(|words| {
        let is_answer = |word: &String| ANSWERS.contains(&word.to_lowercase().as_str());
        !words.keys().any(is_answer)
    });
    if measured == 0 {
        return None;
    }
    let listed: Vec<String> = words.into_iter().flatten().map(|(word, _)| word.clone()).collect();
    if measured * 20 >= known * 19 {
        return Some(listed);
    }
    let rest = known - measured;
    let others = rest - profile.words.seen.rows.min(rest);
    (words.is_some() && listed.len() <= 5 && measured * 2 >= known && others * 20 <= known).then_some(listed)
}

/// Texts that the field does not read, if there are any; `what` says what they are, as in "no date".
pub(super) fn left_out_comment(seen: &Seen, what: &str) -> Option<String> {
    (seen.rows > 0).then(|| {
        format!(
            "{} rows have {what}, such as {:?} (line {}): training leaves them out unless `missing` lists the text",
            grouped(seen.rows),
            seen.first,
            seen.first_line
        )
    })
}

/// How many rows are blank or have a text that may mean missing.
pub(super) fn missing_comments(profile: &Profile, words: &[String]) -> Vec<String> {
    let blank =
        format!("{} of {} rows are blank, which always means missing", grouped(profile.blank), grouped(profile.rows));
    let blank = (profile.blank > 0).then_some(blank);
    let counts = profile.words.counts();
    let words =
        words.iter().map(|word| (word, counts.and_then(|counts| counts.get(word)).copied().unwrap_or_default()));
    let tokens: Vec<_> = profile.tokens.iter().map(|(token, rows)| (token, *rows)).chain(words).collect();
    let tokens = (!tokens.is_empty()).then(|| format!("may mean missing: {}", counted(tokens)));
    blank.into_iter().chain(tokens).collect()
}

/// Texts with their rows, as in `"NA" in 3 rows, "-" in 1 row`; the first few.
pub(super) fn counted<'a>(texts: impl IntoIterator<Item = (&'a String, u64)>) -> String {
    let texts: Vec<_> = texts.into_iter().collect();
    let mut list: Vec<_> = texts
        .iter()
        .take(8)
        .map(|(text, rows)| format!("{text:?} in {} row{}", grouped(*rows), if *rows == 1 { "" } else { "s" }))
        .collect();
    if texts.len() > 8 {
        list.push(format!("and {} more", texts.len() - 8));
    }
    list.join(", ")
}

/// The levels at these positions as [`counted`] lists them.
pub(super) fn counted_levels(levels: &[Level], positions: &[usize]) -> String {
    counted(positions.iter().map(|&at| (&levels[at].text, levels[at].rows)))
}

/// Texts in quotes, as a schema lists them.
pub(super) fn listed<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    let list: Vec<_> = texts.into_iter().map(|text| format!("{text:?}")).collect();
    list.join(", ")
}
