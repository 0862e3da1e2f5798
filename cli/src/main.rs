//! The `tenure` command.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::exit;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use tenure_cli::commands::{
    audit, card, check, config, crossval, decide, evaluate, explain, export, imbalance, import, init, keygen, monitor,
    outcomes, plan, report, retrain, runs, sample, score, sign, track, train, tune, verify,
};
use tenure_cli::configuration::{self, ResolvedSettings};
use tenure_cli::console::{Console, printable};
use tenure_cli::failure::Failure;
use tenure_cli::memory::OrExit;

#[global_allocator]
static ALLOCATOR: OrExit = OrExit;

/// Train, measure and apply churn models
///
/// `tenure train` learns a model from a table and writes one file, the artifact. The artifact
/// scores and explains customers in this command, in the browser and at the edge.
///
/// Exit codes: 0 done; 1 error in the data; 2 error in the flags, the schema or the configuration;
/// 3 error of the machine (files, memory, network), a model that tells of too few customers in `tenure
/// audit`, a model that the key did not sign, drift in `tenure monitor`, or a challenger that is not
/// better in `tenure retrain`; 4 broken data in `tenure monitor`; 5 a challenger that waits for a person
/// in `tenure retrain`; 130 interrupted.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    console: Console,
    /// Configuration file to read instead of tenure.toml
    #[arg(long, global = true, help_heading = "Global options", value_name = "FILE")]
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
    Import(Box<import::Arguments>),
    Tune(tune::Arguments),
    Evaluate(evaluate::Arguments),
    Crossval(crossval::Arguments),
    Imbalance(imbalance::Arguments),
    Score(score::Arguments),
    Explain(explain::Arguments),
    Decide(decide::Arguments),
    Plan(plan::Arguments),
    Outcomes(outcomes::Arguments),
    Monitor(Box<monitor::Arguments>),
    Retrain(Box<retrain::Arguments>),
    Approve(retrain::ApproveArguments),
    Report(Box<report::Arguments>),
    Card(card::Arguments),
    Export(export::Arguments),
    Audit(audit::Arguments),
    Keygen(keygen::Arguments),
    Sign(sign::Arguments),
    Verify(verify::Arguments),
    Runs(runs::Arguments),
    Track(track::Arguments),
    Config(config::Arguments),
}

fn main() {
    // A panic over a damaged table is an error, which is printed.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !tenure_table::is_guarded() {
            hook(panic);
        }
    }));
    if let Err(failure) = run() {
        eprintln!("error: {}", printable(&failure.message));
        exit(failure.exit_code);
    }
}

fn run() -> Result<(), Failure> {
    let given: Vec<OsString> = std::env::args_os().collect();
    let (configuration, layered) = configuration::parse(Arguments::command(), &given)?;
    let Arguments { console, command, .. } =
        Arguments::from_arg_matches(&layered.matches).unwrap_or_else(|error| error.exit());
    let settings = ResolvedSettings::new(&configuration, &layered);
    match command {
        Command::Init(arguments) => init::run(&arguments, &console),
        Command::Sample(arguments) => sample::run(&arguments, &console),
        Command::Check(arguments) => check::run(&arguments, &console),
        Command::Train(arguments) => train::run(&arguments, &settings, &console),
        Command::Import(arguments) => import::run(&arguments, &console),
        Command::Tune(arguments) => tune::run(&arguments, &settings, &console),
        Command::Evaluate(arguments) => evaluate::run(&arguments, &console),
        Command::Crossval(arguments) => crossval::run(&arguments, &settings, &console),
        Command::Imbalance(arguments) => imbalance::run(&arguments, &console),
        Command::Score(arguments) => score::run(&arguments, &console),
        Command::Explain(arguments) => explain::run(&arguments, &console),
        Command::Decide(arguments) => decide::run(&arguments, &console),
        Command::Outcomes(arguments) => outcomes::run(&arguments, &console),
        Command::Monitor(arguments) => monitor::run(&arguments, &console),
        Command::Retrain(arguments) => retrain::run(&arguments, &settings, &console),
        Command::Approve(arguments) => retrain::approve(&arguments, &console),
        Command::Plan(arguments) => plan::run(&arguments, &console),
        Command::Report(arguments) => report::run(&arguments, &console),
        Command::Audit(arguments) => audit::run(&arguments, &console),
        Command::Card(arguments) => card::run(&arguments, &console),
        Command::Export(arguments) => export::run(&arguments, &console),
        Command::Keygen(arguments) => keygen::run(&arguments, &console),
        Command::Sign(arguments) => sign::run(&arguments, &console),
        Command::Verify(arguments) => verify::run(&arguments, &console),
        Command::Runs(arguments) => runs::run(&arguments, &console),
        Command::Track(arguments) => track::run(&arguments, &console),
        Command::Config(arguments) => config::run(&arguments, &configuration, &console),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// clap checks this in debug builds only, and the tests are release builds.
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

    /// `TENURE_A_B` is the key `b` of section `a`, or the key `a-b` of every section: never both.
    #[test]
    fn no_variable_sets_two_keys() {
        let command = Arguments::command();
        let settings =
            || command.get_subcommands().flat_map(|command| command.get_arguments().map(move |arg| (command, arg)));
        let of_all: Vec<String> = settings().filter_map(|(_, arg)| Some(arg.get_long()?.into())).collect();
        for (command, key) in settings().filter_map(|(command, arg)| Some((command.get_name(), arg.get_long()?))) {
            assert!(!of_all.contains(&format!("{command}-{key}")), "tenure {command} --{key}");
        }
    }
}
