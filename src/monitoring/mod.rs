//! Noticing when the world has moved: what a model sees where it scores, beside what it saw on the
//! rows of its training that no network was fitted to.
//!
//! A [`Profile`] holds counts and no row. It is [observed](Observed) while rows are scored, says
//! nothing of fewer than 20 customers, and can be merged. A [`Reference`] is the profile of a model's
//! held-out rows, with the cells that values are counted in. [`Comparison`] holds one against the
//! other, and [`Concept`] holds what customers did against what the model said.

mod cells;
mod chance;
mod compare;
mod concept;
mod distances;
mod document;
mod expected;
mod merged;
mod observed;
mod profile;
mod reference;
#[cfg(test)]
mod tests;

pub use cells::{Cells, MAXIMUM_CELLS};
pub use compare::{Comparison, Distance, Distances, FieldComparison, SIGNIFICANCE, ScoreComparison, Verdict};
pub use concept::{CONCEPT_SIGNIFICANCE, Concept, LabelledScore};
pub use distances::{ChiSquare, chi_square, jensen_shannon, population_stability, wasserstein};
pub use document::{MAXIMUM_PROFILE_BYTES, PROFILE_VERSION};
pub use expected::{Estimate, Expected, Stakes};
pub use merged::{Merged, ProfileProblem, merged};
pub use observed::Observed;
pub use profile::{Count, Profile, ProfileError, RULES, Scores};
pub use reference::{Outcomes, Reference, ReferenceError, SCORE_BINS};
