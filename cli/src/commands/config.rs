//! `tenure config`: the effective configuration, and the origin of each value.

use std::ffi::OsString;

use serde_json::{Map, Value, json};

use crate::configuration::{Configuration, Effective, ParseError, Setting, effective};
use crate::console::Console;
use crate::failure::Failure;

/// Show the effective configuration and the origin of each value
///
/// Flags win over the environment, the environment over tenure.toml, and that over defaults. The
/// output is a valid tenure.toml. A key without a value is a comment: the command decides it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Command with flags, as in `tenure config train --seed 3`; all commands by default
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

pub fn run(arguments: &Arguments, configuration: &Configuration, console: &Console) -> Result<(), Failure> {
    let one = (!arguments.command.is_empty()).then(|| arguments.command.clone());
    let lines: Vec<Vec<OsString>> = match one {
        Some(line) => vec![line],
        None => {
            let sections = configuration.catalogue().sections().iter();
            sections.map(|section| section.iter().map(OsString::from).collect()).collect()
        }
    };
    let mut sections: Vec<Section> = Vec::new();
    for line in lines {
        let layered = configuration.parse_partly(&line).map_err(|error| match error {
            ParseError::Flags(error) => Failure::usage(error.to_string().trim_start_matches("error: ").trim_end()),
            ParseError::Lower(failure) => failure,
        })?;
        let values = effective(configuration.catalogue(), &layered);
        sections.push((layered.section, values));
    }
    if arguments.json {
        console.print(format!("{:#}", document(configuration, &sections)));
    } else {
        console.print(text(configuration, &sections).trim_end());
    }
    Ok(())
}

/// The subcommands that lead to a command, and its options.
type Section<'a> = (Vec<String>, Vec<(&'a Setting, Effective)>);

fn document(configuration: &Configuration, sections: &[Section]) -> Value {
    let values = |of: &[(&Setting, Effective)]| -> Map<String, Value> {
        of.iter().map(|(setting, effective)| (setting.key.clone(), json!(effective))).collect()
    };
    let sections: Map<String, Value> =
        sections.iter().map(|(section, of)| (section.join(" "), values(of).into())).collect();
    json!({ "file": configuration.file, "commands": sections })
}

fn text(configuration: &Configuration, sections: &[Section]) -> String {
    let mut text = match &configuration.file {
        Some(file) => format!("# {} < environment < flags\n", file.display()),
        None => "# no tenure.toml here; environment < flags\n".to_owned(),
    };
    let mut every: Vec<&str> = Vec::new();
    for (section, of) in sections {
        // Options of every command come before the sections, once.
        let (top, own): (Vec<_>, Vec<_>) = of.iter().partition(|(setting, _)| setting.section.is_empty());
        for (setting, effective) in top {
            if !every.contains(&setting.key.as_str()) {
                every.push(&setting.key);
                text += &line(&setting.key, effective);
            }
        }
        if !own.is_empty() {
            text += &format!("\n[{}]\n", section.join("."));
        }
        own.into_iter().for_each(|(setting, effective)| text += &line(&setting.key, effective));
    }
    text
}

fn line(key: &str, Effective { values, source, .. }: &Effective) -> String {
    let value = match &values[..] {
        [] => return format!("{:<44} # {source}\n", format!("# {key} =")),
        [value] => literal(value),
        values => format!("[{}]", values.iter().map(|value| literal(value)).collect::<Vec<_>>().join(", ")),
    };
    format!("{:<44} # {source}\n", format!("{key} = {value}"))
}

/// A number, `true` or `false` as it is, anything else in quotes.
fn literal(value: &str) -> String {
    let is_plain = |value: &str| {
        toml::from_str::<toml::Table>(&format!("x = {value}")).is_ok_and(|table| {
            matches!(table["x"], toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_))
        })
    };
    if is_plain(value) { value.to_owned() } else { toml::Value::String(value.to_owned()).to_string() }
}
