//! How a table is read, where its bytes leave a choice.

/// What a caller decides about reading a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The sheet of a workbook, by its name, or by its number counted from 1; the first by default.
    pub sheet: Option<String>,
    /// What becomes of broken lines.
    pub broken_lines: BrokenLines,
}

/// What becomes of lines of a text file that have too many or too few cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BrokenLines {
    /// The table is read to its end, and then refused with the first of them.
    #[default]
    Refuse,
    /// They are left out; a notice has their number.
    Skip,
    /// They are rows with a problem instead of values ([`Batch::broken`]), so that every row keeps
    /// its place.
    ///
    /// [`Batch::broken`]: super::Batch::broken
    Keep,
}
