//! A field as `schema.toml` and the artifact write it: flat, every key checked, and keys that do not fit the kind refused.

use serde::{Deserialize, Serialize};

use super::{Field, Kind};

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldDocument {
    name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    label: String,
    kind: KindName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minimum: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maximum: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    categories: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    positive: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    negative: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    missing: Vec<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    changeable: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    only_derived: bool,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindName {
    Number,
    Category,
    Flag,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl TryFrom<FieldDocument> for Field {
    type Error = String;

    fn try_from(document: FieldDocument) -> Result<Field, String> {
        let FieldDocument { name, label, kind, unit, minimum, maximum, categories, positive, negative, .. } = document;
        let bounds = unit.is_some() || minimum.is_some() || maximum.is_some();
        let texts = positive.is_some() || negative.is_some();
        let kind = match kind {
            KindName::Number if categories.is_none() && !texts => {
                Kind::Number { unit: unit.unwrap_or_default(), minimum, maximum }
            }
            KindName::Number => return Err(format!("field `{name}`: a number takes only unit, minimum and maximum")),
            KindName::Category if !bounds && !texts => match categories {
                Some(categories) => Kind::Category { categories },
                None => return Err(format!("field `{name}`: a category needs `categories`")),
            },
            KindName::Category => return Err(format!("field `{name}`: a category takes only categories")),
            KindName::Flag if !bounds && categories.is_none() => match (positive, negative) {
                (Some(positive), Some(negative)) => Kind::Flag { positive, negative },
                _ => return Err(format!("field `{name}`: a flag needs `positive` and `negative`")),
            },
            KindName::Flag => return Err(format!("field `{name}`: a flag takes only positive and negative")),
        };
        let FieldDocument { missing, changeable, only_derived, .. } = document;
        Ok(Field { name, label, kind, missing, changeable, only_derived })
    }
}

impl From<Field> for FieldDocument {
    fn from(field: Field) -> FieldDocument {
        let Field { name, label, kind, missing, changeable, only_derived } = field;
        let mut document = FieldDocument {
            name,
            label,
            kind: KindName::Number,
            unit: None,
            minimum: None,
            maximum: None,
            categories: None,
            positive: None,
            negative: None,
            missing,
            changeable,
            only_derived,
        };
        match kind {
            Kind::Number { unit, minimum, maximum } => {
                document.unit = Some(unit).filter(|unit| !unit.is_empty());
                document.minimum = minimum;
                document.maximum = maximum;
            }
            Kind::Category { categories } => {
                document.kind = KindName::Category;
                document.categories = Some(categories);
            }
            Kind::Flag { positive, negative } => {
                document.kind = KindName::Flag;
                document.positive = Some(positive);
                document.negative = Some(negative);
            }
        }
        document
    }
}
