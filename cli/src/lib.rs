//! The parts of the command `tenure`: commands, configuration, reports, runs and tracking.

pub mod card;
pub mod commands;
pub mod configuration;
pub mod console;
pub mod failure;
pub mod hyperparameters;
pub mod inputs;
pub mod memory;
pub mod profiles;

pub mod recorder;
pub mod report;
pub mod rows;
pub mod runs;
pub mod signing;
pub mod table;
pub mod tracking;
