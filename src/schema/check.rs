//! What a schema must satisfy before anything is derived from it. All problems are reported at
//! once.

use crate::json::decimal::{self, Decimal};
use crate::json::{quoted, shortened};

use super::change::{Change, Combination};
#[cfg(feature = "write")]
use super::fields::FEWEST_MEMBERS;
use super::fields::{Field, Kind, SCHEMA_VERSION, Schema};
use super::formula::Formula;
use super::target::Target;

/// One broken rule of a schema: where, which rule, and the value seen.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[cfg_attr(feature = "write", derive(serde::Serialize))]
#[error("{place}: {rule} (got {value})")]
pub struct SchemaProblem {
    /// The key or field.
    pub place: String,
    /// The rule in words.
    pub rule: String,
    /// The value seen.
    pub value: String,
}

/// The most fields of a schema.
pub const MAXIMUM_FIELDS: usize = 512;
/// The most categories of a field.
pub const MAXIMUM_CATEGORIES: usize = 4096;
/// A derived feature over n fields costs 2^n encodings when explained.
const MAXIMUM_FORMULA_FIELDS: usize = 10;
const MAXIMUM_TEXT: usize = 256;
/// The most texts of a list that says what a value means: `missing`, and those of the target.
const MAXIMUM_MEANINGS: usize = 64;
/// The most derived features, and the most rules.
const MAXIMUM_FORMULAS: usize = 256;
/// The most bytes of all formulas.
const MAXIMUM_FORMULA_BYTES: usize = 1 << 16;
/// The most categories of all fields.
const MAXIMUM_ALL_CATEGORIES: usize = 1 << 16;
/// The most columns outside the model.
const MAXIMUM_COLUMNS: usize = 1 << 14;
/// The most forbidden changes of all fields.
const MAXIMUM_CHANGES: usize = 1 << 12;

impl Schema {
    /// Every broken rule, in the order of the document; empty when the schema is sound.
    pub fn problems<'s>(&'s self) -> Vec<SchemaProblem> {
        let mut problems = Vec::new();
        // A trait object, so that the download has its body once.
        let report: &mut dyn FnMut(&str, &str, &str) = &mut |place, rule, value| {
            let [place, rule, value] = [place, rule, value].map(|text| shortened(text.into()));
            problems.push(SchemaProblem { place, rule, value });
        };
        if self.size_problems(report) {
            return problems;
        }
        if self.schema_version != SCHEMA_VERSION {
            report("schema_version", &format!("must be {SCHEMA_VERSION}"), &self.schema_version.to_string());
        }
        if self.fields.is_empty() || self.fields.len() > MAXIMUM_FIELDS {
            report("fields", &format!("must be 1 to {MAXIMUM_FIELDS}"), &self.fields.len().to_string());
        }
        if self.target.field.is_empty() {
            report("target.field", "must not be empty", "\"\"");
        }
        let Target { positive, negative, when, .. } = &self.target;
        match (positive.iter().chain(negative).next(), when) {
            (Some(value), Some(_)) => report("target.when", "takes the place of positive and negative", &quoted(value)),
            (_, None) if positive.is_empty() => report("target.positive", "must not be empty", "[]"),
            _ => {}
        }
        for value in negative.iter().filter(|value| positive.contains(value)) {
            report("target.negative", "must not repeat a value of positive", &quoted(value));
        }

        let mut seen: Vec<(&str, &str)> = Vec::new();
        let mut name = |name: &'s str, place: &'static str| {
            if name.is_empty() || name.len() > MAXIMUM_TEXT {
                return report(place, &format!("a name must have 1 to {MAXIMUM_TEXT} bytes"), &quoted(name));
            }
            let at = seen.partition_point(|(other, _)| *other < name);
            match seen.get(at) {
                Some((other, before)) if *other == name => {
                    report(place, &["a name must be unique; ", before, " has it already"].concat(), &quoted(name));
                }
                _ => seen.insert(at, (name, place)),
            }
        };
        let name: &mut dyn FnMut(&'s str, &'static str) = &mut name;
        self.identifiers.iter().for_each(|column| name(column, "identifiers or ignored"));
        self.ignored.iter().for_each(|column| name(column, "identifiers or ignored"));
        name(&self.target.field, "target");
        self.fields.iter().for_each(|field| name(&field.name, "fields"));
        self.derived.iter().for_each(|derived| name(&derived.name, "derived"));

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
                            let rule = "a category must be a text without blanks at its ends";
                            report(&field.name, rule, &quoted(category));
                            continue;
                        }
                        match texts.binary_search(&category) {
                            Ok(_) => report(&field.name, "a category must be unique", &quoted(category)),
                            Err(at) => texts.insert(at, category),
                        }
                        if field.missing.iter().any(|token| token == category) {
                            report(
                                &field.name,
                                "a category must not be one of the texts in `missing`",
                                &quoted(category),
                            );
                        }
                    }
                }
            }
        }

        #[cfg(feature = "write")]
        for field in &self.fields {
            let (problem, format) = match &field.kind {
                Kind::Number { format, .. } => (format.problem(), format.example()),
                Kind::Date { format, .. } => (format.problem(), format.name().into()),
                Kind::Category { .. } | Kind::Flag { .. } => {
                    if field.minimum_members < FEWEST_MEMBERS {
                        let rule = format!("minimum_members must be at least {FEWEST_MEMBERS}");
                        report(&field.name, &rule, &field.minimum_members.to_string());
                    }
                    continue;
                }
            };
            if let Some(problem) = problem {
                report(&field.name, problem, &quoted(&format));
            }
        }
        for field in &self.fields {
            change_problems(field, self, report);
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
        self.combination_problems(report);
        problems
    }

    /// Reports what there is too much of, before anything is compared with anything else. Returns
    /// whether there is.
    fn size_problems(&self, report: &mut dyn FnMut(&str, &str, &str)) -> bool {
        let mut found_any = false;
        // A trait object, so that the download has the loop's body once.
        let check: &mut dyn FnMut(&str, &str, usize, usize) = &mut |place, what, found, maximum| {
            if found > maximum {
                report(place, &["must have at most ", &maximum.to_string(), " ", what].concat(), &found.to_string());
                found_any = true;
            }
        };
        let (mut bytes, mut categories, mut changes) = (0, 0, 0);
        self.derived.iter().for_each(|derived| bytes += derived.formula.len());
        self.rules.iter().for_each(|rule| bytes += rule.when.len() + rule.then.len());
        for field in &self.fields {
            bytes += field.change.follows.as_ref().map_or(0, String::len);
            categories += field.category_count();
            changes += field.change.forbidden.len();
            check(&field.name, "texts in `missing`", field.missing.len(), MAXIMUM_MEANINGS);
        }
        let columns = self.identifiers.len() + self.ignored.len();
        check("target", "values", self.target.positive.len().max(self.target.negative.len()), MAXIMUM_MEANINGS);
        check("derived", "features", self.derived.len(), MAXIMUM_FORMULAS);
        check("rules", "rules", self.rules.len(), MAXIMUM_FORMULAS);
        check("schema", "bytes of formulas", bytes, MAXIMUM_FORMULA_BYTES);
        check("schema", "categories", categories, MAXIMUM_ALL_CATEGORIES);
        check("schema", "identifiers and ignored columns", columns, MAXIMUM_COLUMNS);
        check("schema", "forbidden changes", changes, MAXIMUM_CHANGES);
        found_any
    }

    fn combination_problems(&self, report: &mut dyn FnMut(&str, &str, &str)) {
        for (index, Combination { when, then }) in self.rules.iter().enumerate() {
            for (part, formula) in [("when", when), ("then", then)] {
                if let Err(error) = Formula::parse(formula, self) {
                    report(&format!("rules[{index}].{part}"), &error.to_string(), &quoted(formula));
                }
            }
        }
    }
}

/// Every broken rule of one field's `change` table.
fn change_problems(field: &Field, schema: &Schema, report: &mut dyn FnMut(&str, &str, &str)) {
    let Change { step, minimum, maximum, cost, forbidden, follows, .. } = &field.change;
    let place = field.name.clone() + ".change";
    let mut say = |rule: &str, value: &str| report(&place, rule, value);
    for (positive, rule) in [(step, "step must be above 0"), (cost, "cost must be above 0")] {
        if let Some(positive) = positive.filter(|positive| !(*positive > 0.0 && positive.is_finite())) {
            say(rule, &decimal::text(positive));
        }
    }
    for bound in [minimum, maximum].into_iter().flatten().filter(|bound| !bound.is_finite()) {
        say("minimum and maximum must be finite", &decimal::text(*bound));
    }
    if let (Some(low), Some(high)) = (minimum, maximum)
        && low > high
    {
        say("minimum must not be above maximum", &(decimal::text(*low) + " > " + &decimal::text(*high)));
    }
    let name = quoted(&field.name);
    if !field.is_number() && [step, minimum, maximum].into_iter().any(Option::is_some) {
        say("only a number has step, minimum and maximum", &name);
    }
    let categories = field.categories();
    for category in forbidden.iter().flatten().filter(|category| !categories.contains(&category.as_str())) {
        say("forbidden must name categories of the field", &quoted(category));
    }
    let Some(follows) = follows else { return };
    if !field.is_number() || field.changeable {
        say("only a number that is not changeable follows", &name);
    }
    match Formula::parse(follows, schema) {
        Err(error) => say(&("follows: ".to_string() + &error.message), &quoted(follows)),
        Ok(formula) => {
            // It may read itself, as it is before the change.
            let fields = formula.fields().iter().map(|&index| &schema.fields[index]);
            for other in fields.filter(|other| other.change.follows.is_some() && other.name != field.name) {
                say("a field must not follow one that follows", &quoted(&other.name));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::tests::small_schema;
    use crate::schema::{DateFormat, Derived, Kind, NumberFormat};

    #[test]
    fn a_sound_schema_has_no_problems() {
        assert_eq!(small_schema().problems(), []);
    }

    #[test]
    fn formats_are_checked() {
        let mut schema = small_schema();
        let format = NumberFormat { grouping: Some('.'), ..NumberFormat::default() };
        schema.fields[0].kind = Kind::Number { unit: String::new(), minimum: None, maximum: None, format };
        schema.fields[1].kind = Kind::Date { reference: 0.0, format: DateFormat::Order("DD.MM.YYYY".into()) };
        let texts: Vec<String> = schema.problems().iter().map(ToString::to_string).collect();
        assert_eq!(texts[0], "tenure: decimal and grouping must differ (got \"1.234.5\")");
        assert!(
            texts[1].starts_with("charges: format must be")
                && texts[1].contains("such as %d.%m.%Y")
                && texts[1].contains("DD.MM.YYYY"),
            "{texts:?}"
        );
        assert_eq!(texts.len(), 2);
    }

    #[test]
    fn all_problems_come_at_once() {
        let mut schema = small_schema();
        schema.schema_version = 9;
        schema.fields[0].kind = Kind::Number {
            unit: String::new(),
            minimum: Some(2.0),
            maximum: Some(1.0),
            format: NumberFormat::default(),
        };
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
            "fields has it already",
            "must be unique (got \"A\")",
            "\" B\"",
            "target has it already",
            "`nobody` is no field",
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }

    #[test]
    fn what_there_is_too_much_of_is_refused_before_it_is_compared() {
        let mut schema = small_schema();
        schema.fields[0].missing = vec!["a".into(); 100_000];
        schema.fields[2].change.forbidden = vec![["Year".into(), "Month".into()]; 100_000];
        schema.fields[2].kind = Kind::Category { categories: vec!["x".into(); 100_000] };
        schema.target.negative = vec!["No".into(); 100_000];
        schema.ignored = vec!["other".into(); 100_000];
        let formula = "tenure + ".repeat(400) + "1";
        let derived = Derived { name: "long".into(), label: String::new(), unit: String::new(), formula };
        schema.derived = vec![derived; 300];
        let texts: Vec<String> = schema.problems().iter().map(ToString::to_string).collect();
        let expected = [
            "tenure: must have at most 64 texts in `missing` (got 100000)",
            "target: must have at most 64 values (got 100000)",
            "derived: must have at most 256 features (got 300)",
            "schema: must have at most 65536 bytes of formulas (got 1080300)",
            "schema: must have at most 65536 categories (got 100002)",
            "schema: must have at most 16384 identifiers and ignored columns (got 100001)",
            "schema: must have at most 4096 forbidden changes (got 100000)",
        ];
        assert_eq!(texts, expected);
    }
}
