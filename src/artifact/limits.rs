//! The version of the format, and the limits that a file is held to.

/// The version of the format that this code writes. Version 2 added keys, which have defaults where a document lacks them;
/// version 3 has background rows as cells, which versions before had as values by name.
pub const FORMAT_VERSION: u32 = 3;
/// The oldest version that this code reads.
pub const OLDEST_FORMAT_VERSION: u32 = 1;
/// The metadata key of the document.
pub const DOCUMENT_KEY: &str = "tenure";
/// Larger files are refused before anything is allocated.
pub const MAXIMUM_BYTES: usize = 64 << 20;
/// Larger headers likewise.
pub const MAXIMUM_HEADER_BYTES: usize = 8 << 20;
/// A background row stands for at least this many customers.
pub const MINIMUM_MEMBERS: u32 = 20;
pub const MAXIMUM_BACKGROUND_ROWS: usize = 1024;

/// Whether this code reads artifacts of a version.
pub(super) fn is_readable(version: u32) -> bool {
    (OLDEST_FORMAT_VERSION..=FORMAT_VERSION).contains(&version)
}
