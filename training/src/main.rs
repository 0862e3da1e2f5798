//! The `tenure` command.

use std::process::exit;

use clap::{Parser, Subcommand};
use tenure_training::commands::{crossval, evaluate, init, sample, score, train};
use tenure_training::output::Output;

/// Learns a churn model from a table and writes one artifact that scores anywhere.
///
/// Exit codes: 0 done, 1 the data is at fault, 2 the flags or the schema are, 3 the machine is, 130 interrupted.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Arguments),
    Sample(sample::Arguments),
    Train(train::Arguments),
    Evaluate(evaluate::Arguments),
    Crossval(crossval::Arguments),
    Score(score::Arguments),
}

fn main() {
    let Arguments { output, command } = Arguments::parse();
    let result = match command {
        Command::Init(arguments) => init::run(&arguments, &output),
        Command::Sample(arguments) => sample::run(&arguments, &output),
        Command::Train(arguments) => train::run(&arguments, &output),
        Command::Evaluate(arguments) => evaluate::run(&arguments, &output),
        Command::Crossval(arguments) => crossval::run(&arguments, &output),
        Command::Score(arguments) => score::run(&arguments, &output),
    };
    if let Err(failure) = result {
        eprintln!("error: {}", failure.message);
        exit(failure.exit_code);
    }
}
