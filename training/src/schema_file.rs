//! The schema file, `schema.toml`: what a table of customers means, and what is decided
//! from its probabilities.
//!
//! TOML becomes the document that an artifact holds too, so both are read by the same rules.

use tenure::decision::Policy;
use tenure::json;
use tenure::schema::Schema;
use tenure_table::nearest;

use crate::words::{many, nearest_hint};

/// What a schema file says.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaFile {
    /// The fields, the target and the derived features.
    pub schema: Schema,
    /// The tiers and offers of section `[policy]`; [`Policy::default`] where the file has none.
    pub policy: Policy,
}

/// Why a schema file is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SchemaFileError {
    /// The text is no TOML.
    #[error("{}", .0.to_string().trim_end())]
    Toml(#[from] toml::de::Error),
    /// Everything that is wrong with the schema and the policy, one line each.
    #[error("{}:\n  {}", many(.0.len() as u64, "problem", "problems"), .0.join("\n  "))]
    Problems(Vec<String>),
}

impl SchemaFile {
    /// Reads the text of a schema file, and reports every problem of schema and policy at once.
    pub fn read(text: &str) -> Result<SchemaFile, SchemaFileError> {
        let mut table: toml::Table = toml::from_str(text)?;
        let policy = table.remove("policy").map(document);
        let schema = Schema::read("", &document(toml::Value::Table(table)));
        let policy = policy.map_or(Ok(Policy::default()), |policy| Policy::of_value(&policy, schema.as_ref().ok()));
        let mut problems = Vec::new();
        match &schema {
            Ok(schema) => problems.extend(schema.problems().iter().map(ToString::to_string)),
            Err(wrong) => problems.extend(wrong.iter().map(with_nearest_key)),
        }
        if let Err(wrong) = &policy {
            problems.extend(wrong.iter().map(with_nearest_key));
        }
        match (schema, policy) {
            (Ok(schema), Ok(policy)) if problems.is_empty() => Ok(SchemaFile { schema, policy }),
            _ => Err(SchemaFileError::Problems(problems)),
        }
    }
}

/// Keys that a schema file can have, anywhere.
const KEYS: &str = "schema_version name identifiers ignored reference target fields derived rules policy tiers field \
    positive negative when missing label kind changeable only_derived unit minimum maximum decimal grouping prefix \
    suffix format categories change formula direction step cost forbidden follows then from \
    action profit_tiers value contact_cost holdout fraction key reasons offers effect alpha beta eligible answers \
    capacity cooldown";

/// A problem in words; an unknown key with the known one that it may be a misspelling of.
fn with_nearest_key(problem: &json::Problem) -> String {
    let key = problem.place.rsplit('.').next().unwrap_or_default();
    let is_unknown = problem.message == "is not a known key";
    let nearest = is_unknown.then(|| nearest(key, KEYS.split_ascii_whitespace())).flatten();
    format!("{problem}{}", nearest_hint(nearest))
}

/// A TOML value as the core's readers take it. Dates become the texts that the schema spells them
/// with.
fn document(value: toml::Value) -> json::Value {
    match value {
        toml::Value::String(text) => json::Value::Text(text),
        toml::Value::Integer(number) => {
            u64::try_from(number).map_or(json::Value::Number(number as f64), json::Value::Whole)
        }
        toml::Value::Float(number) => json::Value::Number(number),
        toml::Value::Boolean(flag) => json::Value::Flag(flag),
        toml::Value::Datetime(date) => json::Value::Text(date.to_string()),
        toml::Value::Array(items) => json::Value::List(items.into_iter().map(document).collect()),
        toml::Value::Table(table) => {
            json::Value::Object(table.into_iter().map(|(key, value)| (key, document(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure::decision::Tier;
    use tenure::schema::{DateFormat, Kind};

    use crate::cohort::tests::SCHEMA;

    const POLICY: &str = r#"
        [policy]
        tiers = [{ name = "calm", label = "Calm", from = 0 }, { name = "call", label = "Call today", from = 0.35 }]
    "#;

    #[test]
    fn the_tiers_are_those_of_the_file() {
        let file = SchemaFile::read(&format!("{SCHEMA}\n{POLICY}")).unwrap();
        let tier =
            |name: &str, label: &str, from| Tier { name: name.into(), label: label.into(), from, ..Tier::default() };
        let policy = Policy::of_tiers(vec![tier("calm", "Calm", 0.0), tier("call", "Call today", 0.35)]);
        assert_eq!(file.policy, policy);
        assert_eq!(SchemaFile::read(SCHEMA).unwrap(), SchemaFile { policy: Policy::default(), ..file.clone() });
    }

    #[test]
    fn every_problem_of_schema_and_policy_is_named_at_once() {
        let problems = |text: &str| match SchemaFile::read(text).unwrap_err() {
            SchemaFileError::Problems(problems) => problems.join("\n"),
            error => panic!("{error}"),
        };
        let broken = "[policy]\nsurprise = 1\ntiers = [{ name = 1, from = 0.2 }]";
        let seen = problems(&format!("{}\n{broken}", SCHEMA.replace("schema_version = 1", "schema_version = \"1\"")));
        for part in [
            "schema_version: must be a whole number",
            "policy.tiers[0].name: must be a text",
            "policy.tiers[0].label: is missing",
            "policy.surprise: is not a known key",
        ] {
            assert!(seen.contains(part), "{part} in\n{seen}");
        }
        let seen = problems(&format!(
            "{}\n{}",
            SCHEMA.replace("schema_version = 1", "schema_version = 9"),
            POLICY.replace("from = 0 }", "from = 0.1 }").replace("0.35", "1.5")
        ));
        for part in [
            "schema_version: must be 1",
            "policy.tiers[0].from: must be 0 (got 0.1)",
            "policy.tiers[1].from: must be at most 1 (got 1.5)",
        ] {
            assert!(seen.contains(part), "{part} in\n{seen}");
        }
        let seen = problems(&SCHEMA.replacen("kind = ", "knd = ", 1).replacen("schema_version", "shema_version", 1));
        for part in ["fields[0].knd: is not a known key; the nearest is `kind`", "the nearest is `schema_version`"] {
            assert!(seen.contains(part), "{part} in\n{seen}");
        }
        let error = SchemaFile::read("fields = [").unwrap_err();
        assert!(matches!(error, SchemaFileError::Toml(_)) && !error.to_string().ends_with('\n'), "{error:?}");
    }

    #[test]
    fn dates_of_toml_are_dates_of_the_schema() {
        let text = "schema_version = 1\nname = \"dates\"\nreference = 2024-01-31T10:00:00\n\
            target = { field = \"Churn\", positive = \"Yes\" }\n\
            fields = [{ name = \"since\", kind = \"date\" }, { name = \"last\", kind = \"date\", reference = 2024-02-01 }]";
        let file = SchemaFile::read(text).unwrap();
        let kinds: Vec<Kind> = file.schema.fields.into_iter().map(|field| field.kind).collect();
        assert_eq!(kinds, [19_753.0, 19_754.0].map(|reference| Kind::Date { reference, format: DateFormat::Iso }));
    }
}
