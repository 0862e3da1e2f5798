//! Columns of numbers: how they are written, and whether they measure something, answer a question
//! or name something.

use tenure::schema::{Kind, MINIMUM_CUSTOMERS, NumberFormat};

use super::place::{
    ColumnQuestion, Guess, Place, Refusal, counted_levels, identifier, ignored, left_out_comment, listed,
    missing_comments, words_beside,
};
use super::texts::{Listed, MANY_CATEGORIES, count_comment};
use crate::profile::{
    NEARLY_ALL, Notation, Notations, Numerals, Profile, ROWS_FOR_IDENTIFIERS, apart, identifies, is_code,
    looks_like_codes, number, words as name_words, yes_and_no,
};
use crate::words::grouped;

/// Few different texts with spans of time, such as "1 month" and "2 years", are contracts.
const FEW_SPANS: u64 = 12;

/// A column of numbers; `None` if it is something else.
pub(super) fn guess(profile: &Profile) -> Option<Result<Guess, Refusal>> {
    let numerals = &profile.numerals;
    let words = words_beside(profile, numerals.rows).filter(|_| !numerals.have_letters())?;
    if are_names(profile, &words) {
        return None;
    }
    let Some((prefix, suffix)) = numerals.unit() else {
        let spans = numerals.dresses.iter().all(|dress| dress.is_span_of_time());
        return (!spans || profile.distinct.count() > FEW_SPANS).then(|| Ok(ignored(several_units(profile))));
    };
    Some(match numerals.notations(profile.typed) {
        Notations::None => Ok(ignored(
            "numbers in several notations (decimal points and commas, brackets and trailing minuses): write all of them alike, then run `tenure init` again".into(),
        )),
        Notations::Two(notations) => Err(Refusal::Unclear(question(profile, &notations))),
        Notations::One(notation) if numerals.is_dressed() => Ok(field(profile, notation, prefix, suffix, &words)),
        Notations::One(_) => Ok(plain(profile, &words)),
    })
}

/// Whether the numbers have letters that make them names, and a category can hold these.
fn are_names(profile: &Profile, words: &[String]) -> bool {
    let texts = profile.values.iter().flat_map(|values| values.keys()).map(String::as_str);
    let texts: Vec<&str> =
        texts.filter(|text| !profile.tokens.contains_key(*text) && !words.iter().any(|word| word == text)).collect();
    profile.values.is_some() && Numerals::are_names(&texts) && Listed::of(profile, &[], MINIMUM_CUSTOMERS).is_some()
}

/// A column of numbers in the notation that a person stated.
pub(super) fn stated(profile: &Profile, format: &NumberFormat) -> Result<Guess, Refusal> {
    let numerals = &profile.numerals;
    let Some(words) = words_beside(profile, numerals.rows) else {
        let seen = [&profile.texts, &profile.words.seen].into_iter().find(|seen| seen.rows > 0);
        let example = seen.map_or(String::new(), |seen| seen.first.clone());
        return Err(Refusal::Misstated { read: numerals.rows, known: profile.known(), example });
    };
    let Some((prefix, suffix)) = numerals.unit() else { return Ok(ignored(several_units(profile))) };
    let mut notation = Notation { format: format.clone(), unread: 0 };
    if let Notations::One(found) = numerals.notations(profile.typed) {
        notation.format.negative = found.format.negative;
    }
    Ok(field(profile, notation, prefix, suffix, &words))
}

/// A column of times of day or durations; `None` if it is something else.
pub(super) fn times(profile: &Profile) -> Option<Guess> {
    let format = NumberFormat { time: true, ..NumberFormat::default() };
    let numerals = &profile.numerals;
    // "45m" is a number with a unit, and beside "2h 30m" a duration.
    let has_units = numerals.dresses.iter().all(|dress| format.read(&dress.seen.first).is_some());
    let with_units = if profile.times.rows > 0 && has_units { numerals.rows } else { 0 };
    let words = words_beside(profile, profile.times.rows + with_units)?;
    let levels = profile.levels(&profile.hours, |text| format.read(text));
    let (lowest, highest) = (levels.first()?, levels.last()?);
    let of_day = lowest.value >= 0.0 && highest.value < 24.0;
    let what = if of_day { "times of day or durations" } else { "durations" };
    let mut comments = vec![format!("{what}, {} to {} in this table, counted in hours", lowest.text, highest.text)];
    if !of_day && highest.text.matches(':').count() == 1 {
        comments.push(
            "read as hours:minutes; if they are minutes:seconds, each is 60 times too long, which changes no score"
                .into(),
        );
    }
    comments.extend(missing_comments(profile, &words));
    comments.extend(not_read(profile, 0));
    let missing = profile.tokens.keys().cloned().chain(words).collect();
    let kind = Kind::Number { unit: "hours".into(), minimum: None, maximum: None, format };
    Some(Guess { place: Place::field(kind, missing), comments })
}

/// Numbers with marks, currencies, units, brackets or trailing minuses.
fn field(profile: &Profile, notation: Notation, prefix: &str, suffix: &str, words: &[String]) -> Guess {
    let Notation { format, unread } = notation;
    let format = NumberFormat { prefix: prefix.into(), suffix: suffix.into(), ..format };
    let unit = prefix.to_owned() + suffix;
    let mut comments = Vec::new();
    if format != NumberFormat::default() {
        let example = &profile.numerals.example;
        let read = format
            .read(example)
            .map(|number| format!("{example:?} is read as {number}; no other notation fits every value"));
        comments.extend(read);
    }
    let bare = profile.numerals.dresses.iter().find(|dress| dress.is_bare());
    if let Some(bare) = bare.filter(|_| !unit.is_empty()) {
        comments.push(format!("{} rows have no {unit:?}, such as {:?}", grouped(bare.seen.rows), bare.seen.first));
    }
    measured(profile, format, unit, unread, words, comments)
}

/// A number field, with what is to be said of its values.
fn measured(
    profile: &Profile,
    format: NumberFormat,
    unit: String,
    unread: u64,
    words: &[String],
    mut comments: Vec<String>,
) -> Guess {
    let levels =
        profile.levels(profile.numerals.ends(&format), |text| format.read(text).filter(|number| number.is_finite()));
    let far = apart(&levels);
    let kept: Vec<f64> = (0..levels.len()).filter(|at| !far.contains(at)).map(|at| levels[at].value).collect();
    let (Some(lowest), Some(highest)) = (kept.first().copied(), kept.last().copied()) else {
        return ignored("no number that can be read".into());
    };
    comments.insert(0, format!("{lowest} to {highest} in this table"));
    if !far.is_empty() {
        let texts = listed(far.iter().map(|&at| &levels[at].text));
        comments[0] += ", and far from that:";
        comments[0] += &format!(
            " {}; if that means that the value is not known, write missing = [{texts}]",
            counted_levels(&levels, &far)
        );
    }
    comments.extend(missing_comments(profile, words));
    comments.extend(not_read(profile, unread));
    let missing = profile.tokens.keys().cloned().chain(words.iter().cloned()).collect();
    let kind = Kind::Number { unit, minimum: None, maximum: None, format };
    let lowest = Some(lowest).filter(|lowest| *lowest >= 0.0);
    Guess { place: Place::Field { kind, missing, lowest, members: MINIMUM_CUSTOMERS }, comments }
}

/// Numbers that need no format: they may be identifiers, flags or codes.
fn plain(profile: &Profile, words: &[String]) -> Guess {
    let numbers = &profile.numbers;
    let whole = numbers.whole == numbers.rows;
    const NAMES: [&str; 9] = ["id", "uuid", "phone", "msisdn", "imei", "imsi", "iban", "ssn", "passport"];
    let is_named = name_words(&profile.name).iter().any(|word| NAMES.contains(&word.to_lowercase().as_str()));
    // Where other texts stand among the numbers, these measure something, unless the name says no.
    if whole
        && (numbers.rows == profile.known() || is_named)
        && let Some(reason) = identifies(profile)
    {
        return identifier(profile, reason);
    }
    let values: Option<Vec<&str>> = profile
        .spelled(|text| number(text).is_some())
        .map(|values| values.iter().map(|value| value.text).collect())
        .filter(|values: &Vec<_>| values.len() <= MANY_CATEGORIES);
    let missing: Vec<String> = profile.tokens.keys().chain(words).cloned().collect();
    let only_numbers = numbers.rows + profile.words.seen.rows == profile.known() && profile.words.counts().is_some();
    let mut comments = missing_comments(profile, words);
    if let Some([a, b]) = values.as_deref()
        && only_numbers
        && let Some((positive, negative)) = yes_and_no(a, b)
    {
        let kind = Kind::Flag { positive: positive.into(), negative: negative.into() };
        comments.insert(0, count_comment(profile, positive));
        return Guess { place: Place::field(kind, missing), comments };
    }
    let named = is_code(&profile.name);
    let are_codes = match &values {
        Some(few) => few.len() > 1 && (named || looks_like_codes(few, numbers.minimum)),
        None => named,
    };
    if whole && only_numbers && are_codes {
        let Some(Listed { mut categories, distinct, comments: listed_codes }) =
            Listed::of(profile, &missing, MINIMUM_CUSTOMERS)
        else {
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
        comments.extend(listed_codes);
        let kind = Kind::Category { categories: categories.into_iter().map(Into::into).collect() };
        return Guess { place: Place::field(kind, missing), comments };
    }
    let mut comments = Vec::new();
    if profile.distinctness() >= NEARLY_ALL && whole && profile.rows >= ROWS_FOR_IDENTIFIERS {
        comments.push("nearly every value differs: if it identifies a customer, move it to `identifiers`".into());
    }
    measured(profile, NumberFormat::default(), String::new(), 0, words, comments)
}

/// Texts that a number field does not read.
fn not_read(profile: &Profile, unread: u64) -> Vec<String> {
    let mut comments = Vec::new();
    if unread > 0 {
        comments.push(format!("{} rows have numbers in another notation: training leaves them out", grouped(unread)));
    }
    let words = profile.words.counts().is_none().then_some(&profile.words.seen);
    let seen = words.into_iter().map(|seen| (seen, "no numbers"));
    let others = [(&profile.texts, "no numbers"), (&profile.dates.other, "dates")];
    comments.extend(seen.chain(others).filter_map(|(seen, what)| left_out_comment(seen, what)));
    let dates = profile.dates.rows + profile.dates.never_rows;
    if dates > 0 {
        comments.push(format!("{} rows have dates: training leaves them out", grouped(dates)));
    }
    comments
}

fn several_units(profile: &Profile) -> String {
    let mut dresses: Vec<_> = profile.numerals.dresses.iter().collect();
    dresses.sort_by_key(|dress| std::cmp::Reverse(dress.seen.rows));
    let units: Vec<String> = dresses
        .into_iter()
        .map(|dress| {
            let unit = format!("{} {}", dress.prefix, dress.suffix);
            let unit = if dress.is_bare() { "none".into() } else { format!("{:?}", unit.trim()) };
            let seen = &dress.seen;
            format!("{unit} in {} rows (such as {:?}, line {})", grouped(seen.rows), seen.first, seen.first_line)
        })
        .collect();
    format!(
        "numbers with different units: {}; write all of them in one unit, then run `tenure init` again",
        units.join(", ")
    )
}

/// Which notation is meant, asked with a text that two read differently.
fn question(profile: &Profile, notations: &[Notation; 2]) -> ColumnQuestion {
    let seen = profile.numerals.unclear();
    let reading = |notation: &Notation| {
        let unit = profile.numerals.unit().unwrap_or_default();
        let format = NumberFormat { prefix: unit.0.into(), suffix: unit.1.into(), ..notation.format.clone() };
        let number = format.read(&seen.first).map_or_else(|| "no number".into(), |number| number.to_string());
        (number, notation.name())
    };
    ColumnQuestion {
        text: seen.first.clone(),
        line: Some(seen.first_line),
        readings: notations.iter().map(reading).collect(),
    }
}
