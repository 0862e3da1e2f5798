//! What the `tenure` command is made of: tables, training, calibration, metrics.

pub mod calibrate;
pub mod card;
pub mod checkpoint;
pub mod checks;
pub mod cohort;
pub mod commands;
pub mod configuration;
pub mod failure;
pub mod fit;
pub mod history;
pub mod init;
pub mod metrics;
pub mod output;
pub mod preset;
pub mod report;
pub mod runs;
pub mod sample;
pub mod scores;
pub mod split;
pub mod suggest;
pub mod table;
pub mod tracking;
pub mod train;
pub mod tune;
