//! `tenure track sync`: sends runs that a tracking server does not have yet.

use std::path::PathBuf;

use crate::console::{Console, interrupted};
use crate::failure::{ENVIRONMENT, Failure};
use crate::runs::{FOLDER, RunStore};
use crate::tracking::{Client, Delivered, Order, Server, Timeouts, deliver};

/// Send runs to an MLflow server
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Sync(Sync),
}

/// Send the runs that a server does not have yet
///
/// Sends every run that was made with --track and is not complete on its server, oldest first. You
/// can stop and restart it at any time.
#[derive(Debug, clap::Args)]
pub struct Sync {
    /// Folder of the runs
    #[arg(long, value_name = "FOLDER", default_value = FOLDER)]
    pub runs: PathBuf,
    /// Server to send to, instead of the one that each run was made with
    #[arg(long, value_name = "URI")]
    pub track: Option<String>,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let Command::Sync(sync) = &arguments.command;
    let store = RunStore::new(&sync.runs);
    let (mut sent, mut waiting) = (0, 0);
    let mut problems = Vec::new();
    for id in store.ids()? {
        if interrupted() {
            return Err(Failure::new(crate::failure::INTERRUPTED, "interrupted; the same command sends the rest"));
        }
        let Some(order) = Order::read(&store, &id)? else { continue };
        let uri = sync.track.as_deref().filter(|uri| !uri.is_empty() && *uri != "none").unwrap_or(&order.uri);
        let client = Client::new(&Server::from_environment(uri)?, Timeouts::LONG);
        match deliver(&store, &id, &client) {
            Ok(Delivered::Now) => {
                sent += 1;
                console.say(format!("{id}: sent to {}", client.uri()));
            }
            Ok(Delivered::SoFar | Delivered::Busy) => {
                waiting += 1;
                console.say(format!("{id}: still running, or being sent by another process"));
            }
            Ok(Delivered::Before | Delivered::NotOrdered) => {}
            // The next run would fail in the same way.
            Err(error) if error.is_of_the_connection() => return Err(error.into()),
            Err(error) => problems.push(format!("{id}: {error}")),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::new(ENVIRONMENT, problems.join("\n")));
    }
    console.say(match (sent, waiting) {
        (0, 0) => "nothing to send".to_owned(),
        (sent, 0) => format!("{sent} runs sent"),
        (sent, waiting) => format!("{sent} runs sent, {waiting} still running"),
    });
    Ok(())
}
