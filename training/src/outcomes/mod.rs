//! What came of decisions: a table of decisions joined with what the customers did, and what the
//! offers changed. Only customers who were left alone by chance, a hold-out, show that: who gets an
//! offer differs from who gets none in more than the offer.

mod effect;
mod join;
mod uplift;

pub use effect::{Effect, Effects, Estimate, Share};
pub use join::{Joined, LeftOut, OutcomeRow, join};
pub use uplift::{NoUplift, Uplift, UpliftGroup, qini_coefficient, qini_curve, uplift};

/// One row of a table of decisions.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionRow {
    /// Its line or row, from 1.
    pub line: u64,
    /// The customer's identifier.
    pub customer: String,
    /// The day of the decision, in days since 1970-01-01.
    pub day: Option<f64>,
    /// What was done.
    pub arm: Arm,
    /// The probability of leaving, as it was scored.
    pub probability: Option<f64>,
    /// What the customer is worth if the customer stays.
    pub value: Option<f64>,
    /// What offer and contact cost; 0 without an offer.
    pub cost: f64,
    /// The tier.
    pub tier: String,
    /// The offer that was made, or withheld from a held-out customer.
    pub offer: String,
    /// Why the customer is at risk: a field, or a group of fields.
    pub reason: String,
}

/// What was done about a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arm {
    /// An offer was made.
    Offered,
    /// An offer was withheld by chance.
    HeldOut,
    /// The policy had no offer.
    NoOffer,
}
