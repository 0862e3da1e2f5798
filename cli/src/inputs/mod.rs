//! What commands read: schemas, tables and artifacts, with words for the person when they cannot be read.

mod artifact;
mod cohort;
mod schema;

pub use artifact::{ArtifactFile, day, read_artifact};
pub use cohort::{read_for_evaluation, read_for_training};
pub use schema::read_schema;
