//! The table that is written: all columns of another one, and more.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tenure_table::{
    Appended, AppendedColumn, AppendedKind, Batch, EncodedRows, Format, OutputTable, Source, WriteError,
};
use tenure_training::file::{Existing, FileError, persist, temporary_beside};

use super::pipeline::in_order;
use super::progress::{Progress, batches};
use crate::console::{Console, interrupted, refuse_overwrite};
use crate::failure::Failure;

/// The flags of how a table is written.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct OutputArguments {
    /// Overwrite the table
    #[arg(long)]
    pub force: bool,
    /// In .csv and .tsv, put an apostrophe before texts of the table that a spreadsheet would run as
    /// formulas (texts that Tenure adds have it always)
    #[arg(long)]
    pub spreadsheet_safe: bool,
}

/// A table to write.
pub struct Output<'a> {
    path: &'a Path,
    format: Format,
    flags: OutputArguments,
}

/// A table that is being written, as the work on its batches sees it.
pub struct Writing<'a> {
    output: &'a Output<'a>,
    table: OutputTable,
    pub progress: Progress<'a>,
    stop: AtomicBool,
}

impl<'a> Output<'a> {
    /// Takes the format from the extension, and refuses to overwrite a file without `force`.
    pub fn new(path: &'a Path, flags: OutputArguments) -> Result<Output<'a>, Failure> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let format = match extension.as_str() {
            "csv" => Format::Text { delimiter: ',' },
            "tsv" => Format::Text { delimiter: '\t' },
            "parquet" => Format::Parquet,
            _ => {
                let path = path.display();
                return Err(Failure::usage(format!("--out must end in .csv, .tsv or .parquet (got {path})")));
            }
        };
        refuse_overwrite(path, flags.force)?;
        Ok(Output { path, format, flags })
    }

    /// Writes the columns of `source` and `appended`. `work` encodes a batch, given the number of
    /// rows before it, in some thread of the pool; `take` gets what it returns beside, in the order
    /// of the batches. `doing` is what happens to the rows, such as "scoring". Unless all is written,
    /// nothing is.
    pub fn write<T: Send>(
        &self,
        source: &mut Source,
        appended: &[AppendedColumn],
        (console, doing): (&Console, &str),
        work: &(impl Fn(&Writing, usize, &Batch) -> Result<(EncodedRows, T), Failure> + Sync),
        take: &mut (impl FnMut(T) + Send),
    ) -> Result<(), Failure> {
        let failure = |error| self.failure(error);
        let mut table = OutputTable::new(source, self.format, appended).map_err(failure)?;
        if self.flags.spreadsheet_safe {
            table.make_safe_for_spreadsheets();
        }
        // Listens from here on, so that the temporary file is removed.
        interrupted();
        let mut writer = table.writer(temporary_beside(self.path)?).map_err(failure)?;
        let stop = AtomicBool::new(false);
        let writing = Writing { output: self, table, progress: Progress::new(console, doing), stop };
        let mut before = 0;
        let placed = batches(source, &writing.progress).map(|batch| {
            let batch = batch?;
            let place = before;
            before += batch.rows();
            Ok((place, batch))
        });
        in_order(
            placed,
            &|(before, batch): (usize, Batch)| work(&writing, before, &batch),
            &mut |(encoded, found)| {
                take(found);
                writer.write(&encoded).map_err(failure)
            },
            &writing.stop,
        )?;
        let file = writer.finish().map_err(failure)?;
        drop(writing);
        if interrupted() {
            return Err(Failure::interrupted());
        }
        Ok(persist(file, self.path, Existing::forced(self.flags.force))?)
    }

    fn failure(&self, error: WriteError) -> Failure {
        match error {
            WriteError::NamesTaken { .. } => Failure::data(error),
            WriteError::NotText { .. } => Failure::usage(error),
            WriteError::Io(error) => FileError::new(self.path, error).into(),
            error => Failure::file(self.path, error),
        }
    }
}

impl Writing<'_> {
    /// Encodes a batch with the cells of the appended columns, in their order.
    pub fn encode(&self, batch: &Batch, cells: &[Appended]) -> Result<EncodedRows, Failure> {
        self.table.encode(batch, cells).map_err(|error| self.output.failure(error))
    }

    /// Whether work under way should end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || interrupted()
    }
}

/// Columns of numbers, and columns of texts behind them.
pub fn appended(numbers: &[&str], texts: &[&str]) -> Vec<AppendedColumn> {
    let numbers = numbers.iter().map(|&name| (name, AppendedKind::Number));
    let texts = texts.iter().map(|&name| (name, AppendedKind::Text));
    numbers.chain(texts).map(|(name, kind)| AppendedColumn { name: name.into(), kind }).collect()
}
