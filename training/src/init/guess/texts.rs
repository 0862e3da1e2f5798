//! Columns of texts: identifiers, flags and categories.

use tenure::schema::{FEWEST_MEMBERS, Kind, MAXIMUM_CATEGORIES, MINIMUM_CUSTOMERS, folded};

use super::place::{Guess, Place, identifier, ignored, listed, missing_comments};
use crate::profile::{MAXIMUM_VALUES, Profile, Spelled, identifies, is_certain_missing_token, yes_and_no};
use crate::words::{grouped, percent};

/// More different texts than this, and a column is a category only if most rows have a text that is
/// not rare.
pub(super) const MANY_CATEGORIES: usize = 256;
/// Training refuses a table of fewer rows, so its texts may as well be listed.
const ROWS_TO_TRAIN: u64 = 50;
const _: () = assert!(MAXIMUM_VALUES <= MAXIMUM_CATEGORIES);

pub(super) fn guess(profile: &Profile) -> Guess {
    // Numbers and dates differ too, and identify nobody.
    if !profile.is_mostly_measured()
        && let Some(reason) = identifies(profile)
    {
        return identifier(profile, reason);
    }
    // What counts as missing among numbers may be a category among texts: "None" of
    // `InternetService`.
    let missing: Vec<String> = profile.tokens.keys().filter(|token| is_certain_missing_token(token)).cloned().collect();
    category(profile, missing, MINIMUM_CUSTOMERS)
}

/// A column that a person calls a category, with the fewest rows of a text that is listed.
pub(super) fn stated(profile: &Profile, members: u32) -> Guess {
    let missing = profile.tokens.keys().filter(|token| is_certain_missing_token(token)).cloned().collect();
    category(profile, missing, members)
}

fn category(profile: &Profile, missing: Vec<String>, members: u32) -> Guess {
    let Some(Listed { categories, distinct, comments: listed_texts }) = Listed::of(profile, &missing, members) else {
        return too_many(profile, members);
    };
    let mut comments = missing_comments(profile, &[]);
    comments.extend(listed_texts);
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
    let mut forms: Vec<String> = categories.iter().map(|text| folded(text)).collect();
    forms.sort_unstable();
    if forms.windows(2).any(|pair| pair[0] == pair[1]) {
        comments.push("some texts differ only in letter case, so letter case counts in this field".into());
    }
    let kind = Kind::Category { categories: categories.into_iter().map(Into::into).collect() };
    Guess { place: Place::Field { kind, missing, lowest: None, members }, comments }
}

/// The texts of a column that become its categories.
pub(super) struct Listed<'a> {
    /// Each in its most frequent spelling.
    pub(super) categories: Vec<&'a str>,
    /// Different values, those that are not listed among them.
    pub(super) distinct: String,
    /// Which spellings are one category, and why not all are listed.
    pub(super) comments: Vec<String>,
}

impl<'a> Listed<'a> {
    /// All texts but those that mean missing, unless all are rare; of many texts those that are not
    /// rare, where most rows have one of them. A text of fewer rows than `members` is rare.
    pub(super) fn of(profile: &'a Profile, missing: &[String], members: u32) -> Option<Listed<'a>> {
        let mut values = profile.spelled(|text| !missing.iter().any(|token| token == text))?;
        let distinct = grouped(values.len() as u64);
        // Training would refuse a category that has nothing but rare texts. It keeps flags.
        let only_rare = values.iter().all(|value| value.rows < u64::from(members));
        let is_flag = matches!(&values[..], [a, b] if yes_and_no(a.text, b.text).is_some());
        if only_rare && !is_flag && profile.rows >= ROWS_TO_TRAIN {
            return None;
        }
        let mut comments = Vec::new();
        if values.len() > MANY_CATEGORIES {
            values.retain(|value| value.rows >= u64::from(members));
            let rows = values.iter().map(|value| value.rows).sum::<u64>();
            if rows * 2 <= profile.known() {
                return None;
            }
            comments.push(format!(
                "listed are the {} that are in {members} rows or more, {} of the rows together",
                grouped(values.len() as u64),
                percent(rows as usize, profile.rows as usize)
            ));
        }
        comments.extend(spellings(&values));
        Some(Listed { categories: values.iter().map(|value| value.text).collect(), distinct, comments })
    }
}

/// Which texts count as another, where a value has several spellings.
fn spellings(values: &[Spelled]) -> Option<String> {
    const SHOWN: usize = 5;
    let several: Vec<&Spelled> = values.iter().filter(|value| !value.others.is_empty()).collect();
    let one = |value: &&Spelled| {
        let others = value.others.iter().map(|(text, rows)| format!("{text:?} ({} rows)", grouped(*rows)));
        format!("{} as {:?}", others.collect::<Vec<_>>().join(", "), value.text)
    };
    let shown: Vec<String> = several.iter().take(SHOWN).map(one).collect();
    let more = if several.len() > SHOWN { ", and so on" } else { "" };
    (!several.is_empty()).then(|| format!("other spellings count as the most frequent one: {}{more}", shown.join("; ")))
}

fn too_many(profile: &Profile, members: u32) -> Guess {
    if profile.is_mostly_measured() {
        return ignored(partly_measured(profile));
    }
    let length = profile.characters / profile.present().max(1);
    if length >= 40 {
        return ignored(format!("free text, {length} characters on average"));
    }
    let why = match profile.values {
        Some(_) => format!("and most rows have one that is in fewer than {members} rows"),
        None => "too many or too long to list".into(),
    };
    ignored(format!(
        "{} different texts, {why}: group them in the table, or list those that matter as a category{}",
        profile.distinct_words(),
        // As many as that are no names of persons.
        if members > FEWEST_MEMBERS && profile.values.is_some() {
            "; where they do not describe persons, --minimum-members COLUMN=5 lists more of them"
        } else {
            ""
        }
    ))
}

pub(super) fn count_comment(profile: &Profile, positive: &str) -> String {
    let values = profile.spelled(|_| true).unwrap_or_default();
    let count = values.iter().find(|value| value.text == positive).map_or(0, |value| value.rows);
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
