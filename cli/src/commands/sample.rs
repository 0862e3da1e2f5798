//! `tenure sample`: writes a synthetic table.

use std::io::BufWriter;
use std::path::PathBuf;

use tenure_training::file::{Existing, persist, temporary_beside};
use tenure_training::sample::{DEFAULT_ROWS, DEFAULT_SEED, write};

use crate::console::{Console, refuse_overwrite};
use crate::failure::Failure;

/// Write a synthetic table to try Tenure with
///
/// It has the fields of the IBM Telco data set. The same --rows and --seed give the same bytes
/// everywhere.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Number of customers
    #[arg(long, default_value_t = DEFAULT_ROWS)]
    pub rows: u64,
    /// Seed of the customers
    #[arg(long, default_value_t = DEFAULT_SEED)]
    pub seed: u64,
    /// CSV file to write
    #[arg(long)]
    pub out: PathBuf,
    /// Overwrite the file
    #[arg(long)]
    pub force: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    refuse_overwrite(&arguments.out, arguments.force)?;
    let mut file = temporary_beside(&arguments.out)?;
    write(arguments.rows, arguments.seed, &mut BufWriter::new(&mut file))
        .map_err(|error| Failure::file(&arguments.out, error))?;
    persist(file, &arguments.out, Existing::forced(arguments.force))?;
    console.say(format!("{}: {} rows, seed {}", arguments.out.display(), arguments.rows, arguments.seed));
    Ok(())
}
