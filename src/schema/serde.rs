//! The schema through serde: written as a document, and read from any format of serde.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::change::Change;
use super::date;
use super::fields::{Field, Kind, MINIMUM_CUSTOMERS, Schema};
use super::number_format::{Negative, NumberFormat};

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Schema, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Schema::read("", &value.into()).map_err(|problems| {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            D::Error::custom(lines.join("\n"))
        })
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FieldDocument::from(self).serialize(serializer)
    }
}

// A field as it is written: flat, and without the keys that say nothing. The doc comments are those
// of TypeScript's types.

/// What every kind of field has.
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields, rename = "AnyField"))]
pub(crate) struct FieldDocument<'a> {
    /// The field's name: a key of records and columns.
    name: &'a str,
    /// The field's name for people. Default: `name`.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>"))]
    label: &'a str,
    #[serde(flatten)]
    #[cfg_attr(feature = "typescript", ts(skip))]
    kind: KindDocument<'a>,
    /// Texts that mean that the value is missing, in any spelling; numbers are compared as numbers.
    /// The empty text always does.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>"))]
    missing: &'a [String],
    /// Whether the company or the customer can change the value. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    changeable: Option<bool>,
    /// Whether only derived features read the field, and the model does not. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    only_derived: Option<bool>,
    /// How a counterfactual may change the value of a changeable field.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'a Change>,
}

/// One field of a record.
#[derive(Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "Field"))]
pub(crate) enum KindDocument<'a> {
    Number(NumberField<'a>),
    Date(DateField<'a>),
    Category(CategoryField<'a>),
    Flag(FlagField<'a>),
}

/// A finite number. In a record it is a number, or a text in the field's format: a plain number with
/// a decimal point, where none of the keys below says otherwise.
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct NumberField<'a> {
    /// The kind of the field.
    #[cfg_attr(feature = "typescript", ts(type = "\"number\""))]
    kind: &'static str,
    /// Unit of the values, such as `months` or `$`.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>"))]
    unit: &'a str,
    /// Lowest value, included.
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<f64>,
    /// Highest value, included.
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<f64>,
    /// Decimal mark of a text. Default: ".".
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(type = "\".\" | \",\"", optional))]
    decimal: Option<&'static str>,
    /// The mark that may part groups of three digits of a text. The blank stands for no-break
    /// spaces too.
    #[serde(skip_serializing_if = "Option::is_none")]
    grouping: Option<char>,
    /// A currency or unit that a text may have before the number.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>"))]
    prefix: &'a str,
    /// A currency, unit or "%" that a text may have after the number, which is not scaled.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>"))]
    suffix: &'a str,
    /// What makes a text negative, beside a minus in front of it: brackets around it, or a minus
    /// behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(type = "\"brackets\" | \"trailing\"", optional))]
    negative: Option<&'static str>,
    /// A text is a time of day or a duration, such as `14:30`, and the number is in hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(type = "\"time\"", optional))]
    format: Option<&'static str>,
}

/// A day or a moment. Its cell is the number of days from it to `reference`. In a record it is an
/// ISO 8601 text (`2024-01-31`, `2024-01-31T10:00Z`), a text in the field's format, a `Date`, or a
/// number of days before `reference`.
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct DateField<'a> {
    /// The kind of the field.
    #[cfg_attr(feature = "typescript", ts(type = "\"date\""))]
    kind: &'static str,
    /// The day that counts as 0, such as `2024-01-31`.
    reference: String,
    /// The order of a text, such as `%d.%m.%Y`; or `unix`, `unix_ms` or `excel`: then a number or a
    /// text is seconds or milliseconds since 1970-01-01, or a spreadsheet's days.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>"))]
    format: &'a str,
}

/// One of a list of texts, in any spelling. Any other text counts as OTHER.
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub(crate) struct CategoryField<'a> {
    /// The kind of the field.
    #[cfg_attr(feature = "typescript", ts(type = "\"category\""))]
    kind: &'static str,
    /// The texts by their codes: code `n` is `categories[n]`, and OTHER has the code
    /// `categories.length`.
    categories: &'a [String],
    /// The fewest customers of a category of its own. Default: 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum_members: Option<u32>,
}

/// Yes or no. In a record it is one of the two texts in any spelling, `true` or `false`, or a word
/// such as `yes`, `n` or `1`. Its code is 1 for yes and 0 for no.
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub(crate) struct FlagField<'a> {
    /// The kind of the field.
    #[cfg_attr(feature = "typescript", ts(type = "\"flag\""))]
    kind: &'static str,
    /// The table's text for yes.
    positive: &'a str,
    /// The table's text for no.
    negative: &'a str,
}

impl<'a> From<&'a Field> for FieldDocument<'a> {
    fn from(field: &'a Field) -> FieldDocument<'a> {
        let Field { name, label, kind, missing, changeable, only_derived, change, minimum_members } = field;
        let mut kind = kind.into();
        if let KindDocument::Category(category) = &mut kind {
            category.minimum_members = Some(*minimum_members).filter(|members| *members != MINIMUM_CUSTOMERS);
        }
        FieldDocument {
            name,
            label,
            kind,
            missing,
            changeable: changeable.then_some(true),
            only_derived: only_derived.then_some(true),
            change: (*change != Change::default()).then_some(change),
        }
    }
}

impl<'a> From<&'a Kind> for KindDocument<'a> {
    fn from(kind: &'a Kind) -> KindDocument<'a> {
        match kind {
            Kind::Number { unit, minimum, maximum, format } => {
                let NumberFormat { decimal_comma, grouping, prefix, suffix, negative, time } = format;
                KindDocument::Number(NumberField {
                    kind: "number",
                    unit,
                    minimum: *minimum,
                    maximum: *maximum,
                    decimal: decimal_comma.then_some(","),
                    grouping: *grouping,
                    prefix,
                    suffix,
                    negative: (*negative != Negative::Minus).then_some(negative.name()),
                    format: time.then_some("time"),
                })
            }
            Kind::Date { reference, format } => {
                KindDocument::Date(DateField { kind: "date", reference: date::text(*reference), format: format.name() })
            }
            Kind::Category { categories } => {
                KindDocument::Category(CategoryField { kind: "category", categories, minimum_members: None })
            }
            Kind::Flag { positive, negative } => KindDocument::Flag(FlagField { kind: "flag", positive, negative }),
        }
    }
}

#[cfg(all(test, feature = "typescript"))]
mod tests {
    use ts_rs::{Config, TS};

    use super::super::date_format::DateFormat;
    use super::*;

    fn kind_is_its_type<T: TS>(kind: Kind) {
        let written = serde_json::to_value(KindDocument::from(&kind)).unwrap();
        let types = T::inline(&Config::new());
        assert!(types.contains(&format!("kind: {},", written["kind"])), "{written} is no {types}");
    }

    #[test]
    fn kinds_are_written_as_typescript_has_them() {
        kind_is_its_type::<NumberField>(Kind::Number {
            unit: String::new(),
            minimum: None,
            maximum: None,
            format: NumberFormat::default(),
        });
        kind_is_its_type::<DateField>(Kind::Date { reference: 0.0, format: DateFormat::Iso });
        kind_is_its_type::<CategoryField>(Kind::Category { categories: Vec::new() });
        kind_is_its_type::<FlagField>(Kind::Flag { positive: "Y".into(), negative: "N".into() });
    }
}
