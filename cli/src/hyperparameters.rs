//! The flags of the hyperparameters, the same for every command that fits a network. They follow
//! from the table of [`tenure_training::hyperparameters`].

use clap::{Arg, ArgAction, ArgMatches, Command, Error};
use tenure_training::hyperparameters::{Domain, HYPERPARAMETERS, Hyperparameter, Hyperparameters, ParamValue};
use tenure_training::train::TrainParams;

/// The hyperparameters of a command, as far as a flag, the environment, `tenure.toml` or a default
/// says them.
#[derive(Clone, Debug)]
pub struct NetworkArguments {
    pub given: Hyperparameters,
}

/// Reads a gamma of the focal loss, by the row of the table.
pub fn gamma(text: &str) -> Result<f64, String> {
    let row = Hyperparameter::find("focal").expect("a row of the table");
    match row.domain.read(text)? {
        ParamValue::Number(gamma) => Ok(gamma),
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
    if let Domain::Switch = row.domain {
        return flag.action(ArgAction::SetTrue);
    }
    let flag = flag.value_name(value_name(row.domain)).value_parser(|text: &str| row.domain.read(text));
    match row.default {
        Some(default) => flag.default_value(default),
        // A negative number is a value, so that its rule is said.
        None => flag.allow_negative_numbers(true),
    }
}

/// What stands for the value in a help text.
fn value_name(domain: Domain) -> &'static str {
    match domain {
        Domain::Switch | Domain::Boolean => "BOOLEAN",
        Domain::Integer(..) => "INTEGER",
        Domain::Number(..) | Domain::NumberAbove(..) => "NUMBER",
        Domain::Layers(..) => "UNITS",
        Domain::Text(_) => "TEXT",
    }
}

impl clap::FromArgMatches for NetworkArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<NetworkArguments, Error> {
        let mut given = Hyperparameters::default();
        for row in &HYPERPARAMETERS {
            let value = match row.domain {
                Domain::Switch => matches.get_flag(row.name).then_some(ParamValue::Boolean(true)),
                _ => matches.get_one::<ParamValue>(row.name).cloned(),
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
