//! Files that are no table, by the name of their format and with what to do about them.

use std::path::Path;

use super::error::{TableError, TableRule};

/// What a table may be.
const TABLES: &str = match (cfg!(feature = "parquet"), cfg!(feature = "spreadsheet")) {
    (true, true) => "a table must be delimited text (CSV, TSV), Parquet or .xlsx",
    (true, false) => "a table must be delimited text (CSV, TSV) or Parquet",
    (false, true) => "a table must be delimited text (CSV, TSV) or .xlsx",
    (false, false) => "a table must be delimited text (CSV, TSV)",
};

/// Refuses a file of another format. `start` is its beginning, without the compression by
/// `packed_by`.
pub(super) fn refuse(path: &Path, start: &[u8], packed_by: Option<&str>) -> Result<(), TableError> {
    if start.is_empty() {
        return Err(TableError::new(path, TableRule::NotEmpty, "the file is empty"));
    }
    let Some((format, what_to_do)) = name(start) else { return Ok(()) };
    let message = match packed_by {
        Some(archive) => format!("this is {format} within a {archive} archive; unpack it"),
        None => format!("this is {format}; {what_to_do}"),
    };
    Err(TableError::new(path, TableRule::Format, message))
}

/// The format's name, and what to do.
fn name(start: &[u8]) -> Option<(&'static str, &'static str)> {
    let text = start.trim_ascii_start();
    let unpack = "unpack it";
    Some(match start {
        // A build that reads these has opened them by now.
        [b'P', b'A', b'R', b'1', ..] => {
            ("Parquet", "which is not read here; use the command `tenure`, or write the table as CSV")
        }
        [b'P', b'K', 3, 4, ..] if cfg!(feature = "spreadsheet") => ("a zip archive", unpack),
        [b'P', b'K', 3, 4, ..] => ("a spreadsheet or a zip archive", "save it as CSV, or unpack it"),
        [0x1f, 0x8b, ..] => ("a gzip archive", unpack),
        [0x28, 0xb5, 0x2f, 0xfd, ..] if cfg!(feature = "zstd") => ("a zstd archive", unpack),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            ("a zstd archive", "which is not read here; use the command `tenure`, or unpack it")
        }
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => ("a bzip2 archive", unpack),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => ("an xz archive", unpack),
        [b'7', b'z', 0xbc, 0xaf, ..] => ("a 7z archive", unpack),
        _ if start.get(257..262) == Some(b"ustar") => ("a tar archive", unpack),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            ("an old spreadsheet (.xls), or one with a password", "save it as .xlsx or CSV, without a password")
        }
        _ if start.starts_with(b"%PDF-") => ("a PDF", TABLES),
        _ if start.starts_with(b"SQLite format 3") => ("a SQLite database", TABLES),
        _ if start.starts_with(b"ARROW1") || start.starts_with(b"FEA1") => ("an Arrow or Feather file", TABLES),
        _ if start.get(8..).is_some_and(|header| header.starts_with(b"{\"__metadata__\"")) => {
            ("a model (safetensors), such as an artifact of Tenure", TABLES)
        }
        _ if start.contains(&0) => ("a binary file", TABLES),
        _ if text.starts_with(b"{") || text.starts_with(b"[") => ("JSON", TABLES),
        _ if text.starts_with(b"<") => ("HTML or XML", TABLES),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Source;
    use super::super::fixtures::refusal;
    use super::*;

    #[test]
    fn files_that_are_no_table_are_named() {
        let mut tar = vec![b'a'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (bytes, rule, part) in [
            (&b""[..], TableRule::NotEmpty, "empty"),
            (b"\n\r\n\n", TableRule::NotEmpty, "only empty lines"),
            (b"a,b\n", TableRule::Rows, "no rows"),
            (b"\xff\xfe\0\0a\0\0\0", TableRule::Encoding, "UTF-32"),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
                TableRule::Format,
                "(.xls), or one with a password; save it as .xlsx",
            ),
            (b"BZh91AY&SY", TableRule::Format, "bzip2 archive; unpack it"),
            (&tar, TableRule::Format, "tar archive; unpack it"),
            (b"%PDF-1.7", TableRule::Format, "a PDF; a table must be"),
            (b"{\"a\": 1}", TableRule::Format, "JSON"),
            (b"<html>", TableRule::Format, "HTML"),
            (b"a,b\n1,\0\n", TableRule::Format, "binary"),
            (b"PAR1 and no footer", TableRule::Undamaged, ""),
        ] {
            let error = refusal(bytes);
            assert!(error.rule == rule && error.message.contains(part), "{error}");
        }
        let error = Source::open("no/such/table.csv").err().unwrap();
        assert_eq!(error.rule, TableRule::Readable);
        assert!(error.to_string().starts_with("no/such/table.csv: "), "{error}");
    }
}
