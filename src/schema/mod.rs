//! The table of fields. Everything else derives from it: the checks of a record, the encoder's
//! order, the form on the page, the TypeScript documentation.
//!
//! A schema is data: `schema.toml` for training, and the same document as JSON in the artifact.

mod change;
mod check;
pub mod date;
mod date_format;
mod document;
mod fields;
pub mod formula;
mod number_format;
#[cfg(feature = "write")]
mod serde;
mod spelling;
mod target;
mod unicode;

pub use change::{Change, Combination, Direction};
pub use check::{MAXIMUM_CATEGORIES, MAXIMUM_FIELDS, SchemaProblem};
pub use date_format::{DateFormat, MONTHS};
#[cfg(feature = "write")]
pub use fields::FEWEST_MEMBERS;
pub use fields::{Derived, Field, Kind, MINIMUM_CUSTOMERS, SCHEMA_VERSION, Schema};
pub use formula::{Formula, FormulaError};
pub use number_format::{Negative, NumberFormat};
#[cfg(feature = "typescript")]
pub(crate) use serde::{CategoryField, DateField, FieldDocument, FlagField, KindDocument, NumberField};
pub(crate) use spelling::{answer, is_other_number};
pub use spelling::{composed, folded};
pub use target::{Outcome, Target, When};

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// tenure and charges (numbers), contract (Month, Year), partner (flag).
    pub(crate) fn small_schema() -> Schema {
        let number = |name: &str, maximum| Field {
            name: name.into(),
            label: String::new(),
            kind: Kind::Number { unit: String::new(), minimum: Some(0.0), maximum, format: NumberFormat::default() },
            missing: vec!["NA".into()],
            changeable: false,
            only_derived: false,
            change: Change::default(),
            minimum_members: MINIMUM_CUSTOMERS,
        };
        let category = |name: &str, kind| Field { kind, changeable: true, ..number(name, None) };
        Schema {
            schema_version: SCHEMA_VERSION,
            name: "small".into(),
            identifiers: vec!["id".into()],
            ignored: Vec::new(),
            target: Target { field: "Churn".into(), positive: vec!["Yes".into()], ..Target::default() },
            fields: vec![
                number("tenure", Some(100.0)),
                number("charges", None),
                category("contract", Kind::Category { categories: vec!["Month".into(), "Year".into()] }),
                category("partner", Kind::Flag { positive: "Yes".into(), negative: "No".into() }),
            ],
            derived: Vec::new(),
            rules: Vec::new(),
        }
    }
}
