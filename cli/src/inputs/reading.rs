//! The flags of how a table is read.

use tenure_table::{BrokenLines, ReadOptions};

/// Which table of a file is read.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct SheetArguments {
    /// Sheet of a workbook (.xlsx): its name, or its number counted from 1; the first by default
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
}

impl SheetArguments {
    /// The options of a command that keeps every row in its place.
    pub fn keeping_rows(&self) -> ReadOptions {
        ReadOptions { sheet: self.sheet.clone(), broken_lines: BrokenLines::Keep }
    }
}

/// What the commands that learn or measure do with a table that is not clean.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ReadArguments {
    #[command(flatten)]
    pub sheet: SheetArguments,
    /// Leave out lines with too many or too few cells, and warn of their number, instead of
    /// refusing the table
    #[arg(long)]
    pub skip_broken_lines: bool,
}

impl ReadArguments {
    pub fn options(&self) -> ReadOptions {
        let broken_lines = if self.skip_broken_lines { BrokenLines::Skip } else { BrokenLines::Refuse };
        ReadOptions { sheet: self.sheet.sheet.clone(), broken_lines }
    }
}
