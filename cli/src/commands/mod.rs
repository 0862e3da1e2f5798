//! The commands of `tenure`, one in each file: its flags, what it does, and what it prints.

pub mod audit;
pub mod card;
pub mod check;
pub mod config;
pub mod crossval;
pub mod decide;
pub mod evaluate;
pub mod explain;
pub mod export;
pub mod imbalance;
pub mod import;
pub mod init;
pub mod keygen;
pub mod monitor;
pub mod outcomes;
pub mod plan;
pub mod report;
pub mod retrain;
pub mod runs;
pub mod sample;
pub mod score;
pub mod sign;
pub mod track;
pub mod train;
pub mod tune;
pub mod verify;
