//! The table of fields as data.

#[cfg(feature = "write")]
use serde::Serialize;

use super::change::{Change, Combination};
use super::date_format::DateFormat;
use super::number_format::NumberFormat;
use super::target::Target;

/// The version of the schema document that this code writes and reads.
pub const SCHEMA_VERSION: u32 = 1;

/// The fewest customers that may stand behind anything that a model keeps of its table: a category, a
/// number, a row of the background.
pub const MINIMUM_CUSTOMERS: u32 = 20;

/// The least that [`Field::minimum_members`] may be.
#[cfg(feature = "write")]
pub const FEWEST_MEMBERS: u32 = 5;

/// Days between any two days of the years 1 to 9999, at most.
const MAXIMUM_DAYS: f64 = 3_652_058.0;

/// The fields that the model reads, and the rules that their values obey.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Schema {
    /// Version of the schema's format.
    pub schema_version: u32,
    /// Name of the schema, such as "IBM Telco".
    pub name: String,
    /// Columns that identify a person. They never enter a model.
    #[cfg_attr(feature = "write", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub identifiers: Vec<String>,
    /// Columns that the model does not use.
    #[cfg_attr(feature = "write", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub ignored: Vec<String>,
    /// The column that the model predicts, and which of its values mean that a customer left.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub target: Target,
    /// The inputs of the model. Everything that has one entry per field keeps this order.
    #[cfg_attr(feature = "typescript", ts(as = "Vec<super::serde::KindDocument<'static>>"))]
    pub fields: Vec<Field>,
    /// Features that are computed from fields.
    #[cfg_attr(feature = "write", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub derived: Vec<Derived>,
    /// Combinations of values that are possible. Counterfactuals keep to them. Records are not
    /// checked against them.
    #[cfg_attr(feature = "write", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub rules: Vec<Combination>,
}

/// One named input of a record, as the business knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The column's name, and the key of a record.
    pub name: String,
    /// The words a person reads; the name when empty.
    pub label: String,
    /// What values it takes.
    pub kind: Kind,
    /// Texts that mean "missing", in any spelling. The empty text always does. In a number or date
    /// field, what they are read as means it too.
    pub missing: Vec<String>,
    /// Whether the company or the customer can change it; what-if and counterfactuals move only
    /// these.
    pub changeable: bool,
    /// The field enters the model through derived features alone.
    pub only_derived: bool,
    /// How it changes, where it does.
    pub change: Change,
    /// A category of fewer customers counts as OTHER. [`MINIMUM_CUSTOMERS`] where the schema says
    /// nothing; fewer only where a category is no trait of a person, such as a shop.
    pub minimum_members: u32,
}

/// What values a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A finite number within `minimum..=maximum`, where given.
    Number {
        /// For people; may be empty.
        unit: String,
        /// Smaller numbers are refused.
        minimum: Option<f64>,
        /// Larger numbers are refused.
        maximum: Option<f64>,
        /// How its texts are written. A number is taken as it is.
        format: NumberFormat,
    },
    /// One of a list of texts, in any spelling; any other text counts as OTHER.
    Category {
        /// In code order.
        categories: Vec<String>,
    },
    /// A day or a moment, as the number of days before `reference`. Later moments are negative. A
    /// number is already such a number of days, unless the format counts.
    Date {
        /// Days since 1970-01-01.
        reference: f64,
        /// How its texts are written, or what its numbers count.
        format: DateFormat,
    },
    /// Yes or no, as the table spells them; words such as "true" and "n" are taken too.
    Flag {
        /// The text for yes.
        positive: String,
        /// The text for no.
        negative: String,
    },
}

/// A number that is computed from fields.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "DerivedFeature"))]
pub struct Derived {
    /// The feature's name.
    pub name: String,
    /// The feature's name for people. Default: `name`.
    #[cfg_attr(feature = "write", serde(default, skip_serializing_if = "String::is_empty"))]
    pub label: String,
    /// Unit of the value, for people.
    #[cfg_attr(feature = "write", serde(default, skip_serializing_if = "String::is_empty"))]
    pub unit: String,
    /// The formula, in the formula language of the schema.
    pub formula: String,
}

impl Schema {
    /// Sets the reference of all date fields to `day`, in days since 1970-01-01: the day of a later
    /// export. Returns whether the schema has a date field.
    pub fn set_reference(&mut self, day: f64) -> bool {
        let mut found = false;
        for field in &mut self.fields {
            if let Kind::Date { reference, .. } = &mut field.kind {
                (*reference, found) = (day, true);
            }
        }
        found
    }

    /// Position of a field in [`Schema::fields`].
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

impl Field {
    /// The words a person reads.
    pub fn label(&self) -> &str {
        if self.label.is_empty() { &self.name } else { &self.label }
    }

    /// Texts of the categories in code order; a flag is the category (negative, positive), a number
    /// or date has none.
    pub fn categories(&self) -> Vec<&str> {
        match &self.kind {
            Kind::Number { .. } | Kind::Date { .. } => Vec::new(),
            Kind::Category { categories } => categories.iter().map(String::as_str).collect(),
            Kind::Flag { positive, negative } => vec![negative, positive],
        }
    }

    /// Number of categories, which is the code of OTHER; 0 for a number or a date.
    pub fn category_count(&self) -> usize {
        match &self.kind {
            Kind::Number { .. } | Kind::Date { .. } => 0,
            Kind::Category { categories } => categories.len(),
            Kind::Flag { .. } => 2,
        }
    }

    /// Whether its cells are numbers: a number, or a date as days.
    pub fn is_number(&self) -> bool {
        self.bounds().is_some()
    }

    /// The lowest and the highest number that its cells take; `None` for a category or flag.
    pub fn bounds(&self) -> Option<(f64, f64)> {
        match self.kind {
            Kind::Number { minimum, maximum, .. } => Some((minimum.unwrap_or(f64::MIN), maximum.unwrap_or(f64::MAX))),
            Kind::Date { .. } => Some((-MAXIMUM_DAYS, MAXIMUM_DAYS)),
            Kind::Category { .. } | Kind::Flag { .. } => None,
        }
    }
}

impl Derived {
    /// The words a person reads.
    pub fn label(&self) -> &str {
        if self.label.is_empty() { &self.name } else { &self.label }
    }
}
