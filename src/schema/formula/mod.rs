//! Derived features: a small arithmetic language over fields, the same natively and in wasm.
//!
//! Grammar, loosest first: `a or b`, `a and b`, `not a`, comparisons (`== != < <= > >=`), `+ -`,
//! `* /`, unary `-`, numbers, field names, `(…)`, and the calls `min(a, b)`, `max(a, b)`, `abs(a)`,
//! `sqrt(a)`, `log1p(a)`, `floor(a)`, `if(condition, a, b)`, `count(a, b, …)`, `mean(a, b, …)`,
//! `slope(a, b, …)`, `coalesce(a, b, …)`. A name that is not a plain word is written in backquotes.
//! A number field is its number, a date the number of days before its reference, a flag is 1 or 0,
//! a category can only be compared with a text: `Contract == "Two year"`. A condition is 1 or 0.
//!
//! `if(condition, a)` is missing if the condition does not hold. The network then treats these
//! customers as a group of their own, and the knots of the number are those of all others.
//!
//! `count` is how many of its arguments are not 0. `slope` is the least-squares change from one
//! period to the next over two or more periods, the earliest first. `coalesce` is its first
//! argument that is not missing.
//!
//! Missing values propagate: a formula that reads a missing field, divides by zero, or leaves the
//! finite numbers is missing. Only `coalesce` and the branch that `if` does not take stop this.

mod parse;
#[cfg(feature = "decide")]
mod range;
#[cfg(test)]
mod tests;
mod tree;

pub use parse::FormulaError;
pub use tree::{Binary, Many, Node, Unary};

use super::fields::Schema;
use tree::eval;

/// A parsed formula. Values are read by field index, so evaluation does not look names up.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    root: Node,
    fields: Vec<usize>,
    steps: u64,
}

impl Formula {
    /// Parses `text` over the fields of `schema`.
    pub fn parse(text: &str, schema: &Schema) -> Result<Formula, FormulaError> {
        let (root, fields, steps) = parse::parse(text, schema)?;
        Ok(Formula { root, fields, steps })
    }

    /// The formula as a tree, for those who translate it.
    pub fn tree(&self) -> &Node {
        &self.root
    }

    /// Indices of the fields it reads, ascending.
    pub fn fields(&self) -> &[usize] {
        &self.fields
    }

    /// Numbers, fields, calls and parentheses that one evaluation takes: its price.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Evaluates over values by field index: numbers as they are, categories and flags as their
    /// code, missing as NaN. The answer is finite, or `None` for missing.
    pub fn evaluate(&self, value: &dyn Fn(usize) -> f64) -> Option<f64> {
        let result = eval(&self.root, value);
        result.is_finite().then_some(result)
    }
}
