//! Tables that are read and written row by row, in bounded memory.

mod identifiers;
mod one;
mod output;
mod pipeline;
mod progress;

pub use identifiers::RowArguments;
pub use one::{RowOfTable, row_number};
pub use output::{Output, OutputArguments, Writing, appended};
pub use pipeline::in_order;
pub use progress::{Progress, batches};
pub use tenure_rows::{RowColumns, ScoredBatch};
