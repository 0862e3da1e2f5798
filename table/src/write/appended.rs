//! Columns that are appended to the columns of a table.

/// Name and kind of an appended column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendedColumn {
    /// The name, which no column of the table has.
    pub name: String,
    /// What its cells are.
    pub kind: AppendedKind,
}

/// What the cells of an appended column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendedKind {
    /// 32-bit floating-point numbers.
    Number,
    /// Texts.
    Text,
}

/// The cells of an appended column in one batch, one per row.
#[derive(Clone, Debug, PartialEq)]
pub enum Appended<'a> {
    /// NaN is an empty cell in a text file and null in Parquet.
    Numbers(&'a [f32]),
    /// The empty text is null in Parquet.
    Texts(Vec<&'a str>),
}
