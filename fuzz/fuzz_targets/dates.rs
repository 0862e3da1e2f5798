//! Dates: the first line is the format, the second the text. A date that is read is a day that is
//! written as the same day.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure::schema::{DateFormat, date};

fuzz_target!(|lines: &str| {
    let (format, text) = lines.split_once('\n').unwrap_or(("", lines));
    let format = if format.is_empty() { DateFormat::Iso } else { DateFormat::of(format.into()) };
    let _ = format.problem();
    if let Some(days) = format.read(text)
        && !matches!(format, DateFormat::Unix | DateFormat::UnixMilliseconds | DateFormat::Excel)
    {
        let day = date::text(days);
        assert_eq!(date::read(&day), Some(days.floor()), "{day}");
    }
    if let Some(days) = date::read(text) {
        assert_eq!(DateFormat::Iso.read(text), Some(days));
    }
});
