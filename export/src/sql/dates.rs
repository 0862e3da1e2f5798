//! A text of a date → days since 1970-01-01, by the rules of the schema's dates: ISO 8601, an order of
//! day, month and year, or a count.

use tenure::schema::{DateFormat, MONTHS};

use super::dialect::Dialect;
use super::literal::real;
use super::number::number;
use super::query::Part;

const DIGIT: &str = "[0-9]";
const TWO: &str = "[0-9][0-9]";
const LETTERS: &str = "'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'";

/// The column of the days of a trimmed text; NULL where it is no date.
pub(super) fn days(part: &mut Part, text: &str, format: &DateFormat) -> String {
    let own = match format {
        DateFormat::Iso => return iso(part, text),
        DateFormat::Order(order) => ordered(part, text, order),
        _ => {
            let dialect = part.dialect();
            let number = number(part, text);
            let number = part.bind("count", number);
            counted(dialect, format, &number)
        }
    };
    let own = part.bind("own", own);
    // A year first and dashes are read beside every format.
    let dashed = part.dialect().like(text, "[0-9][0-9][0-9][0-9]-*");
    let iso = iso(part, text);
    part.bind("day", format!("CASE WHEN {own} IS NOT NULL THEN {own} WHEN {dashed} THEN {iso} END"))
}

/// Days since 1970-01-01 of a number in a format that counts.
pub(super) fn counted(dialect: Dialect, format: &DateFormat, number: &str) -> String {
    // A quotient that is too small for a double would end the query.
    let number = if dialect.stops_at_overflow() && *format != DateFormat::Excel {
        format!("CASE WHEN ABS({number}) < 1e-300 THEN 0e0 ELSE {number} END")
    } else {
        number.into()
    };
    match format {
        DateFormat::Unix => format!("{number} / {}", real(86_400.0)),
        DateFormat::UnixMilliseconds => format!("{number} / {}", real(86_400_000.0)),
        DateFormat::Excel => format!("{number} - {}", real(25_569.0)),
        DateFormat::Iso | DateFormat::Order(_) => number,
    }
}

/// The parts of a date and a time, as columns of whole numbers.
struct Moment {
    year: String,
    month: String,
    day: String,
    hour: String,
    minute: String,
    second: String,
}

fn iso(part: &mut Part, text: &str) -> String {
    let dialect = part.dialect();
    let zoned =
        format!("CASE WHEN {} THEN SUBSTR({text}, 1, LENGTH({text}) - 4) ELSE {text} END", dialect.like(text, "* UTC"));
    let text = part.bind_with("iso", zoned, "A date as ISO 8601 writes it: its parts, then its days since 1970-01-01.");
    let four = format!("{TWO}{TWO}");
    // 2024-01-31, 20240131, or the month 2024-01.
    let length = part.bind(
        "date_length",
        format!(
            "CASE WHEN {} THEN 10 WHEN {} THEN 8 WHEN {} THEN 7 END",
            dialect.like(&text, &format!("{four}-{TWO}-{TWO}*")),
            dialect.like(&text, &format!("{four}{four}*")),
            dialect.like(&text, &format!("{four}-{TWO}"))
        ),
    );
    let whole = |condition: &str, text: String| format!("CASE WHEN {condition} THEN {} END", dialect.as_whole(&text));
    let is_date = format!("{length} IS NOT NULL");
    let year = part.bind("year", whole(&is_date, format!("SUBSTR({text}, 1, 4)")));
    let month =
        part.bind("month", whole(&is_date, format!("SUBSTR({text}, CASE WHEN {length} = 8 THEN 5 ELSE 6 END, 2)")));
    let day = part.bind(
        "day_of_month",
        whole(
            &is_date,
            format!("CASE {length} WHEN 10 THEN SUBSTR({text}, 9, 2) WHEN 8 THEN SUBSTR({text}, 7, 2) ELSE '01' END"),
        ),
    );
    let clock = part.bind("clock", format!("CASE WHEN {is_date} THEN SUBSTR({text}, {length} + 1) END"));
    // T or a blank, hours, minutes, and the rest after each.
    let time = part.bind(
        "time",
        format!("CASE WHEN {} THEN SUBSTR({clock}, 2) END", dialect.like(&clock, &format!("[Tt ]{TWO}*"))),
    );
    let after_hour = part.bind(
        "after_hour",
        format!(
            "CASE WHEN {} THEN SUBSTR({time}, 4) ELSE SUBSTR({time}, 3) END",
            dialect.like(&time, &format!("{TWO}:*"))
        ),
    );
    let has_minute = dialect.like(&after_hour, &format!("{TWO}*"));
    let after_minute = part.bind("after_minute", format!("CASE WHEN {has_minute} THEN SUBSTR({after_hour}, 3) END"));
    let has_second = dialect.like(&after_minute, &format!(":{TWO}*"));
    let after_second = part.bind(
        "after_second",
        format!(
            "CASE WHEN {has_second} THEN SUBSTR({after_minute}, 4) WHEN {} THEN NULL ELSE {after_minute} END",
            dialect.like(&after_minute, ":*")
        ),
    );
    let zone = part.bind("zone", without_fraction(part.dialect(), &after_second));
    let signed = |pattern: &str| dialect.like(&zone, &format!("[+-]{pattern}"));
    let digits = part.bind(
        "zone_digits",
        format!(
            "CASE WHEN {zone} IN ('', 'Z', 'z') THEN '0000' WHEN {} OR {} THEN SUBSTR({zone}, 2, 2) || '00' \
             WHEN {} OR {} THEN REPLACE(SUBSTR({zone}, 2), ':', '') END",
            signed(TWO),
            signed(&format!("{TWO}:")),
            signed(&four),
            signed(&format!("{TWO}:{TWO}"))
        ),
    );
    let has_time = format!("{digits} IS NOT NULL");
    let hour = part.bind("hour", whole(&has_time, format!("SUBSTR({time}, 1, 2)")));
    let minute = part.bind("minute", whole(&has_time, format!("SUBSTR({after_hour}, 1, 2)")));
    let second =
        part.bind("second", whole(&format!("{has_time} AND {has_second}"), format!("SUBSTR({after_minute}, 2, 2)")));
    let offset = part.bind(
        "offset",
        format!(
            "CASE WHEN {has_time} THEN CASE WHEN {} THEN -1 ELSE 1 END * ({} * 3600 + {} * 60) END",
            dialect.like(&zone, "-*"),
            dialect.as_whole(&format!("SUBSTR({digits}, 1, 2)")),
            dialect.as_whole(&format!("SUBSTR({digits}, 3, 2)"))
        ),
    );
    let second = format!("COALESCE({second}, 0)");
    let date = civil(part, &Moment { year, month, day, hour: hour.clone(), minute, second });
    let Days { days, seconds } = date;
    part.bind(
        "iso_day",
        format!(
            "CASE WHEN {clock} = '' THEN {days} WHEN {seconds} IS NOT NULL \
             THEN {days} + ({seconds} - {offset}) / {} END",
            real(86_400.0)
        ),
    )
}

/// What follows a fraction of a second, which is a mark and at least one digit.
fn without_fraction(dialect: Dialect, text: &str) -> String {
    format!(
        "CASE WHEN {} THEN {} WHEN {} THEN NULL ELSE {text} END",
        dialect.like(text, &format!("[.,]{DIGIT}*")),
        dialect.left_trimmed(&format!("SUBSTR({text}, 2)"), "'0123456789'"),
        dialect.like(text, "[.,]*")
    )
}

/// Columns of days since 1970-01-01 and of seconds since midnight; NULL where no calendar or clock has
/// them.
struct Days {
    days: String,
    seconds: String,
}

fn civil(part: &mut Part, moment: &Moment) -> Days {
    let dialect = part.dialect();
    let Moment { year, month, day, hour, minute, second } = moment;
    let multiple = |of: u32| format!("{year} = {} * {of}", dialect.quotient(year, of));
    let leap = format!("{} AND NOT {} OR {}", multiple(4), multiple(100), multiple(400));
    let length =
        format!("CASE WHEN {month} IN (4, 6, 9, 11) THEN 30 WHEN {month} <> 2 THEN 31 WHEN {leap} THEN 29 ELSE 28 END");
    // The year begins in March, so that the leap day is its last.
    let is_day = format!("{year} > 0 AND {month} BETWEEN 1 AND 12 AND {day} BETWEEN 1 AND {length}");
    let from_march = part
        .bind("march_year", format!("CASE WHEN {is_day} THEN {year} - CASE WHEN {month} <= 2 THEN 1 ELSE 0 END END"));
    let months = format!("CASE WHEN {month} <= 2 THEN {month} + 9 ELSE {month} - 3 END");
    let quotient = |of: u32| dialect.quotient(&from_march, of);
    let of_year = dialect.quotient(&format!("153 * ({months}) + 2"), 5);
    let days = part.bind(
        "days",
        dialect.as_real(&format!(
            "CASE WHEN {from_march} IS NOT NULL THEN 365 * {from_march} + {} - {} + {} + {of_year} + {day} - 719469 END",
            quotient(4),
            quotient(100),
            quotient(400)
        )),
    );
    let is_time = format!("{hour} <= 24 AND {minute} <= 59 AND {second} <= 60");
    let seconds =
        part.bind("seconds", format!("CASE WHEN {is_time} THEN {hour} * 3600 + {minute} * 60 + {second} END"));
    Days { days, seconds }
}

/// A text in an order of its parts: each part is taken off what the parts before it leave.
fn ordered(part: &mut Part, text: &str, order: &str) -> String {
    let dialect = part.dialect();
    let (mut order, mut rest) = (order, text.to_owned());
    let [mut year, mut month, mut day, mut hour, mut minute, mut second] =
        ["0", "0", "1", "0", "0", "0"].map(String::from);
    let mut half = None;
    while let Some(first) = order.chars().next() {
        order = &order[first.len_utf8()..];
        if first == ' ' {
            rest = part.bind("rest", dialect.left_trimmed(&rest, &dialect.text(" \t\n\u{c}\r")));
            continue;
        }
        if first != '%' {
            let (begins, literal) = (format!("SUBSTR({rest}, 1, 1)"), dialect.text(&first.to_string()));
            rest = part.bind("rest", format!("CASE WHEN {begins} = {literal} THEN SUBSTR({rest}, 2) END"));
            continue;
        }
        let Some(code) = order.chars().next() else { break };
        order = &order[code.len_utf8()..];
        let mut digits = |part: &mut Part, name: &str, count: usize, or_one: bool| {
            let begins = |count: usize| dialect.like(&rest, &(DIGIT.repeat(count) + "*"));
            let mut length = format!("CASE WHEN {} THEN {count}", begins(count));
            if or_one {
                length += &format!(" WHEN {} THEN 1", begins(1));
            }
            let length = part.bind("length", length + " END");
            let value = format!(
                "CASE WHEN {length} IS NOT NULL THEN {} END",
                dialect.as_whole(&format!("SUBSTR({rest}, 1, {length})"))
            );
            let value = part.bind(name, value);
            rest = part.bind("rest", format!("CASE WHEN {length} IS NOT NULL THEN SUBSTR({rest}, {length} + 1) END"));
            value
        };
        // Digits that run into the next number must all be there.
        let or_one = !order.starts_with('%');
        match code {
            'm' => month = digits(part, "month", 2, or_one),
            'd' => day = digits(part, "day_of_month", 2, or_one),
            'H' | 'I' => hour = digits(part, "hour", 2, or_one),
            'M' => minute = digits(part, "minute", 2, false),
            'S' => {
                second = digits(part, "second", 2, false);
                rest = part.bind("rest", without_fraction(dialect, &rest));
            }
            'Y' => year = digits(part, "year", 4, false),
            'y' => {
                let short = digits(part, "short_year", 2, false);
                year = part.bind("year", format!("{short} + CASE WHEN {short} < 69 THEN 2000 ELSE 1900 END"));
            }
            'p' => {
                let of = format!("LOWER(SUBSTR({rest}, 1, 2))");
                half = Some(part.bind("half", format!("CASE {of} WHEN 'am' THEN 0 WHEN 'pm' THEN 12 END")));
                rest = part.bind("rest", format!("CASE WHEN {of} IN ('am', 'pm') THEN SUBSTR({rest}, 3) END"));
            }
            '%' => {
                rest = part.bind("rest", format!("CASE WHEN SUBSTR({rest}, 1, 1) = '%' THEN SUBSTR({rest}, 2) END"));
            }
            _ => {
                let after = part.bind("after_word", dialect.left_trimmed(&rest, LETTERS));
                let word = format!("LOWER(SUBSTR({rest}, 1, LENGTH({rest}) - LENGTH({after})))");
                let word = part.bind("word", word);
                let condition = if matches!(code, 'b' | 'B') {
                    // A name, or three or more of its first letters.
                    let name = |(at, name): (usize, &&str)| {
                        let starts: Vec<String> =
                            (3..=name.len()).map(|length| format!("'{}'", &name[..length])).collect();
                        format!("WHEN {word} IN ({}) THEN {}", starts.join(", "), at + 1)
                    };
                    let names: Vec<String> = MONTHS.iter().enumerate().map(name).collect();
                    month = part.bind("month", format!("CASE {} END", names.join(" ")));
                    format!("{month} IS NOT NULL")
                } else {
                    format!("{word} <> ''")
                };
                rest = part.bind("rest", format!("CASE WHEN {condition} THEN {after} END"));
            }
        }
    }
    if let Some(half) = half {
        let turned = format!("CASE WHEN {hour} BETWEEN 1 AND 11 THEN {hour} + {half} WHEN {hour} = 12 THEN {half} END");
        hour = part.bind("hour", turned);
    }
    let Days { days, seconds } = civil(part, &Moment { year, month, day, hour, minute, second });
    format!("CASE WHEN {rest} = '' THEN {days} + {seconds} / {} END", real(86_400.0))
}
