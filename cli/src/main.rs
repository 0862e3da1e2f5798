//! The `tenure` command.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::exit;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tenure_cli::commands::{
    card, check, config, crossval, evaluate, explain, imbalance, init, report, runs, sample, score, track, train, tune,
};
use tenure_cli::configuration::{self, Settings};
use tenure_cli::failure::Failure;
use tenure_cli::output::Output;

/// Learns a churn model from a table and writes one artifact that scores anywhere.
///
/// Exit codes: 0 done, 1 the data is at fault, 2 the flags or the schema are, 3 the machine is, 130 interrupted.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    output: Output,
    /// Read this file in place of tenure.toml
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Arguments),
    Sample(sample::Arguments),
    Check(check::Arguments),
    Train(train::Arguments),
    Tune(tune::Arguments),
    Evaluate(evaluate::Arguments),
    Crossval(crossval::Arguments),
    Imbalance(imbalance::Arguments),
    Score(score::Arguments),
    Explain(explain::Arguments),
    Report(Box<report::Arguments>),
    Card(card::Arguments),
    Runs(runs::Arguments),
    Track(track::Arguments),
    Config(config::Arguments),
}

fn main() {
    if let Err(failure) = run() {
        eprintln!("error: {}", failure.message);
        exit(failure.exit_code);
    }
}

fn run() -> Result<(), Failure> {
    let given: Vec<OsString> = std::env::args_os().collect();
    let (configuration, layered) = configuration::parse(Arguments::command(), &given)?;
    let Arguments { output, command, .. } =
        Arguments::from_arg_matches(&layered.matches).unwrap_or_else(|error| error.exit());
    let settings = Settings::new(&configuration, &layered);
    match command {
        Command::Init(arguments) => init::run(&arguments, &output),
        Command::Sample(arguments) => sample::run(&arguments, &output),
        Command::Check(arguments) => check::run(&arguments, &output),
        Command::Train(arguments) => train::run(&arguments, &settings, &output),
        Command::Tune(arguments) => tune::run(&arguments, &settings, &output),
        Command::Evaluate(arguments) => evaluate::run(&arguments, &output),
        Command::Crossval(arguments) => crossval::run(&arguments, &settings, &output),
        Command::Imbalance(arguments) => imbalance::run(&arguments, &output),
        Command::Score(arguments) => score::run(&arguments, &output),
        Command::Explain(arguments) => explain::run(&arguments, &output),
        Command::Report(arguments) => report::run(&arguments, &output),
        Command::Card(arguments) => card::run(&arguments, &output),
        Command::Runs(arguments) => runs::run(&arguments, &output),
        Command::Track(arguments) => track::run(&arguments, &output),
        Command::Config(arguments) => config::run(&arguments, &configuration, &output),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// clap itself looks for this in debug builds alone, which no check of ours makes.
    #[test]
    fn no_flag_of_a_command_stands_twice() {
        let mut all = Arguments::command();
        all.build();
        for command in all.get_subcommands() {
            let mut flags: Vec<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
            flags.sort_unstable();
            let twice = flags.windows(2).find(|pair| pair[0] == pair[1]);
            assert_eq!(twice, None, "tenure {}", command.get_name());
            assert!(!flags.is_empty() || command.get_name() == "help", "tenure {}", command.get_name());
        }
    }
}
