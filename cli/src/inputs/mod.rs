//! The inputs of commands: schemas, tables and artifacts.

mod artifact;
mod cohort;
mod notices;
mod reading;
mod schema;

pub use artifact::{ArtifactFile, TrustArguments, artifact_of, day, read_artifact};
pub use cohort::{read_for_evaluation, read_for_training, training_shares, warn_of_shifts};
pub use notices::Notices;
pub use reading::{ModelAndTable, ReadArguments, column};
pub use schema::read_schema;
