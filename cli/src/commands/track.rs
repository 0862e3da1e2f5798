//! `tenure track sync`: sends to a tracking server what could not be sent when it came up.

use std::path::PathBuf;

use crate::failure::{ENVIRONMENT, Failure};
use crate::output::{Output, interrupted};
use crate::runs::{FOLDER, RunStore};
use crate::tracking::{Client, Delivered, Order, Patience, Server, deliver};

/// Deliver runs to an MLflow server
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Sync(Sync),
}

/// Send what a server does not have yet, in order, each thing once
///
/// For every run that was tracked (`tenure train --track …`) and is not whole on its server, oldest first. It can be
/// stopped and started again at any time.
#[derive(Debug, clap::Args)]
pub struct Sync {
    /// The folder of the runs
    #[arg(long, value_name = "FOLDER", default_value = FOLDER)]
    pub runs: PathBuf,
    /// Send to this server, in place of the one that each run was tracked to
    #[arg(long, value_name = "URI")]
    pub track: Option<String>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let Command::Sync(sync) = &arguments.command;
    let store = RunStore::new(&sync.runs);
    let (mut sent, mut waiting) = (0, 0);
    let mut problems = Vec::new();
    for id in store.ids()? {
        if interrupted() {
            return Err(Failure::new(crate::failure::INTERRUPTED, "interrupted; the rest is sent next time"));
        }
        let Some(order) = Order::read(&store, &id)? else { continue };
        let uri = sync.track.as_deref().filter(|uri| !uri.is_empty() && *uri != "none").unwrap_or(&order.uri);
        let client = Client::new(&Server::from_environment(uri)?, Patience::LONG);
        match deliver(&store, &id, &client) {
            Ok(Delivered::Now) => {
                sent += 1;
                output.say(format!("{id}: sent to {}", client.uri()));
            }
            Ok(Delivered::SoFar | Delivered::Busy) => {
                waiting += 1;
                output.say(format!("{id}: goes on, or is being sent by another process"));
            }
            Ok(Delivered::Before | Delivered::NotOrdered) => {}
            // The next run would wait for the same silence.
            Err(error) if error.is_of_the_connection() => return Err(error.into()),
            Err(error) => problems.push(format!("{id}: {error}")),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::new(ENVIRONMENT, problems.join("\n")));
    }
    output.say(match (sent, waiting) {
        (0, 0) => "nothing to send".to_owned(),
        (sent, 0) => format!("{sent} runs sent"),
        (sent, waiting) => format!("{sent} runs sent, {waiting} go on"),
    });
    Ok(())
}
