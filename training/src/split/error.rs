//! Why rows cannot be split.

use tenure_table::TableError;

use crate::words::nearest_hint;

/// Why rows cannot be split.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    #[error("the shares must be above 0 and sum to 1 (got {0:?})")]
    Shares(Vec<f64>),
    #[error(
        "{folds} folds of {rows} rows: there must be at least 2 folds, and at least one row of each class for every fold"
    )]
    FoldCount { folds: usize, rows: usize },
    #[error("a part with a share of {share} would have none of the {count} customers who {class}")]
    EmptyClass { share: f64, class: &'static str, count: usize },
    #[error("{file}: no column `{column}` to split by{hint}; the columns are {columns}", hint = nearest_hint(nearest.as_deref()))]
    Column { file: String, column: String, nearest: Option<String>, columns: String },
    /// The rows cannot be split by this column.
    #[error("`{column}`: {message}")]
    Apart { column: String, message: String },
    #[error(transparent)]
    Table(#[from] TableError),
    /// A fold file that is not of this table or not whole, or a time that cannot be read.
    #[error("{file}, {place}: {message}")]
    File { file: String, place: String, message: String },
}
