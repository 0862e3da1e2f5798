//! Counterfactuals of a customer: which values each field could take, what a record with them must
//! obey, and every answer scored again. The search itself is
//! [`crate::explanation::counterfactual`]'s.

mod answers;
mod options;
#[cfg(test)]
mod tests;
mod trials;

pub use answers::{Counterfactual, CounterfactualRequest, Counterfactuals, NoCounterfactual};
pub use trials::FieldChange;
