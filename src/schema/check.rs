//! What a schema must satisfy before anything is derived from it. All problems are reported at once.

use crate::json::decimal::{self, Decimal};
use crate::json::quoted;

use super::{Formula, Kind, SCHEMA_VERSION, Schema};

/// One broken rule of a schema: where, which rule, and the value seen.
#[derive(Clone, Debug, PartialEq, serde::Serialize, thiserror::Error)]
#[error("{place}: {rule} (got {value})")]
pub struct SchemaProblem {
    pub place: String,
    pub rule: String,
    pub value: String,
}

pub const MAXIMUM_FIELDS: usize = 512;
pub const MAXIMUM_CATEGORIES: usize = 4096;
/// A derived feature over n fields costs 2^n encodings when explained.
const MAXIMUM_FORMULA_FIELDS: usize = 10;
const MAXIMUM_TEXT: usize = 256;

impl Schema {
    /// Every broken rule, in the order of the document; empty when the schema is sound.
    pub fn problems(&self) -> Vec<SchemaProblem> {
        let mut problems = Vec::new();
        let mut report = |place: &str, rule: &str, value: &str| {
            problems.push(SchemaProblem { place: place.into(), rule: rule.into(), value: value.into() });
        };
        if self.schema_version != SCHEMA_VERSION {
            report("schema_version", &format!("must be {SCHEMA_VERSION}"), &self.schema_version.to_string());
        }
        if self.fields.is_empty() || self.fields.len() > MAXIMUM_FIELDS {
            report("fields", &format!("must be 1 to {MAXIMUM_FIELDS}"), &self.fields.len().to_string());
        }
        if self.target.field.is_empty() {
            report("target.field", "must not be empty", "\"\"");
        }

        let mut seen: Vec<(&str, &str)> = Vec::new();
        let columns = self.identifiers.iter().chain(&self.ignored);
        let mut names: Vec<(&String, &str)> = columns.map(|name| (name, "identifiers or ignored")).collect();
        names.push((&self.target.field, "target"));
        names.extend(self.fields.iter().map(|field| (&field.name, "fields")));
        names.extend(self.derived.iter().map(|derived| (&derived.name, "derived")));
        for (name, place) in names {
            if name.is_empty() || name.len() > MAXIMUM_TEXT {
                report(place, &format!("a name must have 1 to {MAXIMUM_TEXT} bytes"), &quoted(name));
                continue;
            }
            match seen.binary_search_by_key(&name.as_str(), |(name, _)| name) {
                Ok(at) => {
                    let rule = format!("a name must stand once; it stands in {} already", seen[at].1);
                    report(place, &rule, &quoted(name));
                }
                Err(at) => seen.insert(at, (name, place)),
            }
        }

        for field in &self.fields {
            match &field.kind {
                Kind::Number { minimum, maximum, .. } => {
                    for (which, bound) in [("minimum", minimum), ("maximum", maximum)] {
                        if let Some(bound) = bound.filter(|bound| !bound.is_finite()) {
                            report(&field.name, &format!("{which} must be finite"), &decimal::text(bound));
                        }
                    }
                    if let (Some(low), Some(high)) = (minimum, maximum)
                        && low > high
                    {
                        report(
                            &field.name,
                            "minimum must not be above maximum",
                            &format!("{} > {}", Decimal(*low), Decimal(*high)),
                        );
                    }
                }
                Kind::Date { .. } => {}
                Kind::Category { .. } | Kind::Flag { .. } => {
                    let categories = field.categories();
                    if categories.is_empty() || categories.len() > MAXIMUM_CATEGORIES {
                        let rule = format!("categories must be 1 to {MAXIMUM_CATEGORIES}");
                        report(&field.name, &rule, &categories.len().to_string());
                    }
                    let mut texts: Vec<&str> = Vec::new();
                    for category in categories {
                        if category.is_empty() || category.trim() != category || category.len() > MAXIMUM_TEXT {
                            let rule = "a category must be a text without blanks around it";
                            report(&field.name, rule, &quoted(category));
                            continue;
                        }
                        match texts.binary_search(&category) {
                            Ok(_) => report(&field.name, "a category must stand once", &quoted(category)),
                            Err(at) => texts.insert(at, category),
                        }
                        if field.missing.iter().any(|token| token == category) {
                            report(&field.name, "a category must not be a missing token", &quoted(category));
                        }
                    }
                }
            }
        }

        for field in &self.fields {
            field.change.problems(field, self, &mut report);
        }
        let mut read = vec![false; self.fields.len()];
        for derived in &self.derived {
            match Formula::parse(&derived.formula, self) {
                Ok(formula) if formula.fields().len() > MAXIMUM_FORMULA_FIELDS => {
                    let rule = format!("a formula reads at most {MAXIMUM_FORMULA_FIELDS} fields");
                    report(&derived.name, &rule, &formula.fields().len().to_string());
                }
                Ok(formula) => formula.fields().iter().for_each(|&field| read[field] = true),
                Err(error) => report(&derived.name, &format!("formula: {error}"), &quoted(&derived.formula)),
            }
        }
        for (field, read) in self.fields.iter().zip(read) {
            if field.only_derived && !read {
                report(&field.name, "only_derived, but no formula reads it", "true");
            }
        }
        self.combination_problems(&mut report);
        problems
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::tests::small_schema;
    use crate::schema::{Derived, Kind};

    #[test]
    fn a_sound_schema_has_no_problems() {
        assert_eq!(small_schema().problems(), []);
    }

    #[test]
    fn all_problems_come_at_once() {
        let mut schema = small_schema();
        schema.schema_version = 9;
        schema.fields[0].kind = Kind::Number { unit: String::new(), minimum: Some(2.0), maximum: Some(1.0) };
        schema.fields[1].name = "tenure".into();
        schema.fields[2].kind = Kind::Category { categories: vec!["A".into(), "A".into(), " B".into()] };
        schema.derived.push(Derived {
            name: "Churn".into(),
            label: String::new(),
            unit: String::new(),
            formula: "nobody".into(),
        });
        let problems = schema.problems();
        let text = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        for part in [
            "schema_version: must be 1 (got 9)",
            "2 > 1",
            "stands in fields already",
            "must stand once (got \"A\")",
            "\" B\"",
            "stands in target already",
            "`nobody` is no field",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }
}
