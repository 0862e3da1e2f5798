//! Reads the file and the environment, checks them, and adds their values to the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};
use tenure_table::unreadable;

use super::catalogue::{self, Catalogue, Setting};
use super::origin::{FILE_VARIABLE, Given, Origin};
use super::{environment, file};
use crate::failure::Failure;

/// The file that is read if it exists.
pub const FILE: &str = "tenure.toml";

/// The layers below the flags, checked.
#[derive(Debug)]
pub struct Configuration {
    catalogue: Catalogue,
    command: Command,
    /// The file that was read.
    pub file: Option<PathBuf>,
    given: Vec<Given>,
}

/// All layers together, and the values that did not come from flags.
#[derive(Debug)]
pub struct Layered {
    pub matches: ArgMatches,
    /// The subcommand, from the top.
    pub section: Vec<String>,
    pub(super) added: Vec<(Setting, Given)>,
}

impl Configuration {
    /// Reads the file and the environment. Reports all unknown keys, and all values that their
    /// options refuse.
    ///
    /// `arguments` are those of the process, the program's name first; of them only `--config`
    /// counts here.
    pub fn read(
        command: Command,
        arguments: &[OsString],
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Configuration, Failure> {
        let catalogue = Catalogue::new(&command);
        let command = catalogue::with_switches_off(command);
        let variables: Vec<(OsString, OsString)> = variables.collect();
        let mut problems = Vec::new();
        let named = given_by_flags(&command, arguments)
            .and_then(|matches| matches.try_get_one::<PathBuf>("config").ok().flatten().cloned())
            .or_else(|| environment::value(&variables, FILE_VARIABLE).map(PathBuf::from));
        let file = named.clone().unwrap_or_else(|| FILE.into());
        let file = (named.is_some() || file.exists()).then_some(file);
        let mut given = environment::read(&catalogue, &variables, &mut problems);
        if let Some(file) = &file {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Failure::usage(format!("{}: {}", file.display(), unreadable(&error))))?;
            given.extend(file::read(&catalogue, file, &text, &mut problems));
        }
        let configuration = Configuration { catalogue, command, file, given };
        for given in &configuration.given {
            if let Some(section) = &given.section
                && let Some(setting) = configuration.catalogue.find(section, &given.key)
            {
                problems.extend(configuration.refusal(setting, given));
            }
        }
        if problems.is_empty() { Ok(configuration) } else { Err(Failure::usage(problems.join("\n"))) }
    }

    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Parses the arguments together with the values of the lower layers.
    pub fn parse(&self, arguments: &[OsString]) -> Result<Layered, ParseError> {
        self.parse_as(&self.command, arguments)
    }

    /// Parses a command line, without the program's name, that need not be complete.
    pub fn parse_partly(&self, line: &[OsString]) -> Result<Layered, ParseError> {
        let program = OsString::from(self.command.get_name());
        let arguments: Vec<OsString> = std::iter::once(program).chain(line.iter().cloned()).collect();
        self.parse_as(&catalogue::with_nothing_required(self.command.clone()), &arguments)
    }

    fn parse_as(&self, command: &Command, arguments: &[OsString]) -> Result<Layered, ParseError> {
        let by_flags = given_by_flags(command, arguments).unwrap_or_default();
        let (section, leaf) = leaf(&by_flags);
        let is_flag = |setting: &Setting| leaf.value_source(&setting.id()) == Some(ValueSource::CommandLine);
        let mut added: Vec<(Setting, Given)> = Vec::new();
        // The arguments of `config` are another command line.
        if section.first().is_none_or(|name| name != "config") {
            added = self.lower_layers(&section, &is_flag);
        }
        let problems: Vec<String> = added.iter().filter_map(|(setting, given)| self.refusal(setting, given)).collect();
        if !problems.is_empty() {
            return Err(ParseError::Lower(Failure::usage(problems.join("\n"))));
        }
        let tokens = added.iter().flat_map(|(setting, given)| setting.tokens(&given.values));
        let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
        let mut all = arguments.to_vec();
        all.splice(end..end, tokens.map(OsString::from));
        match command.clone().try_get_matches_from(all) {
            Ok(matches) => Ok(Layered { matches, section, added }),
            Err(error) => Err(self.with_places(error, &added)),
        }
    }

    /// The values of the lower layers for a command, highest first, without those that conflict
    /// with a higher layer.
    fn lower_layers(&self, section: &[String], is_flag: &dyn Fn(&Setting) -> bool) -> Vec<(Setting, Given)> {
        let settings = self.catalogue.of(section);
        let found = settings.iter().filter(|setting| !is_flag(setting)).filter_map(|setting| {
            let given = self.given(setting)?;
            Some(((*setting).clone(), given.clone()))
        });
        let mut found: Vec<(Setting, Given)> = found.collect();
        found.sort_by_key(|(_, given)| std::cmp::Reverse(given.origin.rank()));
        let mut holds: Vec<(&Setting, u8)> = Vec::new();
        holds.extend(settings.iter().filter(|setting| is_flag(setting)).map(|setting| (*setting, Origin::Flag.rank())));
        let mut added = Vec::new();
        for (setting, given) in found {
            let rank = given.origin.rank();
            let excluded = holds.iter().any(|(other, higher)| *higher > rank && setting.conflicts(other));
            if !excluded {
                let setting_ref = settings.iter().find(|other| other.key == setting.key);
                holds.extend(setting_ref.map(|setting| (*setting, rank)));
                added.push((setting, given));
            }
        }
        added
    }

    /// The value of the highest layer below the flags.
    fn given(&self, setting: &Setting) -> Option<&Given> {
        let of = self.given.iter().filter(|given| {
            given.key == setting.key && given.section.as_ref().is_none_or(|section| *section == setting.section)
        });
        // `max_by_key` takes the last of equals, which are only a variable of MLflow and then our
        // own.
        of.max_by_key(|given| (given.origin.rank(), given.section.is_some()))
    }

    /// Why the option's own parser refuses a value.
    fn refusal(&self, setting: &Setting, given: &Given) -> Option<String> {
        let program = self.command.get_name().to_owned();
        let line = std::iter::once(program).chain(setting.section.iter().cloned());
        let error = self.command.clone().try_get_matches_from(line.chain(setting.tokens(&given.values))).err()?;
        let about_value = matches!(
            error.kind(),
            ErrorKind::InvalidValue
                | ErrorKind::ValueValidation
                | ErrorKind::TooManyValues
                | ErrorKind::TooFewValues
                | ErrorKind::WrongNumberOfValues
                | ErrorKind::NoEquals
                | ErrorKind::UnknownArgument
        );
        about_value.then(|| format!("{}: {}", given.origin, first_words(&error)))
    }

    /// Adds to clap's error the origin of each option in it that is not a flag.
    fn with_places(&self, error: Error, added: &[(Setting, Given)]) -> ParseError {
        let text = error.to_string();
        let mentioned = added.iter().filter(|(setting, _)| {
            let name = format!("--{}", setting.key);
            let after = text.match_indices(&name).map(|(at, _)| text[at + name.len()..].chars().next());
            after.into_iter().any(|next| next.is_none_or(|next| !next.is_alphanumeric() && next != '-'))
        });
        let places: Vec<String> =
            mentioned.map(|(setting, given)| format!("--{} comes from {}", setting.key, given.origin)).collect();
        if places.is_empty() {
            return ParseError::Flags(Box::new(error));
        }
        ParseError::Lower(Failure::usage(format!("{}\n{}", first_words(&error), places.join("\n"))))
    }
}

/// Why the arguments are refused.
#[derive(Debug)]
pub enum ParseError {
    /// clap's error with its usage lines; also help and version.
    Flags(Box<Error>),
    /// An error that involves a lower layer.
    Lower(Failure),
}

/// clap's message without its label and the usage below it.
fn first_words(error: &Error) -> String {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let end = text.find("\n\nUsage").or_else(|| text.find("\n\nFor more")).unwrap_or(text.len());
    text[..end].trim_end().replace("\n\n", "\n")
}

/// The flags as far as they can be parsed; errors are reported later.
fn given_by_flags(command: &Command, arguments: &[OsString]) -> Option<ArgMatches> {
    command.clone().ignore_errors(true).try_get_matches_from(arguments).ok()
}

/// The subcommand, from the top, and its matches.
pub(super) fn leaf(matches: &ArgMatches) -> (Vec<String>, &ArgMatches) {
    let (mut section, mut leaf) = (Vec::new(), matches);
    while let Some((name, matches)) = leaf.subcommand() {
        section.push(name.to_owned());
        leaf = matches;
    }
    (section, leaf)
}

/// Says how a table is named, where a file stands among the arguments that no argument takes.
fn with_table_tip(mut error: Error) -> Error {
    let is_file = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => std::path::Path::new(argument).is_file(),
        _ => false,
    };
    // The usage names --data where it is missing.
    if error.kind() == ErrorKind::UnknownArgument && is_file && error.to_string().contains("--data <") {
        let tip = StyledStr::from("name a table with --data");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

/// Reads the layers and parses the arguments. Ends the process for help, version and wrong flags,
/// as clap does.
pub fn parse(command: Command, arguments: &[OsString]) -> Result<(Configuration, Layered), Failure> {
    // Before switches take `=false`, which help need not show.
    if let Err(error) = command.clone().try_get_matches_from(arguments)
        && matches!(
            error.kind(),
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        )
    {
        error.exit();
    }
    let configuration = Configuration::read(command, arguments, std::env::vars_os())?;
    match configuration.parse(arguments) {
        Ok(layered) => Ok((configuration, layered)),
        Err(ParseError::Flags(error)) => with_table_tip(*error).exit(),
        Err(ParseError::Lower(failure)) => Err(failure),
    }
}
