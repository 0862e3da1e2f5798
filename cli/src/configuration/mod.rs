//! One configuration in four layers. Flags win over the environment, the environment over
//! `tenure.toml`, and that over defaults.
//!
//! clap's definition of the command is the list of settings: each long option of a subcommand is a
//! key of the section of that name. A new flag is configurable without a line here, and its own
//! parser checks the value of every layer.
//!
//! | layer | `--learning-rate` of `tenure train` |
//! | --- | --- |
//! | `tenure.toml` in the working directory, or the file of `--config` or `TENURE_CONFIG` | `learning-rate` (or `learning_rate`) under `[train]`; above all sections, for every command that has the option |
//! | environment | `TENURE_TRAIN_LEARNING_RATE`; `TENURE_LEARNING_RATE` for every command that has the option |
//! | flag | `--learning-rate` |
//!
//! Within a layer, a value for one command wins over a value for all. A value that conflicts with
//! one of a higher layer (`--folds` and `--splits`) is dropped. Paths are relative to the working
//! directory, wherever they are written.

mod catalogue;
mod effective;
mod environment;
mod file;
mod layers;
mod origin;
#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, Setting};
pub use effective::{Effective, ResolvedSettings, effective};
pub use layers::{Configuration, FILE, Layered, ParseError, parse};
pub use origin::{FILE_VARIABLE, Given, Origin};
