//! From a probability to a decision. The policy is data: the schema file states it, and the artifact
//! keeps it.
//!
//! The expected profit of an offer to a customer is
//!
//! ```text
//! P(leave) · effect · value − cost − contact
//! ```
//!
//! (Neslin et al. 2006, "Defection Detection"; Verbraken et al. 2013, "A Novel Profit Maximizing
//! Metric"). The formulas of a policy are those of derived features.

mod check;
#[cfg(feature = "decide")]
mod holdout;
#[cfg(feature = "decide")]
mod offers;
#[cfg(feature = "decide")]
pub mod plan;
mod policy;
#[cfg(feature = "decide")]
pub mod profit;
mod term;

pub use check::{MAXIMUM_OFFERS, MAXIMUM_TIERS, PolicyError};
#[cfg(feature = "decide")]
pub use holdout::siphash;
#[cfg(feature = "decide")]
pub use offers::{Judgement, Offers, Refusal, Topic};
pub use policy::{Effect, Group, Holdout, Offer, Policy, Tier};
pub use term::Amount;
