//! What a counterfactual may do: how a field changes (`[fields.change]`), and which combinations of
//! values there are (`[[rules]]`).

#[cfg(feature = "write")]
use serde::Serialize;

use crate::json::{Reader, quoted};

/// How a counterfactual may change a field. Without a key, any other value is possible, at a cost
/// of 1.
#[derive(Clone, Debug, PartialEq, Default)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct Change {
    /// Direction of a change: of numbers by size, of categories by position in the list, of flags
    /// from negative to positive. Default: "any".
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Direction::is_any"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", inline))]
    pub direction: Direction,
    /// A number changes by a multiple of this, in the field's unit. Default: to a quantile of the
    /// training table.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    pub step: Option<f64>,
    /// Lowest new value of a number, in the field's unit.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    pub minimum: Option<f64>,
    /// Highest new value of a number, in the field's unit.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    pub maximum: Option<f64>,
    /// Cost of a change, before the distance is counted. Default: 1.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    pub cost: Option<f64>,
    /// Impossible changes of a category, as pairs `[from, to]`.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>"))]
    pub forbidden: Vec<[String; 2]>,
    /// A formula of other fields. When its value changes, this number changes by the same amount.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    pub follows: Option<String>,
}

/// Which way a field may move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "write", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Direction {
    /// Either way.
    #[default]
    Any,
    /// Upwards only.
    Increase,
    /// Downwards only.
    Decrease,
}

#[cfg(feature = "write")]
impl Direction {
    fn is_any(&self) -> bool {
        *self == Direction::Any
    }
}

/// A rule about combinations of values: if the condition `when` is true of a customer, `then` is
/// true as well. A condition that reads a missing value breaks no rule.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "CombinationRule"))]
pub struct Combination {
    /// A condition in the formula language of the schema.
    pub when: String,
    /// The condition that follows from it.
    pub then: String,
}

impl Change {
    pub(super) fn read(mut reader: Reader) -> Change {
        let direction = match reader.optional_text("direction").as_deref() {
            None | Some("any") => Direction::Any,
            Some("increase") => Direction::Increase,
            Some("decrease") => Direction::Decrease,
            Some(other) => {
                let message = "must be \"increase\", \"decrease\" or \"any\" (got ".to_string() + &quoted(other) + ")";
                reader.report("direction", &message);
                Direction::Any
            }
        };
        let change = Change {
            direction,
            step: reader.optional_number("step"),
            minimum: reader.optional_number("minimum"),
            maximum: reader.optional_number("maximum"),
            cost: reader.optional_number("cost"),
            forbidden: reader.optional_pairs("forbidden"),
            follows: reader.optional_text("follows"),
        };
        reader.end();
        change
    }
}

impl Combination {
    pub(super) fn read(mut reader: Reader) -> Combination {
        let combination = Combination { when: reader.text("when"), then: reader.text("then") };
        reader.end();
        combination
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::small_schema;
    use super::*;
    use crate::schema::Schema;

    #[test]
    fn what_is_written_is_read() {
        let mut schema = small_schema();
        schema.fields[0].change = Change {
            direction: Direction::Decrease,
            step: Some(0.5),
            minimum: Some(1.0),
            maximum: Some(9.0),
            cost: Some(2.0),
            ..Change::default()
        };
        schema.fields[1].change.follows = Some("5 * partner".into());
        schema.fields[2].change.forbidden = vec![["Year".into(), "Month".into()]];
        schema.rules.push(Combination { when: "partner".into(), then: "tenure > 1".into() });
        assert_eq!(schema.problems(), []);
        let text = serde_json::to_string(&schema).unwrap();
        assert_eq!(Schema::read("", &crate::json::parse(&text).unwrap()).unwrap(), schema);
        // A schema that says nothing about changes is written as it was before there were any.
        let text = serde_json::to_string(&small_schema()).unwrap();
        assert!(!text.contains("\"change\"") && !text.contains("rules"), "{text}");
    }

    #[test]
    fn every_broken_rule_is_reported() {
        let mut schema = small_schema();
        schema.fields[0].change = Change {
            step: Some(0.0),
            cost: Some(-1.0),
            minimum: Some(2.0),
            maximum: Some(1.0),
            forbidden: vec![["a".into(), "b".into()]],
            ..Change::default()
        };
        schema.fields[1].change.follows = Some("charges + nobody".into());
        schema.fields[2].change.step = Some(1.0);
        schema.fields[3].change.follows = Some("charges".into());
        schema.rules.push(Combination { when: "contract == \"Decade\"".into(), then: "".into() });
        let problems: Vec<String> = schema.problems().iter().map(ToString::to_string).collect();
        for part in [
            "tenure.change: step must be above 0 (got 0)",
            "tenure.change: cost must be above 0 (got -1)",
            "tenure.change: minimum must not be above maximum (got 2 > 1)",
            "tenure.change: forbidden must name categories of the field (got \"a\")",
            "charges.change: follows: `nobody` is no field",
            "contract.change: only a number has step, minimum and maximum",
            "partner.change: only a number that is not changeable follows",
            "partner.change: a field must not follow one that follows (got \"charges\")",
            "rules[0].when: \"Decade\" is no category",
            "rules[0].then: expected a number",
        ] {
            assert!(problems.iter().any(|problem| problem.starts_with(part)), "{part} in {problems:#?}");
        }
    }

    #[test]
    fn a_wrong_document_is_reported_with_its_places() {
        let mut document = serde_json::to_value(small_schema()).unwrap();
        document["fields"][0]["change"] = serde_json::json!({ "direction": "up", "forbidden": [["a"], 1], "steps": 1 });
        document["rules"] = serde_json::json!([{ "when": "partner" }]);
        let error = serde_json::from_value::<Schema>(document).unwrap_err().to_string();
        for line in [
            "fields[0].change.direction: must be \"increase\", \"decrease\" or \"any\" (got \"up\")",
            "fields[0].change.forbidden[0]: must be a list of two texts (got a list)",
            "fields[0].change.forbidden[1]: must be a list of two texts (got another number)",
            "fields[0].change.steps: is not a known key",
            "rules[0].then: is missing",
        ] {
            assert!(error.lines().any(|seen| seen == line), "{line} in\n{error}");
        }
    }
}
