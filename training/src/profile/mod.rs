//! What one pass over a column shows: the kinds of its values, whether it identifies a person, what
//! its name means.
//!
//! `init` drafts a schema from it, `checks` looks for leaks and identifiers, `suggest` reads names.

mod changeable;
mod column;
mod identify;
mod names;
mod outcome;
mod position;
mod text;

pub(crate) use changeable::changeable_word;
pub(crate) use column::{MAXIMUM_TEXT, MAXIMUM_VALUES, Profile, number};
pub(crate) use identify::{
    NEARLY_ALL, Naming, ROWS_FOR_IDENTIFIERS, identifies, is_code, looks_like_codes, naming, profile_of,
};
pub(crate) use names::{label, words};
pub(crate) use outcome::{after_the_fact, outcome_word};
pub(crate) use position::row_position;
pub(crate) use text::{Formatting, is_certain_missing_token, means_left, yes_and_no};
