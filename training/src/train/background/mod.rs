//! The background of the explanation: rows that stand for groups of training customers, none of
//! them real.
//!
//! The training rows are cut in two again and again, at the median of the input that spreads the
//! group's logits most, until there are groups of about a hundred. A candidate draws each of its
//! cells from one group: a category as often as the group has it, a number as the training set's
//! statistic ([`tenure::encoding::Statistics`]) that is nearest to the mean of twenty or more of the
//! group that are neighbours in it (a mean of the whole group would lose what only happens at the
//! ends). Of two thousand candidates [`BackgroundCandidates`] takes those that
//! explain as the training set does, and [`Fidelity`] measures how well.

mod choice;
mod fidelity;
mod groups;

use std::ops::RangeInclusive;

pub(super) use choice::BackgroundCandidates;
pub(super) use fidelity::Fidelity;
pub use groups::BackgroundError;

/// Numbers of background rows that are tried by default; the smallest one that is near enough is
/// taken.
pub(super) const ROWS: RangeInclusive<usize> = 32..=64;
/// The step from one number to the next.
pub(super) const STEP: usize = 16;
