//! Why a workbook is refused, with what to do.

use std::path::Path;

use crate::error::{TableError, TableRule};

/// The error for a workbook whose bytes make no sense.
pub(super) fn damaged(path: &Path, error: String) -> TableError {
    let message = format!("the workbook is damaged or cut off: {error}; copy or save it again");
    TableError::new(path, TableRule::Undamaged, message)
}

/// The error for a workbook that takes too much.
pub(super) fn too_large(path: &Path, message: String) -> TableError {
    let message = format!("the workbook is larger than it may be: {message}; save it as CSV");
    TableError::new(path, TableRule::Size, message)
}
