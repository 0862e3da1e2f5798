//! The commands of `tenure`, one a file: flags, run, words for people.

pub mod card;
pub mod check;
pub mod config;
pub mod crossval;
pub mod evaluate;
pub mod explain;
pub mod imbalance;
pub mod init;
mod network;
pub mod report;
pub mod runs;
pub mod sample;
pub mod score;
pub mod track;
pub mod train;
pub mod tune;
