//! Trains churn models from tables and measures them: the library behind the `tenure` command.
//!
//! It reads no flags and prints nothing. Progress goes to the caller ([`observer::Observer`], and
//! the callback of [`train::train`] and [`fit::fit`]), and every failure is a typed error.
//! [`learn::Lesson`] is a whole training; `examples/rust/train.rs` shows one.

mod boosting;
pub mod calibrate;
pub mod checkpoint;
pub mod checks;
mod codes;
pub mod cohort;
pub mod ends;
pub mod evaluation;
pub mod file;
pub mod fit;
mod fold_fit;
pub mod folded;
pub mod gradients;
pub mod history;
pub mod hyperparameters;
mod identity;
pub mod imbalance;
pub mod import;
pub mod init;
pub mod learn;
mod logistic;
pub mod membership;
pub mod metrics;
pub mod observer;
pub mod outcomes;
pub mod preset;
mod profile;
pub mod reference;
pub mod sample;
pub mod schema_file;
pub mod scores;
pub mod split;
pub mod stored;
pub mod suggest;
pub mod train;
pub mod tune;
mod words;
