//! Why a workbook is refused, with what to do.

use std::path::Path;

use crate::error::{TableError, TableRule};

/// What the reader of archives says, and what it means to whoever has the file.
const IN_WORDS: [(&str, &str); 4] = [
    ("Could not find EOCD", "the list of its parts is missing at the end of the file"),
    ("larger than its declared uncompressed size", "a part unpacks to more than it claims"),
    ("Invalid checksum", "a part is not what its checksum says"),
    ("corrupt deflate stream", "a part cannot be unpacked"),
];

/// The error for a workbook whose bytes make no sense.
pub(super) fn damaged(path: &Path, error: String) -> TableError {
    let words = IN_WORDS.iter().find(|(part, _)| error.contains(part)).map_or(error.as_str(), |(_, words)| words);
    let message = format!("the workbook is damaged or cut off: {words}; copy or save it again");
    TableError::new(path, TableRule::Undamaged, message)
}

/// The error for a workbook that takes too much.
pub(super) fn too_large(path: &Path, message: String) -> TableError {
    let message = format!("the workbook is refused for its size: {message}; save it as CSV");
    TableError::new(path, TableRule::Size, message)
}
