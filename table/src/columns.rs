//! Finds a schema's fields among the columns of a table by name, and the nearest names for fields
//! that it lacks.

use std::path::PathBuf;

use tenure::schema::Schema;

use super::header::RefusedColumn;
use super::source::Source;

/// The places of a schema's fields in a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    /// Column of each field, in schema order.
    pub fields: Vec<usize>,
    /// Column of the target, where the table has it.
    pub target: Option<usize>,
    /// Columns of the table that the schema does not name.
    pub extra: Vec<String>,
}

/// Why a table does not fit a schema: all columns that it lacks, or has with a type that is
/// refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}: the table does not fit the schema {name:?}:{}\n  the table has the columns {}", file.display(), self.list(), listed(columns))]
pub struct ColumnsError {
    /// The table.
    pub file: PathBuf,
    /// Name of the schema.
    pub name: String,
    /// Columns that are not there.
    pub absent: Vec<AbsentColumn>,
    /// Columns of a type that is refused.
    pub refused: Vec<RefusedColumn>,
    /// The columns of the table.
    pub columns: Vec<String>,
}

/// A column that is not there, and the column whose name is nearest to it.
#[derive(Clone, Debug, PartialEq)]
pub struct AbsentColumn {
    /// The name that the schema has.
    pub name: String,
    /// The column of the table with the nearest name, if one is near.
    pub nearest: Option<String>,
    /// Whether it is the target.
    pub is_target: bool,
}

impl ColumnsError {
    fn list(&self) -> String {
        let absent = self.absent.iter().map(|column| {
            let target = if column.is_target { ", the target, which says who left" } else { "" };
            let nearest = column.nearest.as_ref().map(|nearest| format!("; the nearest is `{nearest}`"));
            format!("\n  no column `{}`{target}{}", column.name, nearest.unwrap_or_default())
        });
        let refused = self.refused.iter().map(|RefusedColumn { name, kind }| {
            format!("\n  column `{name}` is of type {kind}; it must be a text, a number or a boolean")
        });
        absent.chain(refused).collect()
    }
}

impl Columns {
    /// Finds the schema's fields in the table, and the target, which must be there if
    /// `target_needed`.
    pub fn find(source: &Source, schema: &Schema, target_needed: bool) -> Result<Columns, ColumnsError> {
        let position = |name: &str| source.columns().iter().position(|column| column == name);
        let target = position(&schema.target.field);
        let mut needed: Vec<&str> = schema.fields.iter().map(|field| field.name.as_str()).collect();
        if target_needed {
            needed.push(&schema.target.field);
        }
        // A column that the schema names is no misspelling of another name.
        let free: Vec<&str> =
            source.columns().iter().map(String::as_str).filter(|column| !needed.contains(column)).collect();
        let absent = needed.iter().filter(|name| position(name).is_none()).map(|&name| AbsentColumn {
            name: name.into(),
            nearest: nearest(name, free.iter().copied()).map(Into::into),
            is_target: name == schema.target.field,
        });
        let refused = source.refused().iter().filter(|column| needed.contains(&column.name.as_str()));
        let error = ColumnsError {
            file: source.path().into(),
            name: schema.name.clone(),
            absent: absent.collect(),
            refused: refused.cloned().collect(),
            columns: source.columns().to_vec(),
        };
        if !error.absent.is_empty() || !error.refused.is_empty() {
            return Err(error);
        }
        let known = |column: &String| {
            schema.field_index(column).is_some()
                || *column == schema.target.field
                || schema.identifiers.contains(column)
                || schema.ignored.contains(column)
        };
        Ok(Columns {
            fields: schema.fields.iter().filter_map(|field| position(&field.name)).collect(),
            target: target.filter(|_| target_needed || !is_refused(source, &schema.target.field)),
            extra: source.columns().iter().filter(|column| !known(column)).cloned().collect(),
        })
    }
}

/// Names of columns for a message; the first of many.
pub fn listed(columns: &[String]) -> String {
    const SHOWN: usize = 20;
    let shown = columns.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match columns.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn is_refused(source: &Source, name: &str) -> bool {
    source.refused().iter().any(|column| column.name == name)
}

/// The candidate with the fewest edits from `name` (optimal string alignment: a swap of neighbours
/// is one edit). Letter case and punctuation do not count. `None` if more than a third of the
/// letters would change.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let name = letters(name);
    let close = candidates.filter_map(|candidate| {
        let other = letters(candidate);
        let distance = strsim::osa_distance(&name, &other);
        (distance * 3 <= name.chars().count().max(other.chars().count())).then_some((distance, candidate))
    });
    close.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::file;
    use super::*;

    const SCHEMA: &str = r#"
schema_version = 1
name = "small"
identifiers = ["id"]
target = { field = "Churn", positive = "Yes" }
fields = [{ name = "tenure", kind = "number" }, { name = "Monthly", kind = "number" }]
"#;

    fn find(header: &str, target_needed: bool) -> Result<Columns, ColumnsError> {
        let file = file(format!("{header}\n{}\n", header.replace(|c: char| c != ',', "")));
        Columns::find(&Source::open(file.path()).unwrap(), &toml::from_str(SCHEMA).unwrap(), target_needed)
    }

    #[test]
    fn fields_are_found_by_name_in_any_order() {
        let columns = find("Churn,note,Monthly,id,tenure", true).unwrap();
        assert_eq!(columns, Columns { fields: vec![4, 2], target: Some(0), extra: vec!["note".into()] });
        assert_eq!(find("tenure,Monthly", false).unwrap().target, None);
    }

    #[test]
    fn what_is_absent_comes_at_once_with_the_nearest_name() {
        let error = find("id,Tenure ,monthly_,charges", true).unwrap_err();
        let text = error.to_string();
        for part in ["schema \"small\"", "`tenure`; the nearest is `Tenure`", "`Monthly`; the nearest is `monthly_`"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let target = "no column `Churn`, the target, which says who left\n";
        assert!(text.contains(target) && text.ends_with("columns id, Tenure, monthly_, charges"), "{text}");
        let many: Vec<String> = (0..22).map(|column| column.to_string()).collect();
        assert!(listed(&many).ends_with("18, 19 and 2 more"), "{}", listed(&many));
    }

    #[test]
    fn nearest_counts_edits() {
        let near = |name| nearest(name, ["total_charge", "tenure", "x"].into_iter());
        assert_eq!(near("TotalCharges"), Some("total_charge"));
        assert_eq!(near("tenuer"), Some("tenure"));
        assert_eq!(nearest("trian", ["train"].into_iter()), Some("train"));
        assert_eq!(near("gender"), None);
    }
}
