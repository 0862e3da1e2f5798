//! Counterfactuals: the cheapest sets of changes that bring a probability under a threshold (Wachter et al. 2017,
//! "Counterfactual explanations without opening the black box"; several, as Mothilal et al. 2020, DiCE, section 3).
//!
//! The search knows no customer: a candidate chooses for each field an option, 0 for "as it is". Candidates of one
//! change, two, three … are tried all while the budget lasts; longer ones grow from the best of the size before (a beam),
//! and what a beam finds is made cheaper change by change until no single change can go or cost less. Nothing is
//! random. Diversity is irreducibility: an answer whose fields are all among another's makes the other superfluous, so
//! every answer changes a set of fields that contains no other answer's, and is the cheapest for its set.

mod candidates;
mod search;
#[cfg(test)]
mod tests;

pub use candidates::{Answer, Candidates, Goal, Outcome, Search};
pub use search::{MAXIMUM_CHANGES, search};
