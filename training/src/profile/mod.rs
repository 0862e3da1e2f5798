//! What one pass over a column shows: the kinds of its values, whether it identifies a person, what
//! its name means.
//!
//! `init` drafts a schema from it, `checks` looks for leaks and identifiers, `suggest` reads names.

mod column;
mod identify;
mod leaving;
mod names;
mod spelled;
mod text;

pub(crate) use column::{MAXIMUM_TEXT, MAXIMUM_VALUES, Profile, number};
pub(crate) use identify::{NEARLY_ALL, ROWS_FOR_IDENTIFIERS, identifier_reason, identifies, is_code, looks_like_codes};
pub(crate) use leaving::{speaks, yes_or_no};
pub(crate) use names::{after_the_fact, label, outcome_word, words};
pub(crate) use spelled::Spelled;
pub(crate) use text::{Formatting, is_certain_missing_token, yes_and_no};
