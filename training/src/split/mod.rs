//! Ways to part the rows of a cohort: one split for training, folds for cross-validation, and the readers of fold files.
//! [`SplitBy`] also keeps groups whole, or parts by time.
//!
//! Stratified: every part has the classes in the cohort's proportion, to the row. The same labels, shares and seed give
//! the same parts everywhere (ChaCha8).

mod by;
mod columns;
mod error;
mod fold_files;
mod grouped;
mod parts;
mod stratified;
mod timed;

pub use by::SplitBy;
pub use columns::{Groups, Times};
pub use error::SplitError;
pub use parts::{Fold, INNER_VALIDATION, Shares, Split};
pub use stratified::{stratified_folds, stratified_parts};

#[cfg(test)]
mod tests;
