//! The rules for column names.

use std::collections::HashMap;
use std::path::Path;

use super::error::{TableError, TableRule};

/// A column whose type holds more than one text, number or boolean in a row; its cells read as
/// [`Value::Absent`].
///
/// [`Value::Absent`]: tenure::customer::Value::Absent
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedColumn {
    /// The column's name.
    pub name: String,
    /// The type, as Arrow names it.
    pub kind: String,
}

/// Checks the names of a text file's header. A column without a name is named after its position:
/// pandas writes row numbers in such a column.
pub(super) fn check(path: &Path, line: u64, mut names: Vec<String>) -> Result<Vec<String>, TableError> {
    let numbers = names.iter().filter(|name| name.parse::<f64>().is_ok()).count();
    let error = |rule, message: String| Err(TableError::new(path, rule, message).at_line(line));
    if names.iter().all(String::is_empty) {
        return error(TableRule::Header, "the first line has no column names".into());
    }
    if numbers > 0 && numbers * 2 >= names.len() {
        let message = format!(
            "no header: {numbers} of {} column names are numbers ({}); write the names of the columns on the first line",
            names.len(),
            quoted(names.iter().filter(|name| name.parse::<f64>().is_ok()))
        );
        return error(TableRule::Header, message);
    }
    for (index, name) in names.iter_mut().enumerate().filter(|(_, name)| name.is_empty()) {
        *name = format!("column {}", index + 1);
    }
    unique(path, &names).map_err(|error| {
        let mut error = error.at_line(line);
        if numbers > 0 {
            error.message += "; does the first line name the columns?";
        }
        error
    })?;
    Ok(names)
}

/// Checks that names are unique; the error lists all that are not.
pub(super) fn unique(path: &Path, names: &[String]) -> Result<(), TableError> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        places.entry(name).or_default().push(index + 1);
    }
    let mut repeated: Vec<_> = places.into_iter().filter(|(_, places)| places.len() > 1).collect();
    if repeated.is_empty() {
        return Ok(());
    }
    repeated.sort_by_key(|(_, places)| places[0]);
    let list: Vec<_> = repeated
        .iter()
        .map(|(name, places)| {
            let places: Vec<_> = places.iter().map(usize::to_string).collect();
            format!("{name:?} (columns {})", places.join(", "))
        })
        .collect();
    Err(TableError::new(
        path,
        TableRule::UniqueColumns,
        format!("column names must be unique; rename all but one of {}", list.join(", ")),
    ))
}

fn quoted<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let list: Vec<_> = names.take(3).map(|name| format!("{name:?}")).collect();
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{file, refusal};
    use super::super::{Source, TableRule};

    #[test]
    fn a_missing_header_is_noticed() {
        let error = refusal("KS,128,415,yes,25\nOH,107,415,no,26\n");
        assert!(error.rule == TableRule::Header && error.message.contains("\"128\", \"415\", \"25\""), "{error}");
        assert_eq!(refusal(",,\n1,2,3\n").rule, TableRule::Header);
        // One year among the names is none the less a header.
        assert!(Source::open(file("id,plan,2024\n1,a,2\n").path()).is_ok());
    }

    #[test]
    fn repeated_columns_are_all_listed() {
        let error = refusal("a,b, a,c,b\n1,2,3,4,5\n");
        assert_eq!(error.rule, TableRule::UniqueColumns);
        assert!(error.message.contains("\"a\" (columns 1, 3), \"b\" (columns 2, 5)"), "{error}");
        let error = refusal("id-1,No,No,29.85\nid-2,No,Yes,10\n");
        assert!(error.message.ends_with("does the first line name the columns?"), "{error}");
    }

    #[test]
    fn a_column_without_a_name_is_called_after_its_place() {
        let source = Source::open(file(",a,\n0,1,2\n").path()).unwrap();
        assert_eq!(source.columns(), ["column 1", "a", "column 3"]);
    }
}
