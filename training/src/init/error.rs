//! Why no schema can be drafted.

use tenure::schema::MAXIMUM_FIELDS;
use tenure_table::TableError;

use super::question::Question;
use crate::words::nearest_hint;

/// Why no schema can be drafted.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    #[error(transparent)]
    Table(#[from] TableError),
    /// `hint` says what else may be wrong; it may be empty.
    #[error("{file}: no column `{target}`{}; the columns are {columns}{hint}", nearest_hint(nearest.as_deref()))]
    NoTarget { file: String, target: String, nearest: Option<String>, columns: String, hint: &'static str },
    #[error("{file}: target `{target}` is of type {kind}; it must be a text, a number or a boolean")]
    TargetType { file: String, target: String, kind: String },
    #[error(
        "{file}: target `{target}` must tell customers who left from those who stayed; it has {values}; name another column with --target, or add rows of the customers that are not there"
    )]
    OneClass { file: String, target: String, values: String },
    #[error("{0}")]
    Ambiguous(Box<Question>),
    #[error("{file}: no row of target `{target}` is {value:?}; it has {values}")]
    NoValue { file: String, target: String, value: String, values: String },
    #[error(
        "{file}: target `{target}` has values that neither --positive nor --negative names: {values}; name each of them, or leave --negative out: then every value that is not positive means stayed"
    )]
    UnnamedValues { file: String, target: String, values: String },
    #[error("{file}: what is said of its columns does not fit:{problems}")]
    Answers { file: String, problems: String },
    #[error(
        "{file}: several readings fit every value of a column; say which is meant, or leave the column out with --ignore COLUMN:{questions}"
    )]
    Unclear { file: String, questions: String },
    #[error("{file}: no column is left to learn from:{columns}")]
    NoFields { file: String, columns: String },
    #[error("{file}: {fields} columns would be fields; at most {MAXIMUM_FIELDS} can be")]
    TooManyFields { file: String, fields: usize },
    #[error("{file}: the draft is not sound: {problems}")]
    Unsound { file: String, problems: String },
}
