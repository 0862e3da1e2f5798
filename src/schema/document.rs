//! The schema as `schema.toml` and the artifact write it: a field is flat, every key is checked,
//! and keys that do not fit the kind are refused. Reading is by hand (see [`crate::json`]). Writing
//! is serde's, and is not part of what ships.

use super::change::{Change, Combination};
use super::date;
use super::date_format::DateFormat;
use super::fields::{Derived, Field, Kind, MINIMUM_CUSTOMERS, Schema};
use super::number_format::{Negative, NumberFormat};
use super::target::Target;
use crate::json::{Problem, Problems, Reader, Value};

impl Schema {
    /// Reads a schema document, which is at `place` of a larger document. Every wrong key is
    /// reported.
    pub fn read(place: &str, value: &Value) -> Result<Schema, Vec<Problem>> {
        let problems = Problems::default();
        let mut reader = Reader::new(place, value, &problems);
        let reference = reference(&mut reader);
        let schema = Schema {
            schema_version: reader.count("schema_version"),
            name: reader.text("name"),
            identifiers: reader.optional_texts("identifiers").unwrap_or_default(),
            ignored: reader.optional_texts("ignored").unwrap_or_default(),
            target: Target::read(reader.object("target")),
            fields: reader.objects("fields", true).into_iter().map(|reader| field(reader, reference)).collect(),
            derived: reader.objects("derived", false).into_iter().map(derived).collect(),
            rules: reader.objects("rules", false).into_iter().map(Combination::read).collect(),
        };
        reader.end();
        problems.or(schema)
    }
}

fn derived(mut reader: Reader) -> Derived {
    let derived = Derived {
        name: reader.text("name"),
        label: reader.optional_text("label").unwrap_or_default(),
        unit: reader.optional_text("unit").unwrap_or_default(),
        formula: reader.text("formula"),
    };
    reader.end();
    derived
}

/// The day that dates are counted from, without the time of day.
fn reference(reader: &mut Reader) -> Option<f64> {
    let text = reader.optional_text("reference")?;
    let days = date::read(&text);
    if days.is_none() {
        let message = format!("must be a date, year first, as in \"2024-01-31\" (got {})", crate::json::quoted(&text));
        reader.report("reference", &message);
    }
    days.map(f64::floor)
}

/// `schema_reference` applies to dates without a reference of their own.
fn field(mut reader: Reader, schema_reference: Option<f64>) -> Field {
    let mut minimum_members = MINIMUM_CUSTOMERS;
    let kind = match reader.text("kind").as_str() {
        "number" => Kind::Number {
            unit: reader.optional_text("unit").unwrap_or_default(),
            minimum: reader.optional_number("minimum"),
            maximum: reader.optional_number("maximum"),
            format: number_format(&mut reader),
        },
        "date" => {
            let reference = reference(&mut reader).or(schema_reference);
            if reference.is_none() {
                // Only who writes a schema needs advice; an artifact has been written.
                let advice = if cfg!(feature = "write") {
                    "is missing: a date is a number of days before it; state one for all at the top of the schema"
                } else {
                    "is missing"
                };
                reader.report("reference", advice);
            }
            let format = reader.optional_text("format").map_or(DateFormat::Iso, DateFormat::of);
            Kind::Date { reference: reference.unwrap_or_default(), format }
        }
        "flag" => Kind::Flag { positive: reader.text("positive"), negative: reader.text("negative") },
        other => {
            if !other.is_empty() && other != "category" {
                let message = format!(
                    "must be \"number\", \"date\", \"category\" or \"flag\" (got {})",
                    crate::json::quoted(other)
                );
                reader.report("kind", &message);
            }
            minimum_members = reader.optional_count("minimum_members").unwrap_or(MINIMUM_CUSTOMERS);
            let categories = reader.optional_texts("categories");
            if other == "category" && categories.is_none() {
                reader.report("categories", "is missing");
            }
            Kind::Category { categories: categories.unwrap_or_default() }
        }
    };
    let field = Field {
        name: reader.text("name"),
        label: reader.optional_text("label").unwrap_or_default(),
        kind,
        missing: reader.optional_texts("missing").unwrap_or_default(),
        changeable: reader.flag("changeable"),
        only_derived: reader.flag("only_derived"),
        change: reader.optional_object("change").map(Change::read).unwrap_or_default(),
        minimum_members,
    };
    for (key, kind) in [
        ("unit", "number"),
        ("minimum", "number"),
        ("maximum", "number"),
        ("reference", "date"),
        ("categories", "category"),
        #[cfg(feature = "write")]
        ("minimum_members", "category"),
        ("positive", "flag"),
        ("negative", "flag or number"),
        ("decimal", "number"),
        ("grouping", "number"),
        ("prefix", "number"),
        ("suffix", "number"),
        ("format", "number or date"),
    ] {
        // The keys of the field's own kind were read above.
        reader.refuse(key, &format!("only a {kind} has it"));
    }
    reader.end();
    field
}

/// How the numbers of a field are written.
fn number_format(reader: &mut Reader) -> NumberFormat {
    let decimal = choice(reader, "decimal", &[".", ","]);
    let grouping = choice(reader, "grouping", &NumberFormat::GROUPING);
    let negative = choice(reader, "negative", &["brackets", "trailing"]);
    NumberFormat {
        decimal_comma: decimal == Some(1),
        grouping: grouping.and_then(|at| NumberFormat::GROUPING[at].chars().next()),
        prefix: reader.optional_text("prefix").unwrap_or_default(),
        suffix: reader.optional_text("suffix").unwrap_or_default(),
        negative: [Negative::Minus, Negative::Brackets, Negative::Trailing][negative.map_or(0, |at| at + 1)],
        time: choice(reader, "format", &["time"]).is_some(),
    }
}

/// The position of a text among those that a key can have; `None` where the key is not there.
fn choice(reader: &mut Reader, key: &str, texts: &[&str]) -> Option<usize> {
    let text = reader.optional_text(key)?;
    let position = texts.iter().position(|other| *other == text);
    if position.is_none() {
        let mut message = String::from("must be");
        for (at, text) in texts.iter().enumerate() {
            message += if at > 0 { " or " } else { " " };
            message += &crate::json::quoted(text);
        }
        message = message + " (got " + &crate::json::quoted(&text) + ")";
        reader.report(key, &message);
    }
    position
}

#[cfg(test)]
mod tests {
    use super::super::tests::small_schema;
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut schema = small_schema();
        schema.fields[0].label = "Months".into();
        schema.fields[1].only_derived = true;
        let unit = |name: &str| Derived {
            name: name.into(),
            label: "L".into(),
            unit: "USD".into(),
            formula: "charges".into(),
        };
        schema.derived.push(unit("d"));
        let text = serde_json::to_string(&schema).unwrap();
        assert_eq!(serde_json::from_str::<Schema>(&text).unwrap(), schema);
        assert_eq!(Schema::read("", &crate::json::parse(&text).unwrap()).unwrap(), schema);
    }

    #[test]
    fn dates_take_the_schema_s_reference_or_their_own() {
        let mut document = serde_json::json!({
            "schema_version": 1, "name": "dates", "reference": "2024-01-31T10:00:00",
            "target": { "field": "Churn", "positive": "Yes" },
            "fields": [
                { "name": "since", "kind": "date" },
                { "name": "last", "kind": "date", "reference": "2024-02-01" },
            ],
        });
        let read = |document: &serde_json::Value| {
            serde_json::from_value::<Schema>(document.clone()).map_err(|e| e.to_string())
        };
        let schema = read(&document).unwrap();
        let kinds: Vec<Kind> = schema.fields.iter().map(|field| field.kind.clone()).collect();
        assert_eq!(kinds, [19_753.0, 19_754.0].map(|reference| Kind::Date { reference, format: DateFormat::Iso }));
        let written = serde_json::to_string(&schema).unwrap();
        assert!(written.contains(r#""kind":"date","reference":"2024-01-31""#), "{written}");
        assert_eq!(serde_json::from_str::<Schema>(&written).unwrap(), schema);

        document["fields"][1]["reference"] = "1.2.2024".into();
        assert!(read(&document).unwrap_err().starts_with("fields[1].reference: must be a date, year first"));
        document["fields"][1] = serde_json::json!({ "name": "n", "kind": "number", "reference": "2024-02-01" });
        assert_eq!(read(&document).unwrap_err(), "fields[1].reference: only a date has it");
        document.as_object_mut().unwrap().remove("reference");
        assert!(read(&document).unwrap_err().starts_with("fields[0].reference: is missing"));
    }

    #[test]
    fn formats_are_read_and_written() {
        let read = |field: &str| {
            let document = format!(
                r#"{{"schema_version":1,"name":"f","reference":"2024-01-31","target":{{"field":"t","positive":"1"}},"fields":[{{"name":"x",{field}}}]}}"#
            );
            serde_json::from_str::<Schema>(&document).map_err(|error| error.to_string())
        };
        for field in [
            r#""kind":"number""#,
            r#""kind":"number","unit":"€","decimal":",","grouping":".","prefix":"€","suffix":"%","negative":"brackets""#,
            r#""kind":"number","grouping":"\u202f","negative":"trailing""#,
            r#""kind":"number","format":"time""#,
            r#""kind":"date","reference":"2024-01-31","format":"%d.%m.%Y""#,
            r#""kind":"date","reference":"2024-01-31","format":"unix_ms""#,
        ] {
            let schema = read(field).unwrap();
            assert_eq!(schema.problems(), []);
            let written = serde_json::to_string(&schema).unwrap();
            assert!(written.contains(&field.replace("\\u202f", "\u{202f}")), "{field} in {written}");
            assert_eq!(serde_json::from_str::<Schema>(&written).unwrap(), schema);
        }
        let defaults = read(r#""kind":"number","decimal":".""#).unwrap();
        assert_eq!(defaults, read(r#""kind":"number""#).unwrap());
        for (field, message) in [
            (r#""kind":"number","decimal":";""#, r#"fields[0].decimal: must be "." or "," (got ";")"#),
            (r#""kind":"number","grouping":"x""#, r#"fields[0].grouping: must be "," or "." or " " or "#),
            (r#""kind":"number","negative":"minus""#, r#"must be "brackets" or "trailing" (got "minus")"#),
            (r#""kind":"number","format":"%d""#, r#"fields[0].format: must be "time" (got "%d")"#),
            (
                r#""kind":"category","categories":["a"],"format":"unix""#,
                "fields[0].format: only a number or date has it",
            ),
            (r#""kind":"date","decimal":",""#, "fields[0].decimal: only a number has it"),
            (r#""kind":"date","negative":"brackets""#, "fields[0].negative: only a flag or number has it"),
        ] {
            let error = read(field).unwrap_err();
            assert!(error.contains(message), "{message} in {error}");
        }
    }

    #[test]
    fn every_wrong_key_is_reported_with_its_place() {
        let mut document = serde_json::to_value(small_schema()).unwrap();
        document["fields"][0]["categories"] = serde_json::json!(["a"]);
        document["fields"][1]["minimum"] = "0".into();
        document["fields"][2]["kind"] = "text".into();
        document["fields"][3].as_object_mut().unwrap().remove("negative");
        document["fields"][3]["unit"] = "kg".into();
        document["target"]["value"] = 1.into();
        document["surprise"] = 1.into();
        let error = serde_json::from_value::<Schema>(document).unwrap_err().to_string();
        for line in [
            "fields[0].categories: only a category has it",
            "fields[1].minimum: must be a number (got \"0\")",
            "fields[2].kind: must be \"number\", \"date\", \"category\" or \"flag\" (got \"text\")",
            "fields[3].negative: is missing",
            "fields[3].unit: only a number has it",
            "target.value: is not a known key",
            "surprise: is not a known key",
        ] {
            assert!(error.lines().any(|seen| seen == line), "{line} in\n{error}");
        }
        assert_eq!(error.lines().count(), 7, "{error}");
    }
}
