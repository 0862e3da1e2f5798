//! The flags of the hyperparameters, the same for every command that fits a network. They follow from the table of
//! [`tenure_training::hyperparameters`].

use clap::{Arg, ArgAction, ArgMatches, Command, Error};
use tenure_training::hyperparameters::{HYPERPARAMETERS, Hyperparameter, Hyperparameters, Kind, Value};
use tenure_training::train::TrainParams;

/// The hyperparameters of a command, as far as a flag, the environment, `tenure.toml` or a default says them.
#[derive(Clone, Debug)]
pub struct NetworkArguments {
    pub given: Hyperparameters,
}

/// Reads a gamma of the focal loss, by the row of the table.
pub(super) fn gamma(text: &str) -> Result<f64, String> {
    let row = Hyperparameter::find("focal").expect("a row of the table");
    match row.kind.read(text)? {
        Value::Number(gamma) => Ok(gamma),
        value => unreachable!("{value} is no gamma"),
    }
}

impl NetworkArguments {
    /// The parameters of a training.
    pub fn params(&self) -> TrainParams {
        self.given.params()
    }
}

impl clap::Args for NetworkArguments {
    fn augment_args(command: Command) -> Command {
        command.args(HYPERPARAMETERS.iter().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        NetworkArguments::augment_args(command)
    }
}

fn flag(row: &'static Hyperparameter) -> Arg {
    let flag = Arg::new(row.name).long(row.name).help(row.help).conflicts_with_all(row.excludes);
    if let Kind::Switch = row.kind {
        return flag.action(ArgAction::SetTrue);
    }
    let flag = flag.value_name(value_name(row.kind)).value_parser(|text: &str| row.kind.read(text));
    match row.default {
        Some(default) => flag.default_value(default),
        // A negative number is a value, so that its rule is said.
        None => flag.allow_negative_numbers(true),
    }
}

/// What stands for the value in a help text.
fn value_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Switch | Kind::Boolean => "BOOLEAN",
        Kind::Integer(..) => "INTEGER",
        Kind::Number(..) | Kind::NumberAbove(..) => "NUMBER",
        Kind::Layers(..) => "UNITS",
        Kind::Text(_) => "TEXT",
    }
}

impl clap::FromArgMatches for NetworkArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<NetworkArguments, Error> {
        let mut given = Hyperparameters::default();
        for row in &HYPERPARAMETERS {
            let value = match row.kind {
                Kind::Switch => matches.get_flag(row.name).then_some(Value::Boolean(true)),
                _ => matches.get_one::<Value>(row.name).cloned(),
            };
            if let Some(value) = value {
                given.insert(row, value);
            }
        }
        Ok(NetworkArguments { given })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.given = self.given.overlaid(&NetworkArguments::from_arg_matches(matches)?.given);
        Ok(())
    }
}
