//! Columns of texts: identifiers, flags and categories.

use tenure::schema::{Kind, MAXIMUM_CATEGORIES};

use super::place::{Guess, Place, ignored, listed, missing_comments};
use crate::cohort::rare::RARE_BELOW;
use crate::profile::{MAXIMUM_VALUES, Profile, identifies, is_certain_missing_token, yes_and_no};
use crate::words::{grouped, percent};

/// More different texts than this, and a column is a category only if most rows have a text that is
/// not rare.
pub(super) const MANY_CATEGORIES: usize = 256;
const _: () = assert!(MAXIMUM_VALUES <= MAXIMUM_CATEGORIES);

pub(super) fn guess(profile: &Profile) -> Guess {
    // Numbers and dates differ too, and identify nobody.
    if !profile.is_mostly_measured()
        && let Some(reason) = identifies(profile)
    {
        return Guess { place: Place::Identifier, comments: vec![reason] };
    }
    // What counts as missing among numbers may be a category among texts: "None" of
    // `InternetService`.
    let missing: Vec<String> = profile.tokens.keys().filter(|token| is_certain_missing_token(token)).cloned().collect();
    let Some(Listed { categories, distinct, comment }) = Listed::of(profile, &missing) else {
        return too_many(profile);
    };
    let mut comments = missing_comments(profile, &[]);
    comments.extend(comment);
    let possible: Vec<&String> = profile.tokens.keys().filter(|token| !missing.contains(token)).collect();
    if let [a, b] = categories[..]
        && let Some((positive, negative)) = yes_and_no(a, b)
    {
        let kind = Kind::Flag { positive: positive.into(), negative: negative.into() };
        comments.insert(0, count_comment(profile, positive));
        return Guess { place: Place::field(kind, missing), comments };
    }
    comments.insert(0, format!("{distinct} different texts; every other text counts as OTHER"));
    if !possible.is_empty() {
        comments.push(format!("move to `missing` what means that the value is not known: {}", listed(possible)));
    }
    let mut folded: Vec<String> = categories.iter().map(|text| text.to_lowercase()).collect();
    folded.sort_unstable();
    if folded.windows(2).any(|pair| pair[0] == pair[1]) {
        comments
            .push("some texts differ in letter case alone; make them one in the table if they mean one thing".into());
    }
    let kind = Kind::Category { categories: categories.into_iter().cloned().collect() };
    Guess { place: Place::field(kind, missing), comments }
}

/// The texts of a column that become its categories.
pub(super) struct Listed<'a> {
    pub(super) categories: Vec<&'a String>,
    /// Different texts, those that are not listed among them.
    pub(super) distinct: String,
    /// Why they are not all of them.
    pub(super) comment: Option<String>,
}

impl<'a> Listed<'a> {
    /// All texts but those that mean missing; of many texts those that are not rare, where most
    /// rows have one of them.
    pub(super) fn of(profile: &'a Profile, missing: &[String]) -> Option<Listed<'a>> {
        let texts: Vec<_> = profile.values.as_ref()?.iter().filter(|(text, _)| !missing.contains(text)).collect();
        let distinct = grouped(texts.len() as u64);
        if texts.len() <= MANY_CATEGORIES {
            let categories = texts.into_iter().map(|(text, _)| text).collect();
            return Some(Listed { categories, distinct, comment: None });
        }
        let frequent = texts.into_iter().filter(|(_, counted)| counted.rows >= RARE_BELOW as u64);
        let (categories, rows): (Vec<_>, Vec<_>) = frequent.map(|(text, counted)| (text, counted.rows)).unzip();
        let rows = rows.iter().sum::<u64>();
        let comment = format!(
            "listed are the {} that are in {RARE_BELOW} rows or more, {} of the rows together",
            grouped(categories.len() as u64),
            percent(rows as usize, profile.rows as usize)
        );
        (rows * 2 > profile.known()).then_some(Listed { categories, distinct, comment: Some(comment) })
    }
}

fn too_many(profile: &Profile) -> Guess {
    if profile.is_mostly_measured() {
        return ignored(partly_measured(profile));
    }
    let length = profile.characters / profile.present().max(1);
    if length >= 40 {
        return ignored(format!("free text, {length} characters on average"));
    }
    let why = match profile.values {
        Some(_) => format!("and most rows have one that is in fewer than {RARE_BELOW} rows"),
        None => "too many or too long to list".into(),
    };
    let about = if profile.distinct.is_exact() { "" } else { "about " };
    ignored(format!(
        "{about}{} different texts, {why}: group them in the table, or list those that matter as a category",
        grouped(profile.distinct.count())
    ))
}

pub(super) fn count_comment(profile: &Profile, positive: &str) -> String {
    let count = profile.values.as_ref().and_then(|values| values.get(positive)).map_or(0, |counted| counted.rows);
    format!("{positive:?} in {} of the rows", percent(count as usize, profile.rows as usize))
}

/// What a column is that is mostly numbers or dates, and why it is no field.
fn partly_measured(profile: &Profile) -> String {
    let dates = profile.dates.rows + profile.dates.never_rows + profile.dates.other.rows;
    let parts = [
        (profile.numerals.rows, "are numbers"),
        (dates, "are dates"),
        (profile.times.rows, "are times"),
        (profile.words.seen.rows + profile.texts.rows, "are other texts"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(rows, _)| *rows > 0)
        .map(|(rows, what)| format!("{} rows {what}", grouped(*rows)))
        .collect();
    let examples = [&profile.words.seen, &profile.texts, &profile.dates.other];
    let examples: Vec<(&String, u64)> =
        examples.into_iter().filter(|seen| seen.rows > 0).map(|seen| (&seen.first, seen.first_line)).collect();
    let examples: Vec<String> = examples.iter().map(|(text, line)| format!("{text:?} (line {line})")).collect();
    let such = if examples.is_empty() { String::new() } else { format!(", such as {}", examples.join(", ")) };
    format!("{}{such}: write all of them alike, then run `tenure init` again", parts.join(", "))
}
