//! The effective configuration: every option of a command, its value and its origin.

use clap::parser::ValueSource;
use serde::Serialize;

use super::catalogue::{Catalogue, Setting};
use super::environment;
use super::layers::{Configuration, Layered, leaf};
use super::origin::{Given, Origin};

/// The value of one option.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effective {
    /// The environment variable that sets it.
    pub variable: String,
    /// As text; empty if nothing is set and the command decides.
    pub values: Vec<String>,
    /// `flag`, `environment`, `file` or `default`; `not set` without a value.
    pub layer: &'static str,
    /// The name of the variable, the file and its line, or else the layer.
    pub source: String,
}

/// The options of the command that was parsed, by name.
pub fn effective<'a>(catalogue: &'a Catalogue, layered: &Layered) -> Vec<(&'a Setting, Effective)> {
    let (_, matches) = leaf(&layered.matches);
    let of = catalogue.of(&layered.section).into_iter().map(|setting| {
        let added = layered.added.iter().find(|(other, _)| other.key == setting.key);
        let id = setting.id();
        let raw = matches.try_get_raw(&id).ok().flatten();
        let parsed: Vec<String> =
            raw.map(|raw| raw.map(|value| value.to_string_lossy().into_owned()).collect()).unwrap_or_default();
        let layer = match (added, matches.value_source(&id)) {
            (Some((_, Given { origin: Origin::File { .. }, .. })), _) => "file",
            (Some(_), _) => "environment",
            (None, Some(ValueSource::CommandLine)) => "flag",
            (None, _) if parsed.is_empty() => "not set",
            (None, _) => "default",
        };
        let (values, source) =
            added.map_or((parsed, layer.into()), |(_, given)| (given.values.clone(), given.origin.to_string()));
        let values = values.into_iter().map(|value| without_secrets(&setting.key, value)).collect();
        (setting, Effective { variable: environment::variable(&setting.section, &setting.key), values, layer, source })
    });
    of.collect()
}

/// The settings of the command that runs, defaults included: keys and values as text, several
/// values with commas.
#[derive(Clone, Debug, Default)]
pub struct ResolvedSettings(pub Vec<(String, String)>);

impl ResolvedSettings {
    pub fn new(configuration: &Configuration, layered: &Layered) -> ResolvedSettings {
        let all = effective(configuration.catalogue(), layered).into_iter();
        let set = all.filter(|(_, effective)| !effective.values.is_empty());
        ResolvedSettings(set.map(|(setting, effective)| (setting.key.clone(), effective.values.join(","))).collect())
    }
}

/// Hides secrets: the value of a key that names one, and the password in an address.
fn without_secrets(key: &str, value: String) -> String {
    if ["password", "token", "secret"].iter().any(|word| key.contains(word)) {
        return "(hidden)".into();
    }
    let Some((scheme, rest)) = value.split_once("://") else { return value };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    match authority.rsplit_once('@') {
        Some((user, _)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:(hidden)@{}", &rest[authority.rfind('@').map_or(0, |at| at + 1)..])
        }
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden() {
        for (key, value, shown) in [
            ("track", "https://ann:s3cret@host:5000/a@b", "https://ann:(hidden)@host:5000/a@b"),
            ("track", "https://t0ken@host", "https://t0ken:(hidden)@host"),
            ("track", "http://host/x?a=b@c", "http://host/x?a=b@c"),
            ("token", "abc", "(hidden)"),
            ("data", "a@b.csv", "a@b.csv"),
        ] {
            assert_eq!(without_secrets(key, value.into()), shown);
        }
    }
}
