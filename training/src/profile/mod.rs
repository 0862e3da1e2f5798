//! What one pass over a column shows: the kinds of its values, whether it identifies a person, what
//! its name means.
//!
//! `init` drafts a schema from it, `checks` looks for leaks and identifiers, `suggest` reads names.

mod changeable;
mod column;
mod dates;
mod identify;
mod leaving;
mod levels;
mod names;
mod numbers;
mod outcome;
mod placeholders;
mod position;
mod seen;
mod spelled;
mod text;

pub(crate) use changeable::changeable_word;
pub(crate) use column::{MAXIMUM_TEXT, MAXIMUM_VALUES, Profile, number};
pub(crate) use dates::Reading;
pub(crate) use identify::{
    NEARLY_ALL, Naming, ROWS_FOR_IDENTIFIERS, identifies, is_code, looks_like_codes, naming, profile_of,
};
pub(crate) use leaving::{speaks, yes_or_no};
pub(crate) use levels::{Level, levels_of};
pub(crate) use names::{label, words};
pub(crate) use numbers::{Notation, Notations, Numerals, named_notation};
pub(crate) use outcome::{after_the_fact, outcome_word};
pub(crate) use placeholders::{apart, dates_apart};
pub(crate) use position::row_position;
pub(crate) use seen::Seen;
pub(crate) use spelled::Spelled;
pub(crate) use text::{is_certain_missing_token, yes_and_no};
