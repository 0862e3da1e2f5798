//! The version of the format, and the limits of a file.

use crate::schema::MINIMUM_CUSTOMERS;

/// The version of the format that this code writes and reads.
pub const FORMAT_VERSION: u32 = 1;
/// The metadata key of the document.
pub const DOCUMENT_KEY: &str = "tenure";
/// Larger files are refused before anything is allocated.
pub const MAXIMUM_BYTES: usize = 64 << 20;
/// Larger headers are refused before they are parsed.
pub const MAXIMUM_HEADER_BYTES: usize = 4 << 20;
/// A background row stands for at least this many customers.
pub const MINIMUM_MEMBERS: u32 = MINIMUM_CUSTOMERS;
/// More background rows are refused.
pub const MAXIMUM_BACKGROUND_ROWS: usize = 1024;
