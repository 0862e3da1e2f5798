//! The list of settings: every long option of every subcommand, from clap's definition of the
//! command.

use clap::builder::ArgAction;
use clap::{Arg, Command, value_parser};

/// Options that are no settings.
const NO_SETTINGS: [&str; 3] = ["config", "help", "version"];
/// The command that shows the configuration; its own options are no settings.
const SHOWS: &str = "config";

/// One option of one command.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The subcommands that lead to it; empty for an option of every command.
    pub section: Vec<String>,
    /// The long name of the option.
    pub key: String,
    pub arg: Arg,
    /// Long names of the options that exclude it.
    excluded: Vec<String>,
}

/// Every option there is.
#[derive(Clone, Debug)]
pub struct Catalogue {
    settings: Vec<Setting>,
    /// Every command, groups of commands among them.
    sections: Vec<Vec<String>>,
}

impl Catalogue {
    pub fn new(command: &Command) -> Catalogue {
        let mut catalogue = Catalogue { settings: Vec::new(), sections: Vec::new() };
        catalogue.add(command, Vec::new());
        catalogue
    }

    fn add(&mut self, command: &Command, section: Vec<String>) {
        for arg in command.get_arguments() {
            let Some(key) = arg.get_long().filter(|key| !NO_SETTINGS.contains(key)) else { continue };
            let excluded = command.get_arg_conflicts_with(arg).into_iter().filter_map(Arg::get_long);
            self.settings.push(Setting {
                section: section.clone(),
                key: key.to_owned(),
                arg: arg.clone(),
                excluded: excluded.map(Into::into).collect(),
            });
        }
        for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != SHOWS) {
            let mut inner = section.clone();
            inner.push(subcommand.get_name().to_owned());
            self.sections.push(inner.clone());
            self.add(subcommand, inner);
        }
    }

    pub fn sections(&self) -> &[Vec<String>] {
        &self.sections
    }

    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    pub fn find(&self, section: &[String], key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.section == section && setting.key == key)
    }

    /// The settings of a command: its own, and those that every command has.
    pub fn of(&self, section: &[String]) -> Vec<&Setting> {
        self.settings.iter().filter(|setting| setting.section.is_empty() || setting.section == section).collect()
    }

    /// The keys of a section, sorted. The top has the keys of all sections.
    pub fn keys(&self, section: &[String]) -> Vec<&str> {
        let of = self.settings.iter().filter(|setting| section.is_empty() || setting.section == section);
        let mut keys: Vec<&str> = of.map(|setting| setting.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

impl Setting {
    pub fn id(&self) -> String {
        self.arg.get_id().as_str().to_owned()
    }

    /// Whether the option is on or off and takes no value.
    pub fn is_switch(&self) -> bool {
        matches!(self.arg.get_action(), ArgAction::SetTrue)
    }

    pub(super) fn conflicts(&self, other: &Setting) -> bool {
        self.excluded.contains(&other.key) || other.excluded.contains(&self.key)
    }

    /// The command-line arguments for these values.
    pub(super) fn tokens(&self, values: &[String]) -> Vec<String> {
        let name = format!("--{}", self.key);
        if self.is_switch() && values == ["false"] {
            return Vec::new();
        }
        if matches!(self.arg.get_action(), ArgAction::Append) {
            return values.iter().map(|value| format!("{name}={value}")).collect();
        }
        let many = self.arg.get_num_args().is_some_and(|range| range.max_values() > 1);
        if many && self.arg.get_value_delimiter().is_none() {
            return std::iter::once(name).chain(values.iter().cloned()).collect();
        }
        vec![format!("{name}={}", values.join(&self.arg.get_value_delimiter().unwrap_or(',').to_string()))]
    }

    /// Whether the option takes several values, so that a variable separates them by commas.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.arg.get_action(), ArgAction::Append)
            || self.arg.get_num_args().is_some_and(|range| range.max_values() > 1)
    }
}

/// The command with `--switch=false` beside `--switch`, so that a flag can undo a lower layer.
pub(super) fn with_switches_off(command: Command) -> Command {
    let change = |arg: Arg| {
        if !matches!(arg.get_action(), ArgAction::SetTrue) {
            return arg;
        }
        let switch = arg.action(ArgAction::Set).num_args(0..=1).require_equals(true);
        switch.default_missing_value("true").default_value("false").value_parser(value_parser!(bool))
    };
    command.mut_args(change).mut_subcommands(with_switches_off)
}

/// The command with no required arguments.
pub(super) fn with_nothing_required(command: Command) -> Command {
    let command = command.mut_args(|arg| arg.required(false)).mut_subcommands(with_nothing_required);
    command.subcommand_required(false).arg_required_else_help(false)
}
