//! From a column's counts to its place in the schema, with the reasons that `tenure init` writes
//! beside it.

use tenure::schema::{Kind, MAXIMUM_CATEGORIES, date};

use crate::cohort::rare::RARE_BELOW;
use crate::profile::{
    Formatting, MAXIMUM_VALUES, NEARLY_ALL, Naming, Profile, ROWS_FOR_IDENTIFIERS, after_the_fact, identifies,
    is_certain_missing_token, is_code, looks_like_codes, naming, number, row_position, yes_and_no,
};
use crate::words::{grouped, percent, quoted_for_shell};

/// The place of a column in the schema, and comments with the reasons.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Guess {
    pub(super) place: Place,
    pub(super) comments: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    Identifier,
    Ignored,
    Field { kind: Kind, missing: Vec<String> },
}

/// More different texts than this, and a column is a category only if most rows have a text that is
/// not rare.
const MANY_CATEGORIES: usize = 256;
/// Training refuses a table of fewer rows, so its texts may as well be listed.
const ROWS_TO_TRAIN: u64 = 50;
const _: () = assert!(MAXIMUM_VALUES <= MAXIMUM_CATEGORIES);

pub(super) fn guess(profile: &Profile, target: &str) -> Guess {
    let Profile { rows, .. } = *profile;
    let known = profile.known();
    if known == 0 {
        return ignored(format!("no value in {} rows", grouped(rows)));
    }
    if let Some(word) = after_the_fact(&profile.name, target) {
        return ignored(format!(
            "its name speaks of {word:?}: is it known before a customer leaves? Then make it a field"
        ));
    }
    if profile.distinct.count() == 1 && profile.blank == 0 {
        return ignored(format!("the same value in every row ({:?})", first_value(profile)));
    }
    if let Some(reason) = row_position(profile) {
        return ignored(reason);
    }
    let numbers = &profile.numbers;
    if profile.dates.rows * 10 > known * 9 || numbers.compact_dates * 10 > known * 9 {
        return of_dates(profile);
    }
    if profile.formatted.rows * 10 > known && (profile.formatted.rows + numbers.rows) * 10 > known * 9 {
        return ignored(dressed(profile));
    }
    if numbers.rows * 20 >= known * 19 && numbers.rows > 0 {
        return of_numbers(profile);
    }
    of_texts(profile)
}

fn ignored(comment: String) -> Guess {
    Guess { place: Place::Ignored, comments: vec![comment] }
}

fn identifier(profile: &Profile, reason: String) -> Guess {
    let mut comments = vec![reason];
    // The estimate of many different values is off by some per cent.
    let certain = if profile.distinct.is_exact() { 1.0 } else { 0.9 };
    if naming(&profile.name) == Some(Naming::Customer) && profile.distinctness() < certain {
        let name = quoted_for_shell(&profile.name);
        comments.push(format!("customers repeat: keep the rows of each in one part of a split with --group {name}"));
    }
    Guess { place: Place::Identifier, comments }
}

fn first_value(profile: &Profile) -> &str {
    profile.values.as_ref().and_then(|values| values.keys().next()).map_or("", String::as_str)
}

fn dressed(profile: &Profile) -> String {
    let example = &profile.formatted.first;
    let line = profile.formatted.first_line;
    let (what, remedy) = match profile.formatting {
        Some(Formatting::DecimalComma) => ("decimal commas", "write 12.5 for 12,5"),
        Some(Formatting::Sign) => ("currency or per cent signs", "write the bare number"),
        Some(Formatting::ThousandsSeparator) | None => ("thousands separators", "write 1234.5 for 1,234.5"),
    };
    format!("numbers with {what}, such as {example:?} (line {line}): {remedy}, then run `tenure init` again")
}

fn of_dates(profile: &Profile) -> Guess {
    let days = &profile.days;
    if days.rows == 0 || (days.rows + days.never_rows) * 10 <= profile.known() * 9 {
        let example = &profile.dates.first;
        return ignored(format!(
            "dates, such as {example:?}: write them year first, as in 2024-01-31, and it can be a field of kind date"
        ));
    }
    let mut missing: Vec<String> = profile.tokens.keys().cloned().collect();
    let mut comments = missing_comments(profile);
    comments.insert(0, format!("{} to {} in this table", date::text(days.earliest), date::text(days.latest)));
    comments.push("it counts as days before `reference`; is it known before a customer leaves?".into());
    if !days.never.is_empty() {
        let never: Vec<&String> = days.never.iter().collect();
        comments.push(format!("taken for missing, because no table knows that day: {}", list(&never)));
        missing.extend(days.never.iter().cloned());
    }
    let kind = Kind::Date { reference: days.latest.floor() + 1.0 };
    Guess { place: Place::Field { kind, missing }, comments }
}

fn of_numbers(profile: &Profile) -> Guess {
    let numbers = &profile.numbers;
    if let Some(reason) = identifies(profile) {
        return identifier(profile, reason);
    }
    let values: Option<Vec<&String>> = profile
        .values
        .as_ref()
        .map(|values| values.keys().filter(|text| number(text).is_some()).collect())
        .filter(|values: &Vec<_>| values.len() <= MANY_CATEGORIES);
    let whole = numbers.whole == numbers.rows;
    let only_numbers = numbers.rows == profile.known();
    let missing: Vec<String> = profile.tokens.keys().cloned().collect();
    let mut comments = missing_comments(profile);
    if let Some([a, b]) = values.as_deref()
        && only_numbers
        && let Some((positive, negative)) = yes_and_no(a, b)
    {
        let kind = Kind::Flag { positive: positive.into(), negative: negative.into() };
        comments.insert(0, count_comment(profile, positive));
        return Guess { place: Place::Field { kind, missing }, comments };
    }
    let named = is_code(&profile.name);
    let are_codes = match &values {
        Some(few) => few.len() > 1 && (named || looks_like_codes(few, numbers.minimum)),
        None => named,
    };
    if whole && only_numbers && are_codes {
        let Some(Listed { mut categories, distinct, comment }) = Listed::of(profile, &missing) else {
            return ignored(format!(
                "{} different codes: group them, or make it a number if it measures something",
                profile.distinct_words()
            ));
        };
        categories.sort_by(|a, b| number(a).unwrap_or_default().total_cmp(&number(b).unwrap_or_default()));
        comments.insert(
            0,
            format!("{distinct} different whole numbers, taken for codes; make it a number if it measures something"),
        );
        comments.extend(comment);
        let kind = Kind::Category { categories: categories.into_iter().cloned().collect() };
        return Guess { place: Place::Field { kind, missing }, comments };
    }
    let minimum = (numbers.minimum >= 0.0).then_some(0.0);
    comments.insert(0, format!("{} to {} in this table", numbers.minimum, numbers.maximum));
    comments.push(match minimum {
        Some(_) => {
            "no value is below 0, so none may be; no maximum, so that a record sum does not refuse a customer".into()
        }
        None => "values below 0 were seen, so there are no bounds".into(),
    });
    if profile.distinctness() >= NEARLY_ALL && whole && profile.rows >= ROWS_FOR_IDENTIFIERS {
        comments.push("nearly every value differs: if it identifies a customer, move it to `identifiers`".into());
    }
    for (seen, what) in
        [(&profile.texts, "no numbers"), (&profile.dates, "dates"), (&profile.formatted, "dressed numbers")]
    {
        if seen.rows > 0 {
            comments.push(format!(
                "{} rows have {what}, such as {:?} (line {}): training leaves them out unless `missing` lists the text",
                grouped(seen.rows),
                seen.first,
                seen.first_line
            ));
        }
    }
    Guess {
        place: Place::Field { kind: Kind::Number { unit: String::new(), minimum, maximum: None }, missing },
        comments,
    }
}

fn of_texts(profile: &Profile) -> Guess {
    if let Some(reason) = identifies(profile) {
        return identifier(profile, reason);
    }
    // What counts as missing among numbers may be a category among texts: "None" of
    // `InternetService`.
    let missing: Vec<String> = profile.tokens.keys().filter(|token| is_certain_missing_token(token)).cloned().collect();
    let Some(Listed { categories, distinct, comment }) = Listed::of(profile, &missing) else {
        return too_many(profile);
    };
    let mut comments = missing_comments(profile);
    comments.extend(comment);
    let possible: Vec<&String> = profile.tokens.keys().filter(|token| !missing.contains(token)).collect();
    if let [a, b] = categories[..]
        && let Some((positive, negative)) = yes_and_no(a, b)
    {
        let kind = Kind::Flag { positive: positive.into(), negative: negative.into() };
        comments.insert(0, count_comment(profile, positive));
        return Guess { place: Place::Field { kind, missing }, comments };
    }
    comments.insert(0, format!("{distinct} different texts; every other text counts as OTHER"));
    if !possible.is_empty() {
        comments.push(format!("move to `missing` what means that the value is not known: {}", list(&possible)));
    }
    let mut folded: Vec<String> = categories.iter().map(|text| text.to_lowercase()).collect();
    folded.sort_unstable();
    if folded.windows(2).any(|pair| pair[0] == pair[1]) {
        comments
            .push("some texts differ in letter case alone; make them one in the table if they mean one thing".into());
    }
    let kind = Kind::Category { categories: categories.into_iter().cloned().collect() };
    Guess { place: Place::Field { kind, missing }, comments }
}

/// The texts of a column that become its categories.
struct Listed<'a> {
    categories: Vec<&'a String>,
    /// Different texts, those that are not listed among them.
    distinct: String,
    /// Why they are not all of them.
    comment: Option<String>,
}

impl<'a> Listed<'a> {
    /// All texts but those that mean missing, unless all are rare; of many texts those that are not
    /// rare, where most rows have one of them.
    fn of(profile: &'a Profile, missing: &[String]) -> Option<Listed<'a>> {
        let texts: Vec<_> = profile.values.as_ref()?.iter().filter(|(text, _)| !missing.contains(text)).collect();
        let distinct = grouped(texts.len() as u64);
        if texts.len() <= MANY_CATEGORIES {
            // Training would refuse a category that has nothing but rare texts. It keeps flags.
            let only_rare = texts.iter().all(|(_, counted)| counted.rows < RARE_BELOW as u64);
            let is_flag = matches!(texts[..], [(a, _), (b, _)] if yes_and_no(a, b).is_some());
            if only_rare && !is_flag && profile.rows >= ROWS_TO_TRAIN {
                return None;
            }
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
    let length = profile.characters / profile.present().max(1);
    if length >= 40 {
        return ignored(format!("free text, {length} characters on average"));
    }
    let why = match profile.values {
        Some(_) => format!("and most rows have one that is in fewer than {RARE_BELOW} rows"),
        None => "too many or too long to list".into(),
    };
    ignored(format!(
        "{} different texts, {why}: group them in the table, or list those that matter as a category",
        profile.distinct_words()
    ))
}

fn missing_comments(profile: &Profile) -> Vec<String> {
    let blank =
        format!("{} of {} rows are blank, which always means missing", grouped(profile.blank), grouped(profile.rows));
    let blank = (profile.blank > 0).then_some(blank);
    let tokens: Vec<_> =
        profile.tokens.iter().map(|(token, rows)| format!("{token:?} in {} rows", grouped(*rows))).collect();
    let tokens = (!tokens.is_empty()).then(|| format!("may mean missing: {}", tokens.join(", ")));
    blank.into_iter().chain(tokens).collect()
}

fn count_comment(profile: &Profile, positive: &str) -> String {
    let count = profile.values.as_ref().and_then(|values| values.get(positive)).map_or(0, |counted| counted.rows);
    format!("{positive:?} in {} of the rows", percent(count as usize, profile.rows as usize))
}

fn list(texts: &[&String]) -> String {
    let list: Vec<_> = texts.iter().map(|text| format!("{text:?}")).collect();
    list.join(", ")
}

#[cfg(test)]
pub(crate) mod tests;
