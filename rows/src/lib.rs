//! What scoring and deciding append to the rows of a table: scores, problems, reasons and offers, in
//! the words that the command and the Python package both write.
//!
//! Nothing here starts a thread: batches, and the rows of a batch, can be worked on side by side.

#![warn(missing_docs)]

mod columns;
mod decided;
mod explained;
mod reasons;
mod scored;

pub use columns::RowColumns;
pub use decided::{DECISION_NUMBERS, DECISION_TEXTS, DecidedRow};
pub use explained::{answers, cell_value, explanation_document, largest_first, sentence};
pub use reasons::{REASON_TOLERANCE, reasons, score_columns};
pub use scored::ScoredBatch;
