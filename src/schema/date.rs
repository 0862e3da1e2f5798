//! Dates as ISO 8601 writes them, counted in days, the same natively and in wasm. No calendar
//! library ships: two short integer formulas (Howard Hinnant, "chrono-Compatible Low-Level Date
//! Algorithms", days_from_civil and civil_from_days) are all that a date field needs.

/// Days since 1970-01-01 of a date, a month (its first day) or a date with a time, year first:
/// `2024-01-31`, `20240131`, `2024-01`, `2024-01-31T10:00:00.5+02:00`, `2024-01-31 10:00 UTC`. A
/// time is a fraction of its day; it is converted to UTC if it has a zone, and is UTC otherwise.
/// `None` for other texts and for days that no calendar has.
pub fn read(text: &str) -> Option<f64> {
    let text = text.trim();
    let mut rest = text.strip_suffix(" UTC").unwrap_or(text).as_bytes();
    let year = digits(&mut rest, 4)?;
    let dashed = take(&mut rest, b"-");
    let month = digits(&mut rest, 2)?;
    let day = if dashed && rest.is_empty() {
        1
    } else if dashed && !take(&mut rest, b"-") {
        return None;
    } else {
        digits(&mut rest, 2)?
    };
    let days = self::day(year, month, day)?;
    if rest.is_empty() {
        return Some(days);
    }
    let seconds = if take(&mut rest, b"Tt ") { time(&mut rest)? } else { return None };
    rest.is_empty().then_some(days + f64::from(seconds) / 86_400.0)
}

/// The day of a number of days since 1970-01-01, as `2024-01-31`, without the time of day.
pub fn text(days: f64) -> String {
    let (year, month, day) = civil_from_days(days.floor() as i32);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Days since 1970-01-01 of a day that the calendar has.
pub(super) fn day(year: i32, month: i32, day: i32) -> Option<f64> {
    let is_day = year > 0 && (1..=12).contains(&month) && day > 0 && day <= days_in(year, month);
    is_day.then(|| f64::from(days_from_civil(year, month, day)))
}

/// Seconds since midnight of a time that clocks show, 24:00 and leap seconds among them.
pub(super) fn seconds(hour: i32, minute: i32, second: i32) -> Option<i32> {
    (hour <= 24 && minute <= 59 && second <= 60).then_some(hour * 3600 + minute * 60 + second)
}

/// Takes a fraction, if one follows: a mark and at least one digit.
pub(super) fn fraction(rest: &mut &[u8]) -> Option<()> {
    if take(rest, b".,") {
        digits(rest, 1)?;
        while digits(rest, 1).is_some() {}
    }
    Some(())
}

/// Seconds since midnight UTC: hours and minutes, seconds, a fraction that is ignored, and a zone.
fn time(rest: &mut &[u8]) -> Option<i32> {
    let hour = digits(rest, 2)?;
    take(rest, b":");
    let minute = digits(rest, 2)?;
    let second = if take(rest, b":") { digits(rest, 2)? } else { 0 };
    fraction(rest)?;
    let seconds = seconds(hour, minute, second)?;
    let west = take(rest, b"-");
    if west || take(rest, b"+") {
        let hours = digits(rest, 2)?;
        take(rest, b":");
        let offset = hours * 3600 + if rest.is_empty() { 0 } else { digits(rest, 2)? * 60 };
        return Some(if west { seconds + offset } else { seconds - offset });
    }
    take(rest, b"Zz");
    Some(seconds)
}

/// Takes one byte that is among `any`.
pub(super) fn take(rest: &mut &[u8], any: &[u8]) -> bool {
    let found = rest.first().is_some_and(|byte| any.contains(byte));
    if found {
        *rest = &rest[1..];
    }
    found
}

/// Takes exactly `count` digits.
pub(super) fn digits(rest: &mut &[u8], count: usize) -> Option<i32> {
    let taken = rest.get(..count).filter(|taken| taken.iter().all(u8::is_ascii_digit))?;
    *rest = &rest[count..];
    Some(taken.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0')))
}

fn days_in(year: i32, month: i32) -> i32 {
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_from_civil(next.0, next.1, 1) - days_from_civil(year, month, 1)
}

/// Days since 1970-01-01 of a day of the proleptic Gregorian calendar.
fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    // The year begins in March, so that the leap day is its last.
    let year = year - i32::from(month <= 2);
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468
}

/// Year, month and day.
fn civil_from_days(days: i32) -> (i32, i32, i32) {
    let days = days.saturating_add(719_468);
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    (year + era * 400 + i32::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days() {
        for (text, days) in [
            ("1970-01-01", 0.0),
            ("1969-12-31", -1.0),
            ("2000-02-29", 11_016.0),
            ("2024-01-01", 19_723.0),
            ("20240101", 19_723.0),
            ("2024-01", 19_723.0),
            (" 2024-01-01T12:00 ", 19_723.5),
            ("2024-01-01 06:00:00.250Z", 19_723.25),
            ("2024-01-01 06:00:00 UTC", 19_723.25),
            ("2024-01-01T00:00:00+06:00", 19_722.75),
            ("2024-01-01T00:00-0600", 19_723.25),
            ("2024-01-01T24:00", 19_724.0),
            ("0001-01-01", -719_162.0),
            ("9999-12-31", 2_932_896.0),
        ] {
            assert_eq!(read(text), Some(days), "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "2024",
            "202401",
            "2024-1-5",
            "31.01.2024",
            "01/31/2024",
            "2024-13-01",
            "2024-00-10",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-01-00",
            "0000-00-00",
            "2024-01-01x",
            "2024-01-01T",
            "2024-01-01T1",
            "2024-01-01T25:00",
            "2024-01-01T10:60",
            "2024-01T10:00",
            "2024-01-01T10:00+",
            "2024-01-01T10:00Zx",
            "2024-01-01T10:00:00.",
            "yesterday",
            "12024-01-01",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    /// Every day of the years 1 to 9999, each the one after the day before, counted without any
    /// formula.
    #[test]
    fn every_day_has_its_name() {
        let (mut year, mut month, mut day) = (1, 1, 1);
        for days in -719_162..=2_932_896 {
            assert_eq!((civil_from_days(days), days_from_civil(year, month, day)), ((year, month, day), days));
            let leap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
            let last = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month as usize - 1];
            assert_eq!(days_in(year, month), last);
            (year, month, day) = match (day == last, month) {
                (false, _) => (year, month, day + 1),
                (true, 12) => (year + 1, 1, 1),
                (true, _) => (year, month + 1, 1),
            };
        }
        assert_eq!(year, 10_000);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_is_written_is_read(days in -719_162i32..=2_932_896, seconds in 0i32..86_400, offset in -14 * 60..14 * 60i32) {
            let name = text(f64::from(days));
            prop_assert_eq!(read(&name), Some(f64::from(days)));
            let (sign, east) = (if offset < 0 { '-' } else { '+' }, offset.abs());
            let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            let moment = format!("{name}T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}", east / 60, east % 60);
            let expected = f64::from(days) + f64::from(seconds - offset * 60) / 86_400.0;
            prop_assert_eq!(read(&moment), Some(expected), "{}", moment);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,24}", digits in "[0-9TZ:+. -]{0,30}") {
            let _ = (read(&text), read(&digits));
        }
    }
}
