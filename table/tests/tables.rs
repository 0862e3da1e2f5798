//! The tables of `tests/tables`, which the page's module reads with the same results
//! (`www/tests/reading.spec.ts`).

use std::fs;
use std::path::PathBuf;

use serde_json::{Value as Json, json};
use tenure::customer::Value;
use tenure_table::{Batch, BrokenLines, Format, ReadOptions, Source, TableError};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/tables")
}

/// The cells of a row as they stand; none for a broken row.
fn cells(batch: &Batch, row: usize, columns: usize) -> Json {
    if batch.broken(row).is_some() {
        return Json::Null;
    }
    let cell = |column| {
        let mut cells = Vec::new();
        batch.for_each_value(column, |value| match value {
            Value::Text(text) => cells.push(json!(text)),
            other => panic!("{other:?}"),
        });
        cells.swap_remove(row)
    };
    (0..columns).map(cell).collect()
}

/// What the reader finds in a table, as `tables.json` has it.
fn read(name: &str) -> Result<Json, TableError> {
    let bytes = fs::read(folder().join(name)).unwrap();
    let options = ReadOptions { broken_lines: BrokenLines::Keep, ..ReadOptions::default() };
    let mut source = Source::from_bytes_with(name, bytes, &options)?;
    let (mut rows, mut broken) = (Vec::new(), Vec::new());
    while let Some(batch) = source.next().transpose()? {
        for row in 0..batch.rows() {
            rows.push(json!([batch.line(row), cells(&batch, row, source.columns().len())]));
            broken.extend(batch.broken(row).map(|problem| json!([batch.line(row), problem])));
        }
    }
    let delimiter = match source.format() {
        Format::Text { delimiter } => json!(delimiter),
        _ => Json::Null,
    };
    let (columns, notices) = (source.columns(), source.notices());
    Ok(
        json!({ "columns": columns, "delimiter": delimiter, "rows": rows, "broken": broken, "notices": notices, "file": name }),
    )
}

#[test]
fn every_table_reads_as_expected() {
    let entries: Vec<Json> = serde_json::from_slice(&fs::read(folder().join("tables.json")).unwrap()).unwrap();
    assert!(entries.len() > 30, "{} tables", entries.len());
    for expected in entries {
        let name = expected["file"].as_str().unwrap();
        let part_of = |part: &Json, text: &str| text.contains(part.as_str().unwrap());
        match (read(name), expected.get("refused")) {
            (Ok(mut found), None) => {
                let notices = found["notices"].take();
                let (notices, parts) = (notices.as_array().unwrap(), expected["notices"].as_array().unwrap());
                assert_eq!(notices.len(), parts.len(), "{name}: {notices:?}");
                for (notice, part) in notices.iter().zip(parts) {
                    assert!(part_of(part, notice.as_str().unwrap()), "{name}: {notice}");
                }
                found["notices"] = expected["notices"].clone();
                assert_eq!(found, expected, "{name}");
            }
            (Err(error), Some(refused)) => {
                assert!(part_of(&refused["part"], &error.message), "{name}: {error}");
                let found = json!([error.rule.name(), error.line]);
                assert_eq!(found, json!([refused["rule"], refused["line"]]), "{name}: {error}");
            }
            (Ok(found), Some(_)) => panic!("{name} was read: {found}"),
            (Err(error), None) => panic!("{name} was refused: {error}"),
        }
    }
}
