//! Connects the rooms: customer → features → logit → probability → tier, explanations,
//! counterfactuals. It holds no maths.

mod columns;
mod counterfactuals;
#[cfg(feature = "decide")]
mod decide;
mod explain;
mod games;
#[cfg(feature = "decide")]
mod observe;
#[cfg(feature = "decide")]
mod plan;
mod scale;
mod score;
mod stop;
mod tally;

pub use columns::{ColumnBlock, Flag};
pub use counterfactuals::{Counterfactual, CounterfactualRequest, Counterfactuals, FieldChange, NoCounterfactual};
#[cfg(feature = "decide")]
pub use decide::{Action, DecideOptions, Decision, Reason, Refused};
pub use explain::{DEFAULT_TOLERANCE, ExplainError, ExplainOptions, Explanation, Interaction};
#[cfg(feature = "webgpu")]
pub(crate) use games::FieldGame;
#[cfg(all(test, feature = "webgpu"))]
pub(crate) use games::FieldWalk;
#[cfg(feature = "decide")]
pub use plan::{CohortPlan, PlanCohort, PlanProblem, PlanRequest, ProfitCurve};
pub use scale::Scale;
pub use score::{Score, Scorer, Workspace};
pub use stop::{Stop, Stopped};
pub use tally::Tally;

#[cfg(test)]
pub(crate) mod tests;
