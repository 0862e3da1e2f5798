//! Ways to split the rows of a cohort: one split for training, folds for cross-validation, and fold
//! files. [`SplitBy`] also keeps groups whole, or splits by time.
//!
//! A stratified split has the classes in the cohort's proportion in every part, to the row. The
//! same labels, shares and seed give the same parts on every machine (ChaCha8).

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
