//! Columns of dates: which format they have, which dates are none, and the reference.

use tenure::schema::{DateFormat, Kind, date};

use super::place::{
    ColumnQuestion, Guess, Place, Refusal, counted, counted_levels, ignored, left_out_comment, missing_comments,
    words_beside,
};
use crate::profile::{Level, Profile, Reading, dates_apart, number, words};
use crate::words::grouped;

/// A column of dates; `None` if it is something else.
pub(super) fn guess(profile: &Profile) -> Option<Result<Guess, Refusal>> {
    let dates = &profile.dates;
    if profile.numbers.compact_dates * 10 > profile.known() * 9 {
        let reading =
            Reading { format: DateFormat::Iso, unread: 0, ends: profile.numerals.ends(&Default::default()).clone() };
        return Some(Ok(field(profile, &reading, &words_beside(profile, profile.numerals.rows).unwrap_or_default())));
    }
    let of_digits = counted_in(profile).map(|format| vec![format]).unwrap_or_else(|| orders_of_digits(profile));
    if !of_digits.is_empty() {
        let ends = || profile.numerals.ends(&Default::default()).clone();
        let readings: Vec<Reading> =
            of_digits.into_iter().map(|format| Reading { format, unread: 0, ends: ends() }).collect();
        let words = words_beside(profile, profile.numerals.rows)?;
        return Some(one_of(profile, &readings, &words));
    }
    let all = dates.rows + dates.never_rows + dates.other.rows;
    if all * 2 < profile.known() || all == 0 {
        return None;
    }
    let words = words_beside(profile, all)?;
    if dates.rows == 0 && dates.other.rows == 0 {
        let never = dates.never.keys().next().map_or("", String::as_str);
        return Some(Ok(ignored(format!("dates that stand for none in every row, such as {never:?}"))));
    }
    let readings = if dates.rows * 2 >= all { dates.readings() } else { Vec::new() };
    let readings = without_unlikely_years(profile, readings);
    Some(match &readings[..] {
        [] if dates.other.rows * 20 > all => Ok(ignored(format!(
            "dates, such as {:?} (line {}), in no format that can be stated: write them year first, as in 2024-01-31, and it can be a field of kind date",
            dates.other.first, dates.other.first_line
        ))),
        [] => Ok(ignored(several_orders(profile, all))),
        readings => one_of(profile, readings, &words),
    })
}

/// The field of the only reading, or the question which of several is meant.
fn one_of(profile: &Profile, readings: &[Reading], words: &[String]) -> Result<Guess, Refusal> {
    match readings {
        [reading] => Ok(field(profile, reading, words)),
        several => Err(Refusal::Unclear(question(profile, several))),
    }
}

fn several_orders(profile: &Profile, all: u64) -> String {
    let orders = profile.dates.orders();
    let orders: Vec<String> = orders
        .iter()
        .take(4)
        .map(|(order, rows)| format!("{order} fits {} of {}", grouped(*rows), grouped(all)))
        .collect();
    format!(
        "dates in several orders of day, month and year ({}): write all of them year first, as in 2024-01-31, and it can be a field of kind date",
        orders.join(", ")
    )
}

/// A column of dates in the format that a person stated.
pub(super) fn stated(profile: &Profile, format: &DateFormat) -> Result<Guess, Refusal> {
    let dates = &profile.dates;
    let Some(words) = words_beside(profile, dates.rows + dates.never_rows).filter(|_| dates.rows > 0) else {
        let example = [&profile.texts, &profile.words.seen]
            .map(|seen| seen.first.clone())
            .into_iter()
            .find(|text| !text.is_empty());
        let (read, known, example) = (dates.rows, profile.known(), example.unwrap_or_default());
        return Err(Refusal::Misstated { read, known, example });
    };
    let ends = dates.readings().into_iter().next().map(|reading| reading.ends).unwrap_or_default();
    Ok(field(profile, &Reading { format: format.clone(), unread: 0, ends }, &words))
}

fn field(profile: &Profile, reading: &Reading, words: &[String]) -> Guess {
    let Reading { format, ends, unread } = reading;
    let levels = profile.levels(ends, |text| format.read(text));
    let (never, far) = dates_apart(&levels);
    let kept = |at: &usize| !never.contains(at) && !far.contains(at);
    let kept: Vec<usize> = (0..levels.len()).filter(kept).collect();
    let (Some(&first), Some(&last)) = (kept.first(), kept.last()) else {
        return ignored(format!(
            "dates that stand for none in every row, such as {:?}",
            levels.first().map_or("", |level| &level.text)
        ));
    };
    let (earliest, latest) = (levels[first].value, levels[last].value);
    let mut comments = vec![format!("{} to {} in this table", date::text(earliest), date::text(latest))];
    comments.extend(written(format, &levels[last]));
    comments.extend(missing_comments(profile, words));
    comments.push("it counts as days before `reference`; is it known before a customer leaves?".into());
    let no_days: Vec<(&String, u64)> = profile.dates.never.iter().map(|(text, rows)| (text, *rows)).collect();
    let placeholders = never.iter().map(|&at| (&levels[at].text, levels[at].rows));
    let all: Vec<(&String, u64)> = no_days.into_iter().chain(placeholders).collect();
    if !all.is_empty() {
        comments.push(format!(
            "taken for missing, because they stand for no day of a customer: {}",
            counted(all.iter().copied())
        ));
    }
    if !far.is_empty() {
        comments.push(format!(
            "far from the other dates: {}; if that means that the day is not known, list it under `missing`",
            counted_levels(&levels, &far)
        ));
    }
    if *unread > 0 {
        comments.push(format!("{} rows have dates in another format: training leaves them out", grouped(*unread)));
    }
    comments.extend(left_out_comment(&profile.texts, "no date"));
    let mut missing: Vec<String> = profile.tokens.keys().chain(words).cloned().collect();
    missing.extend(all.into_iter().map(|(text, _)| text.clone()));
    let kind = Kind::Date { reference: latest.floor() + 1.0, format: format.clone() };
    Guess { place: Place::field(kind, missing), comments }
}

/// How the dates are written, where a schema states it.
fn written(format: &DateFormat, example: &Level) -> Option<String> {
    let what = match format {
        DateFormat::Iso => return None,
        DateFormat::Unix => "seconds since 1970-01-01 UTC".into(),
        DateFormat::UnixMilliseconds => "milliseconds since 1970-01-01 UTC".into(),
        DateFormat::Excel => "days as a spreadsheet counts them".into(),
        DateFormat::Order(order) => format!("written as {order}"),
    };
    let is_order = matches!(format, DateFormat::Order(_));
    let only = if is_order { "; no other order of day, month and year fits every date" } else { "" };
    Some(format!("{what}: {:?} is {}{only}", example.text, date::text(example.value)))
}

/// Which of several readings is meant, asked with a text that they read differently.
fn question(profile: &Profile, readings: &[Reading]) -> ColumnQuestion {
    let [first, second, ..] = readings else { unreachable!("a question has two readings") };
    let (text, line) = match profile.dates.unclear(&first.format, &second.format) {
        Some((text, line)) => (text.clone(), Some(*line)),
        None => {
            let texts = profile.values.iter().flat_map(|values| values.keys());
            let differs = |text: &&String| first.format.read(text) != second.format.read(text);
            (texts.into_iter().find(differs).cloned().unwrap_or_default(), None)
        }
    };
    let reading = |reading: &Reading| {
        let days = reading.format.read(&text).map_or_else(|| "no date".into(), date::text);
        (days, reading.format.name().to_owned())
    };
    let readings = readings.iter().map(reading).collect();
    ColumnQuestion { text, line, readings }
}

/// Two-digit years can stand first or last: "24-01-31" is a day of 2024 or the 24th. Of the two, the
/// one stands whose days vary and whose years do not, if that is clear.
fn without_unlikely_years(profile: &Profile, mut readings: Vec<Reading>) -> Vec<Reading> {
    let year_first = |reading: &Reading| reading.format.name().starts_with("%y");
    let Some(at) = readings.iter().position(year_first).filter(|_| readings.len() > 1) else { return readings };
    let days = |reading: &Reading| {
        let levels = profile.levels(&reading.ends, |text| reading.format.read(text));
        let mut days: Vec<String> = levels.iter().map(|level| date::text(level.value)[8..].to_owned()).collect();
        days.sort_unstable();
        days.dedup();
        days.len()
    };
    let (first, others) = (days(&readings[at]), readings.iter().filter(|reading| !year_first(reading)).map(days).max());
    let others = others.unwrap_or_default();
    if first >= 3 * others {
        vec![readings.swap_remove(at)]
    } else {
        if others >= 3 * first {
            readings.remove(at);
        }
        readings
    }
}

/// The orders of days in eight digits, such as 31012024, that fit all of them. Year first is ISO 8601.
fn orders_of_digits(profile: &Profile) -> Vec<DateFormat> {
    let numbers = &profile.numbers;
    // From 01.01.1900 to 31.12.2099.
    if numbers.rows * 2 < profile.known() || !(1_011_900.0..31_122_100.0).contains(&numbers.maximum) {
        return Vec::new();
    }
    let mut formats = ["%d%m%Y", "%m%d%Y"].map(|order| DateFormat::Order(order.into())).to_vec();
    formats.retain(|format| {
        let read = |text: &str| format.read(text).filter(|days| (-25_567.0..47_482.0).contains(days));
        let rows: u64 = profile.levels(&Default::default(), read).iter().map(|level| level.rows).sum();
        rows * 20 >= numbers.rows * 19
    });
    formats
}

/// What whole numbers count, if they are moments.
fn counted_in(profile: &Profile) -> Option<DateFormat> {
    const TIMES: [&str; 24] = [
        "time",
        "timestamp",
        "ts",
        "date",
        "datetime",
        "at",
        "on",
        "since",
        "seen",
        "created",
        "updated",
        "modified",
        "login",
        "epoch",
        "unix",
        "when",
        "day",
        "joined",
        "signup",
        "registered",
        "start",
        "end",
        "last",
        "first",
    ];
    const DATES: [&str; 13] = [
        "date",
        "datum",
        "fecha",
        "dt",
        "dob",
        "since",
        "birthday",
        "birthdate",
        "joined",
        "signup",
        "registered",
        "created",
        "serial",
    ];
    const NO_DATES: [&str; 5] = ["update", "candidate", "mandate", "validate", "consolidate"];
    const CODES: [&str; 10] = ["id", "phone", "msisdn", "imei", "iban", "account", "number", "code", "no", "nr"];
    let numbers = &profile.numbers;
    if numbers.rows * 2 < profile.known() || numbers.maximum < 10_000.0 {
        return None;
    }
    let words: Vec<String> = words(&profile.name).iter().map(|word| word.to_lowercase()).collect();
    let named = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let levels = profile.levels(profile.numerals.ends(&Default::default()), number);
    // All but a few numbers that stand for "never".
    let within = |low: f64, high: f64| {
        let (inside, outside): (Vec<&Level>, Vec<&Level>) =
            levels.iter().partition(|level| (low..high).contains(&level.value));
        let rows = |levels: &[&Level]| levels.iter().map(|level| level.rows).sum::<u64>();
        let (first, last) = (inside.first()?.value, inside.last()?.value);
        (outside.len() <= 3 && rows(&inside) >= rows(&outside)).then_some((first, last))
    };
    let whole = numbers.whole == numbers.rows;
    for (format, second) in [(DateFormat::Unix, 1.0), (DateFormat::UnixMilliseconds, 1000.0)] {
        // 1990 to 2100.
        let Some((first, last)) = within(631_152_000.0 * second, 4_102_444_800.0 * second) else { continue };
        let days = (last - first) / (86_400.0 * second);
        // 2000 to 2040, a week to twenty years.
        let spread = first >= 946_684_800.0 * second
            && last < 2_208_988_800.0 * second
            && (7.0..7305.0).contains(&days)
            && profile.distinct.count() >= 5
            && !named(&CODES)
            && !numbers.increasing;
        if whole && days > 0.0 && (named(&TIMES) && !named(&CODES) || spread) {
            return Some(format);
        }
    }
    // "startdate" is one word.
    let is_date = |word: &String| word.ends_with("date") && !NO_DATES.contains(&word.as_str());
    // 1950 to 2100.
    ((named(&DATES) || words.iter().any(is_date)) && within(18_264.0, 73_051.0).is_some()).then_some(DateFormat::Excel)
}
