//! Amounts of a policy: numbers, or formulas over the fields of a customer.

#[cfg(feature = "write")]
use serde::Serialize;

use crate::json::{Reader, Value};
use crate::schema::Formula;

/// A number, or a formula in the formula language of the schema.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "write", serde(untagged))]
pub enum Amount {
    /// The same for every customer.
    Number(f64),
    /// By customer.
    Formula(String),
}

/// An amount that is ready.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    Number(f64),
    Formula(Formula),
}

impl Amount {
    /// The amount under a key, where the key is there.
    pub(super) fn read(reader: &mut Reader, key: &str) -> Option<Amount> {
        let value = reader.optional_value(key)?;
        let amount = Amount::of(value);
        if amount.is_none() {
            reader.report(key, "must be a number or a formula");
        }
        amount
    }

    pub(super) fn of(value: &Value) -> Option<Amount> {
        let number = value.as_number().map(Amount::Number);
        number.or_else(|| value.as_text().map(|text| Amount::Formula(text.into())))
    }
}

impl Term {
    /// The amount of a customer; `None` where a formula reads a missing value, or leaves the finite
    /// numbers. `cell` gives values as [`Formula::evaluate`] takes them.
    pub(super) fn of(&self, cell: &dyn Fn(usize) -> f64) -> Option<f64> {
        match self {
            Term::Number(number) => Some(*number),
            Term::Formula(formula) => formula.evaluate(cell),
        }
    }
}
