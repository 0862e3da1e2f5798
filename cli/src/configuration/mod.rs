//! One configuration in four layers: defaults, under `tenure.toml`, under the environment, under flags.
//!
//! What can be configured is what clap's definition of the command says: each long option of each subcommand is a key
//! of the section of that name, so a new flag is configurable without a line here, and its own parser checks the value
//! whichever layer it comes from. (A second table of the options for figment would have to be kept in step by hand.)
//!
//! | layer | `--learning-rate` of `tenure train` |
//! | --- | --- |
//! | `tenure.toml` in the working directory, or the file of `--config` or `TENURE_CONFIG` | `learning-rate` (or `learning_rate`) under `[train]`; above all sections, for every command that has the option |
//! | environment | `TENURE_TRAIN_LEARNING_RATE`; `TENURE_LEARNING_RATE` for every command that has the option |
//! | flag | `--learning-rate` |
//!
//! Within a layer what names the command wins. A value that a higher layer excludes (`--folds` and `--splits`) gives
//! way. Paths are relative to the working directory, wherever they are written.

mod catalogue;
mod effective;
mod environment;
mod file;
mod layers;
mod place;
#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, Setting};
pub use effective::{Effective, Settings, effective};
pub use layers::{Configuration, FILE, Layered, ParseError, parse};
pub use place::{FILE_VARIABLE, Given, Place};
