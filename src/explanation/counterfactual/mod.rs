//! Counterfactuals: the cheapest sets of changes that bring a probability under a threshold
//! (Wachter et al. 2017, "Counterfactual explanations without opening the black box"; several of
//! them as in Mothilal et al. 2020, DiCE, section 3).
//!
//! The search knows no customer. A candidate is one option for each field; option 0 is "as it is".
//! All candidates of one change, of two, of three … are tried while the budget lasts. Longer ones
//! grow from the best of the size before (a beam), and their answers are made cheaper change by
//! change. Nothing is random. Answers are irreducible: no answer's set of fields contains another
//! answer's, and each answer is the cheapest for its set.

mod candidates;
mod search;
#[cfg(test)]
mod tests;

pub use candidates::{Answer, Candidates, Goal, Outcome, Search};
pub use search::{MAXIMUM_CHANGES, search};
