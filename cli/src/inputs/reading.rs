//! The flags of how a table is read.

use tenure_table::{BrokenLines, ReadOptions};

/// What the commands that learn or measure do with a table that is not clean.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ReadArguments {
    /// Leave out lines with too many or too few cells, and warn of their number, instead of
    /// refusing the table
    #[arg(long)]
    pub skip_broken_lines: bool,
}

impl ReadArguments {
    pub fn options(&self) -> ReadOptions {
        let broken_lines = if self.skip_broken_lines { BrokenLines::Skip } else { BrokenLines::Refuse };
        ReadOptions { broken_lines }
    }
}
