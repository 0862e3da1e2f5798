//! `tenure.toml` as a layer: a table for each command, keys above all tables for every command that
//! has the option.

use std::collections::BTreeSet;
use std::path::Path;

use tenure_table::nearest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::catalogue::Catalogue;
use super::origin::{Given, Origin};

/// Reads the file. Unknown keys and sections, and values of a wrong shape, are problems with their
/// line.
pub(super) fn read(catalogue: &Catalogue, file: &Path, text: &str, problems: &mut Vec<String>) -> Vec<Given> {
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            problems.push(format!("{}: {}", file.display(), error.to_string().trim_end()));
            return Vec::new();
        }
    };
    let mut reader = Reader { catalogue, file, text, problems, given: Vec::new() };
    reader.section(&[], table.get_ref());
    reader.given
}

struct Reader<'a> {
    catalogue: &'a Catalogue,
    file: &'a Path,
    text: &'a str,
    problems: &'a mut Vec<String>,
    given: Vec<Given>,
}

impl Reader<'_> {
    fn section(&mut self, section: &[String], table: &DeTable) {
        let mut seen = BTreeSet::new();
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let line = 1 + self.text[..name.span().start].matches('\n').count();
            let key = name.get_ref().replace('_', "-");
            if let Some(table) = value.get_ref().as_table() {
                self.table(section, &key, line, table);
                continue;
            }
            let known = if section.is_empty() {
                self.catalogue.keys(&[]).contains(&key.as_str())
            } else {
                self.catalogue.find(section, &key).is_some()
            };
            if !known {
                self.unknown_key(section, name.get_ref(), line);
            } else if !seen.insert(key.clone()) {
                self.problem(line, format!("`{}` is given twice in its section; keep one", name.get_ref()));
            } else {
                match values(value) {
                    Some(values) => self.given.push(Given {
                        section: (!section.is_empty()).then(|| section.to_vec()),
                        key,
                        values,
                        origin: Origin::File { file: self.file.into(), line },
                    }),
                    None => self.problem(line, format!("`{}` must be a value or a list of values", name.get_ref())),
                }
            }
        }
    }

    fn table(&mut self, section: &[String], name: &str, line: usize, table: &DeTable) {
        let mut inner = section.to_vec();
        inner.push(name.to_owned());
        if self.catalogue.sections().contains(&inner) {
            return self.section(&inner, table);
        }
        if self.catalogue.find(section, name).is_some() {
            return self.problem(line, format!("`{name}` must be a value or a list of values"));
        }
        let siblings = self.catalogue.sections().iter().filter(|other| other.starts_with(section));
        let names: Vec<&str> = siblings.filter_map(|other| other.get(section.len())).map(String::as_str).collect();
        let hint = match nearest(name, names.iter().copied()) {
            Some(near) => format!("the nearest is [{}]", join(section, near)),
            None if names.is_empty() => format!("[{}] has none below it", section.join(".")),
            None => format!("the sections are {}", listed(names)),
        };
        self.problem(line, format!("[{}] is no section; {hint}", join(section, name)));
    }

    fn unknown_key(&mut self, section: &[String], name: &str, line: usize) {
        let keys = self.catalogue.keys(section);
        let place = if section.is_empty() { String::new() } else { format!(" of [{}]", section.join(".")) };
        let hint = match nearest(name, keys.iter().copied()) {
            Some(near) => format!("the nearest is `{near}`"),
            None => format!("the keys are {}", listed(keys)),
        };
        self.problem(line, format!("`{name}` is no key{place}; {hint}"));
    }

    fn problem(&mut self, line: usize, problem: String) {
        self.problems.push(format!("{}, line {line}: {problem}", self.file.display()));
    }
}

fn join(section: &[String], name: &str) -> String {
    section.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join(".")
}

fn listed(mut names: Vec<&str>) -> String {
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// The texts of a value or a flat list of them.
fn values(value: &Spanned<DeValue>) -> Option<Vec<String>> {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().map(|item| text(item.get_ref())).collect(),
        value => text(value).map(|text| vec![text]),
    }
}

fn text(value: &DeValue) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        // toml has removed the underscores; other bases are turned into decimals here.
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().trim_start_matches('+').to_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(|n| n.to_string()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(switch) => Some(switch.to_string()),
        DeValue::Datetime(date) => Some(date.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
