//! What a person answers to the questions of a draft: how a column is written, which columns are
//! categories, and which to leave out.

use tenure::schema::{DateFormat, NumberFormat};

use crate::profile::named_notation;

/// What a person says about single columns.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Columns and their formats: a notation of the number 1234.5 (`1.234,5`), `time`, `unix`,
    /// `unix_ms`, `excel`, or an order of day, month and year (`%d.%m.%Y`).
    pub formats: Vec<(String, String)>,
    /// Columns that are not used.
    pub ignored: Vec<String>,
    /// Columns that are categories, and the fewest rows of a category
    /// ([`tenure::schema::Field::minimum_members`]).
    pub minimum_members: Vec<(String, u32)>,
}

/// What a column is, or how it is written, as a person says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stated {
    /// A category; the fewest rows of a text that is listed.
    Category(u32),
    Number(NumberFormat),
    Time,
    Date(DateFormat),
}

impl Stated {
    /// Reads a format of [`Answers::formats`].
    pub(super) fn read(text: &str) -> Option<Stated> {
        match text {
            "time" => Some(Stated::Time),
            "unix" | "unix_ms" | "excel" => Some(Stated::Date(DateFormat::of(text.into()))),
            order if order.contains('%') => {
                let format = DateFormat::of(text.into());
                format.problem().is_none().then_some(Stated::Date(format))
            }
            _ => named_notation(text).map(Stated::Number),
        }
    }
}

/// What a format can be, for an error.
pub(super) const FORMATS: &str = "an order of day, month and year such as %d.%m.%Y, unix, unix_ms, excel, time, or the number 1234.5 as the column writes it, such as 1.234,5";

/// An answer on the command line.
pub(super) fn flag(name: &str, column: &str, format: &str) -> String {
    let answer = format!("{column}={format}");
    let plain = |c: char| c.is_alphanumeric() || "_%/.,:=-".contains(c);
    if answer.chars().all(plain) {
        format!("{name} {answer}")
    } else {
        format!("{name} '{}'", answer.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_named_by_example() {
        let order = |text: &str| Some(Stated::Date(DateFormat::Order(text.into())));
        assert_eq!(Stated::read("%d/%m/%Y"), order("%d/%m/%Y"));
        assert_eq!(Stated::read("unix_ms"), Some(Stated::Date(DateFormat::UnixMilliseconds)));
        assert_eq!(Stated::read("time"), Some(Stated::Time));
        let notation = NumberFormat { decimal_comma: true, grouping: Some('.'), ..NumberFormat::default() };
        assert_eq!(Stated::read("1.234,5"), Some(Stated::Number(notation)));
        assert_eq!(Stated::read("1234.5"), Some(Stated::Number(NumberFormat::default())));
        for text in ["", "%d/%m", "dd/mm/yyyy", "1.234", "number"] {
            assert_eq!(Stated::read(text), None, "{text}");
        }
    }

    #[test]
    fn answers_can_be_pasted() {
        assert_eq!(flag("--format", "since", "%d/%m/%Y"), "--format since=%d/%m/%Y");
        assert_eq!(flag("--format", "joined on", "%d %b %Y"), "--format 'joined on=%d %b %Y'");
    }
}
