//! What the `tenure` command is made of: commands, configuration, reports, runs and tracking.

pub mod card;
pub mod commands;
pub mod configuration;
pub mod failure;
pub mod inputs;
pub mod output;
pub mod recorder;
pub mod report;
pub mod runs;
pub mod table;
pub mod tracking;
