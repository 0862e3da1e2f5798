//! What the `tenure` command is made of: tables, training, calibration, metrics.

pub mod calibrate;
pub mod checks;
pub mod cohort;
pub mod commands;
pub mod configuration;
pub mod failure;
pub mod fit;
pub mod init;
pub mod metrics;
pub mod output;
pub mod preset;
pub mod sample;
pub mod split;
pub mod table;
pub mod train;
