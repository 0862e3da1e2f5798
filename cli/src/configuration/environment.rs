//! The environment as a layer: `TENURE_<SECTION>_<KEY>`, or `TENURE_<KEY>` for every command that
//! has the option.

use std::ffi::OsString;

use tenure_table::nearest;

use super::catalogue::{Catalogue, Setting};
use super::origin::{FILE_VARIABLE, Given, Origin};

const PREFIX: &str = "TENURE_";
/// Variables of the project's own tests and tools.
const OF_THE_TESTS: [&str; 4] = ["TENURE_ARTIFACT", "TENURE_CHROMIUM", "TENURE_MLFLOW", "TENURE_PAGE_PORT"];
/// MLflow's variables that set a key of every command that has it. Tenure's own variables win.
const OF_MLFLOW: [(&str, &str); 2] = [("MLFLOW_TRACKING_URI", "track"), ("MLFLOW_EXPERIMENT_NAME", "experiment")];

/// The variable that sets one option.
pub(super) fn variable(section: &[String], key: &str) -> String {
    let words = section.iter().map(String::as_str).chain([key]);
    let words: Vec<String> = words.map(|word| word.to_uppercase().replace('-', "_")).collect();
    format!("{PREFIX}{}", words.join("_"))
}

/// A variable's value, if it is set and not empty.
pub(super) fn value<'a>(variables: &'a [(OsString, OsString)], name: &str) -> Option<&'a OsString> {
    variables.iter().find(|(variable, value)| variable == name && !value.is_empty()).map(|(_, value)| value)
}

/// Reads the variables with our prefix; an empty one counts as not set.
pub(super) fn read(
    catalogue: &Catalogue,
    variables: &[(OsString, OsString)],
    problems: &mut Vec<String>,
) -> Vec<Given> {
    let mut known: Vec<(String, Option<&Setting>, &str)> = Vec::new();
    for setting in catalogue.settings() {
        known.push((variable(&setting.section, &setting.key), Some(setting), &setting.key));
    }
    for key in catalogue.keys(&[]) {
        known.push((variable(&[], key), None, key));
    }
    let mut given: Vec<Given> = Vec::new();
    for (name, key) in OF_MLFLOW {
        if let Some(value) = value(variables, name).and_then(|value| value.to_str())
            && catalogue.keys(&[]).contains(&key)
        {
            let (values, origin) = (vec![value.to_owned()], Origin::Variable(name.to_owned()));
            given.push(Given { section: None, key: key.to_owned(), values, origin });
        }
    }
    for (name, value) in variables {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        if name == FILE_VARIABLE || OF_THE_TESTS.contains(&name) || value.is_empty() {
            continue;
        }
        let Some((_, setting, key)) = known.iter().find(|(variable, ..)| variable == name) else {
            let names = known.iter().map(|(variable, ..)| &variable[PREFIX.len()..]);
            let hint = match nearest(&name[PREFIX.len()..], names) {
                Some(near) => format!("; the nearest is {PREFIX}{near}"),
                None => "; `tenure config` lists the keys".into(),
            };
            problems.push(format!("{name} sets no known key{hint}"));
            continue;
        };
        let Some(value) = value.to_str() else {
            problems.push(format!("{name} must be UTF-8 text"));
            continue;
        };
        let of_key = catalogue.settings().iter().find(|setting| setting.key == *key);
        let values = if setting.or(of_key).is_some_and(Setting::is_list) {
            value.split(',').map(|value| value.trim().to_owned()).collect()
        } else {
            vec![value.to_owned()]
        };
        let section = setting.map(|setting| setting.section.clone());
        let origin = Origin::Variable(name.to_owned());
        given.push(Given {
            section: section.filter(|section| !section.is_empty()),
            key: (*key).to_owned(),
            values,
            origin,
        });
    }
    given
}
