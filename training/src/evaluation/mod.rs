//! Measures models on a table with known outcomes, for reports and for the model card. Pages and
//! JSON show these figures and compute nothing of their own.

mod card;
mod data;
mod influence;
mod report;
mod segments;
mod share;

pub(crate) use card::calibration;
pub use card::{CardSource, Measured, schema_sha256};
pub use data::{CategoryFigures, DataFigures, FieldFigures};
pub use influence::{FieldInfluence, Influence, influence};
pub use report::{
    BootstrapFigures, EvaluationError, Histogram, ModelFigures, Report, ReportParams, ScoredModel, TierFigures,
};
pub use segments::{Segment, Segments, segments, short};
