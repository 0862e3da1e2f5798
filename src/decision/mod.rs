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
mod policy;

pub use check::{MAXIMUM_TIERS, PolicyError};
pub use policy::{Policy, Tier};

#[cfg(feature = "decide")]
mod holdout;
#[cfg(feature = "decide")]
mod offer;
#[cfg(feature = "decide")]
mod offers;
#[cfg(feature = "decide")]
pub mod plan;
#[cfg(feature = "decide")]
pub mod profit;
#[cfg(feature = "decide")]
mod term;

#[cfg(feature = "decide")]
pub use check::MAXIMUM_OFFERS;
#[cfg(feature = "decide")]
pub use holdout::siphash;
#[cfg(feature = "decide")]
pub use offer::{Effect, Group, Holdout, Offer};
#[cfg(feature = "decide")]
pub use offers::{Judgement, Offers, Refusal, Topic};
#[cfg(feature = "decide")]
pub use term::Amount;
