//! What the model predicts: which values of a column mean that a customer left.

#[cfg(feature = "write")]
use serde::{Serialize, Serializer};

#[cfg(feature = "write")]
use super::spelling::{composed, folded, same_answer};
use crate::json::{Reader, quoted};

/// The column that training predicts.
#[derive(Clone, Debug, PartialEq, Default)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct Target {
    /// The column's name.
    pub field: String,
    /// The value that means "left", or several. Absent where `when` says it.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_several"))]
    #[cfg_attr(feature = "typescript", ts(optional, type = "string | Array<string>"))]
    pub positive: Vec<String>,
    /// The values that mean "stayed". Training refuses any other. Absent: every value that is not
    /// positive means "stayed".
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>"))]
    pub negative: Vec<String>,
    /// Whether a customer left who has a value in the column, or who has none.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub when: Option<When>,
    /// Texts that mean that the value is missing. The empty text always does.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>"))]
    pub missing: Vec<String>,
}

/// Which cells of a target mean "left", where it is no value that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "write", derive(Serialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum When {
    /// A cell with a value, such as the day of leaving.
    Present,
    /// A cell without one.
    Missing,
}

/// What a cell of the target says about its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The customer left.
    Left,
    /// The customer stayed.
    Stayed,
    /// It is not known.
    Missing,
    /// The value is neither positive nor negative, where the schema lists both.
    Unnamed,
}

impl Target {
    pub(super) fn read(mut reader: Reader) -> Target {
        let (field, positive) = (reader.text("field"), reader.optional_text_or_texts("positive"));
        let when = match reader.optional_text("when").as_deref() {
            None => None,
            Some("present") => Some(When::Present),
            Some("missing") => Some(When::Missing),
            Some(other) => {
                reader.report("when", &("must be \"present\" or \"missing\" (got ".to_string() + &quoted(other) + ")"));
                Some(When::Present)
            }
        };
        if positive.is_none() && when.is_none() {
            // Reports that it is missing.
            reader.value("positive");
        }
        let target = Target {
            field,
            positive: positive.unwrap_or_default(),
            negative: reader.optional_texts("negative").unwrap_or_default(),
            when,
            missing: reader.optional_texts("missing").unwrap_or_default(),
        };
        reader.end();
        target
    }
}

#[cfg(feature = "write")]
impl Target {
    /// What a trimmed text says. Texts are compared as those of categories are: see
    /// [`Spellings`](crate::customer::Spellings). Words such as "true" and "Y" stand for a value that is such
    /// a word.
    pub fn outcome(&self, text: &str) -> Outcome {
        let equals = |own: &String| own.trim() == text;
        let alike = |own: &String| folded(own.trim()) == folded(text);
        let Target { positive, negative, missing, when, .. } = self;
        if let Some(when) = when {
            let is_missing = text.is_empty() || missing.iter().any(alike);
            return if is_missing == (*when == When::Missing) { Outcome::Left } else { Outcome::Stayed };
        }
        // As it stands, then in another spelling, then as a word that says the same.
        let composed = |own: &String| composed(own.trim()) == composed(text);
        let all: Vec<&str> = positive.iter().chain(negative).map(String::as_str).collect();
        let answers = |own: &String| same_answer(&all, own, text);
        let tests: [&dyn Fn(&String) -> bool; 4] = [&equals, &composed, &alike, &answers];
        for test in tests {
            for (list, outcome) in [(positive, Outcome::Left), (negative, Outcome::Stayed), (missing, Outcome::Missing)]
            {
                if list.iter().any(test) {
                    return outcome;
                }
            }
        }
        if text.is_empty() {
            Outcome::Missing
        } else if negative.is_empty() {
            Outcome::Stayed
        } else {
            Outcome::Unnamed
        }
    }

    /// The probability that the model predicts, as in `the probability of Churn = Yes`.
    pub fn probability(&self) -> String {
        let join = if self.when.is_some() { "the probability that " } else { "the probability of " };
        join.to_owned() + &self.words()
    }

    /// Where a customer left, as in `Churn = Yes`, `risk = 4 or 5` or `left_on is present`.
    pub fn words(&self) -> String {
        let rest = match self.when {
            Some(When::Present) => " is present".into(),
            Some(When::Missing) => " is missing".into(),
            None => " = ".to_owned() + &self.positive.join(" or "),
        };
        self.field.clone() + &rest
    }
}

/// One text stays a text: a schema with one positive value is written as it always was.
#[cfg(feature = "write")]
fn one_or_several<S: Serializer>(texts: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    match texts {
        [one] => one.serialize(serializer),
        several => several.serialize(serializer),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Schema;
    use super::super::tests::small_schema;
    use super::*;

    fn target(positive: &[&str], negative: &[&str]) -> Target {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.into()).collect();
        Target { field: "t".into(), positive: texts(positive), negative: texts(negative), ..Target::default() }
    }

    #[test]
    fn values_are_matched_in_any_spelling() {
        use Outcome::{Left, Missing, Stayed, Unnamed};
        for (target, text, outcome) in [
            (target(&["Yes"], &[]), "YES", Left),
            (target(&["Yes"], &[]), "true", Left),
            (target(&["Yes"], &[]), "1.0", Left),
            (target(&["Yes"], &[]), "No", Stayed),
            (target(&["Yes"], &[]), "Perhaps", Stayed),
            (target(&["Yes"], &[]), "", Missing),
            (target(&["Yes"], &["No"]), "false", Stayed),
            (target(&["Yes"], &["No"]), "Perhaps", Unnamed),
            (target(&["true"], &[]), "True", Left),
            (target(&["True."], &[]), "False.", Stayed),
            // A target named for staying.
            (target(&["0"], &[]), "False", Left),
            (target(&["0"], &[]), "1", Stayed),
            (target(&["No"], &["Yes"]), "y", Stayed),
            // Levels are no words.
            (target(&["1"], &["2"]), "true", Unnamed),
            (target(&["1"], &["2"]), "1.0", Left),
            (target(&["5", "4"], &["1", "2", "3"]), "4.0", Left),
            (target(&["a"], &["A"]), "A", Stayed),
            (target(&["a"], &["A"]), "a", Left),
        ] {
            assert_eq!(target.outcome(text), outcome, "{}: {text}", target.words());
        }
        let unknown = Target { missing: vec!["NA".into()], ..target(&["Yes"], &["No"]) };
        assert_eq!([unknown.outcome("na"), unknown.outcome("")], [Missing, Missing]);
    }

    #[test]
    fn presence_is_an_outcome() {
        let outcomes = |when| {
            let target =
                Target { field: "left_on".into(), when: Some(when), missing: vec!["NULL".into()], ..Target::default() };
            ["2024-12-31", "", "null"].map(|text| target.outcome(text))
        };
        use Outcome::{Left, Stayed};
        assert_eq!(outcomes(When::Present), [Left, Stayed, Stayed]);
        assert_eq!(outcomes(When::Missing), [Stayed, Left, Left]);
    }

    #[test]
    fn words() {
        assert_eq!(target(&["Yes"], &["No"]).words(), "t = Yes");
        assert_eq!(target(&["4", "5"], &[]).words(), "t = 4 or 5");
        let when = |when| Target { when: Some(when), ..target(&[], &[]) }.words();
        assert_eq!([when(When::Present), when(When::Missing)], ["t is present", "t is missing"]);
        assert_eq!(target(&["Yes"], &[]).probability(), "the probability of t = Yes");
    }

    #[test]
    fn what_is_written_is_read() {
        for (target, json) in [
            (target(&["Yes"], &[]), r#"{"field":"t","positive":"Yes"}"#),
            (target(&["4", "5"], &["1"]), r#"{"field":"t","positive":["4","5"],"negative":["1"]}"#),
            (
                Target { when: Some(When::Missing), missing: vec!["NA".into()], ..target(&[], &[]) },
                r#"{"field":"t","when":"missing","missing":["NA"]}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&target).unwrap(), json);
            let schema = Schema { target, ..small_schema() };
            assert_eq!(schema.problems(), []);
            let text = serde_json::to_string(&schema).unwrap();
            assert_eq!(Schema::read("", &crate::json::parse(&text).unwrap()).unwrap(), schema);
        }
    }

    #[test]
    fn a_wrong_target_is_reported() {
        let read = |target: serde_json::Value| {
            let mut document = serde_json::to_value(small_schema()).unwrap();
            document["target"] = target;
            serde_json::from_value::<Schema>(document).map_err(|error| error.to_string())
        };
        for (target, problem) in [
            (serde_json::json!({ "field": "t" }), "target.positive: is missing"),
            (
                serde_json::json!({ "field": "t", "positive": 1 }),
                "target.positive: must be a text (got another number)",
            ),
            (
                serde_json::json!({ "field": "t", "positive": ["1", 2] }),
                "target.positive[1]: must be a text (got another number)",
            ),
            (
                serde_json::json!({ "field": "t", "when": "blank" }),
                "target.when: must be \"present\" or \"missing\" (got \"blank\")",
            ),
        ] {
            assert_eq!(read(target).unwrap_err(), problem);
        }
        for (target, problem) in [
            (target(&[], &[]), "target.positive: must not be empty (got [])"),
            (target(&["Yes"], &["No", "Yes"]), "target.negative: must not repeat a value of positive (got \"Yes\")"),
            (
                Target { when: Some(When::Present), ..target(&["Yes"], &[]) },
                "target.when: takes the place of positive and negative (got \"Yes\")",
            ),
        ] {
            let problems = Schema { target, ..small_schema() }.problems();
            let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(texts, [problem]);
        }
    }
}
