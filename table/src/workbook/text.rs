//! Values of cells as the texts that a text file would have.

use std::fmt::Write;

use calamine::{DataRef, ExcelDateTime, Style};
use tenure::schema::date;

const SECONDS_A_DAY: f64 = 86_400.0;

/// Appends a cell as a text file has it.
pub(super) fn push_text(value: &DataRef, style: Option<&Style>, is_1904: bool, text: &mut String) {
    // Writing to a String does not fail.
    let _ = match value {
        DataRef::Int(number) => write!(text, "{number}"),
        DataRef::Float(number) => write!(text, "{number}"),
        DataRef::String(string) => text.write_str(string),
        DataRef::SharedString(string) => text.write_str(string),
        DataRef::Bool(flag) => text.write_str(if *flag { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(moment) => push_moment(moment, style, is_1904, text),
        DataRef::DateTimeIso(moment) => text.write_str(moment.strip_suffix("T00:00:00").unwrap_or(moment)),
        DataRef::DurationIso(duration) => text.write_str(duration),
        DataRef::Error(_) | DataRef::Empty => Ok(()),
    };
}

/// Appends a serial number of days as the date, the time of day or the duration that its format
/// shows, to the second.
fn push_moment(moment: &ExcelDateTime, style: Option<&Style>, is_1904: bool, text: &mut String) -> std::fmt::Result {
    let serial = moment.as_f64();
    let seconds = (serial * SECONDS_A_DAY).round();
    // Beyond the year 9999, and before the first day, a table program shows no date either.
    if !(0.0..2_958_466.0 * SECONDS_A_DAY).contains(&seconds) {
        return write!(text, "{serial}");
    }
    let (seconds, a_day) = (seconds as i64, SECONDS_A_DAY as i64);
    let clock = |hours: i64| format!("{:02}:{:02}:{:02}", hours, seconds / 60 % 60, seconds % 60);
    if moment.is_duration() || (seconds < a_day && style.is_some_and(shows_only_time)) {
        return text.write_str(&clock(seconds / 3600));
    }
    let day = seconds / a_day;
    let since_1970 = match day {
        _ if is_1904 => day - 24_107,
        // The calendar of 1900 has a 29 February, number 60.
        0..60 => day - 25_568,
        _ => day - 25_569,
    };
    text.push_str(&date::text(since_1970 as f64));
    if seconds % a_day > 0 { write!(text, "T{}", clock(seconds / 3600 % 24)) } else { Ok(()) }
}

/// Whether a format of moments shows the time of day and no date.
fn shows_only_time(style: &Style) -> bool {
    let Some(format) = &style.number_format else { return false };
    match format.format_id {
        Some(18..=21 | 45..=47) => true,
        Some(14..=17 | 22) => false,
        _ => {
            // What stands between quotes and brackets is no part of a date.
            let mut outside = String::new();
            let mut until = None;
            for letter in format.format_code.to_lowercase().chars() {
                match until {
                    Some(end) if letter == end => until = None,
                    Some(_) => {}
                    None if letter == '"' => until = Some('"'),
                    None if letter == '[' => until = Some(']'),
                    None => outside.push(letter),
                }
            }
            !outside.contains(['y', 'd']) && outside.contains(['h', 's'])
        }
    }
}
