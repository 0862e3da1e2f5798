//! `cargo xtask bench runtime` runs this: rows per second of columns that are in memory, on as many
//! threads as asked for.
//!
//! `columns MODEL ROWS THREADS` mixes customers from the model's background rows into columns and
//! prints the median of several runs as JSON. A run copies the columns block by block, as a reader of
//! Arrow columns does, checks them, encodes and scores. `profile_ratio` is what counting a profile adds
//! to a row, as a share of scoring it: the median over blocks of which each is scored and counted; null
//! where the model has no reference.

use std::error::Error;
use std::thread;
use std::time::Instant;

use tenure::customer::{Cell, MISSING_CODE};
use tenure::scorer::{ColumnBlock, Scorer};

const REPETITIONS: usize = 9;
const BLOCK_ROWS: usize = 4096;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, rows, threads] = arguments.as_slice() else { return Err("MODEL ROWS THREADS".into()) };
    let (rows, threads): (usize, usize) = (rows.parse()?, threads.parse()?);
    let scorer = Scorer::from_bytes(&std::fs::read(model)?)?;
    let columns = Columns::mixed(&scorer, rows);
    let mut seconds: Vec<f64> = (0..REPETITIONS)
        .map(|_| {
            let start = Instant::now();
            thread::scope(|scope| {
                let share = rows.div_ceil(threads);
                for first in (0..rows).step_by(share) {
                    let (columns, scorer) = (&columns, &scorer);
                    scope.spawn(move || columns.score(scorer, first, share.min(rows - first)));
                }
            });
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    println!(
        "{}",
        serde_json::json!({
            "threads": threads,
            "rows_per_s": rows as f64 / seconds[REPETITIONS / 2],
            "profile_ratio": columns.profile_ratio(&scorer),
        })
    );
    Ok(())
}

/// A column per field: numbers, or codes where the other is empty.
struct Columns(Vec<(Vec<f64>, Vec<u16>)>);

impl Columns {
    /// Cells of background rows, each field of another row.
    fn mixed(scorer: &Scorer, rows: usize) -> Columns {
        let background = &scorer.artifact().background;
        let fields = &scorer.document().schema.fields;
        let column = |field: usize| {
            let cell =
                |n: usize| background[(n * (field + 1) + n / background.len()) % background.len()].cells()[field];
            let number = |n| match cell(n) {
                Cell::Number(number) => number,
                _ => f64::NAN,
            };
            let code = |n| match cell(n) {
                Cell::Category(code) => code as u16,
                _ => MISSING_CODE,
            };
            match fields[field].is_number() {
                true => ((0..rows).map(number).collect(), Vec::new()),
                false => (Vec::new(), (0..rows).map(code).collect()),
            }
        };
        Columns((0..fields.len()).map(column).collect())
    }

    /// What observing adds to scoring, as a share of it.
    fn profile_ratio(&self, scorer: &Scorer) -> Option<f64> {
        let mut observed = scorer.observed()?;
        let (mut plain, mut watched) = (ColumnBlock::new(scorer, BLOCK_ROWS), ColumnBlock::new(scorer, BLOCK_ROWS));
        watched.watch(scorer);
        let rows = self.0.first()?.0.len().max(self.0.first()?.1.len());
        let mut times: [Vec<f64>; 2] = Default::default();
        for start in (0..rows).step_by(BLOCK_ROWS) {
            let count = BLOCK_ROWS.min(rows - start);
            self.copy(&mut plain, start, count);
            self.copy(&mut watched, start, count);
            let begin = Instant::now();
            plain.score(scorer, count);
            times[0].push(begin.elapsed().as_secs_f64() / count as f64);
            let begin = Instant::now();
            watched.score(scorer, count);
            scorer.observe(&mut observed, &watched, count);
            times[1].push(begin.elapsed().as_secs_f64() / count as f64);
        }
        let [plain, watched] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        });
        assert_eq!(observed.rows(), rows as u64);
        Some(watched / plain - 1.0)
    }

    fn copy(&self, block: &mut ColumnBlock, start: usize, count: usize) {
        for (field, (numbers, codes)) in self.0.iter().enumerate() {
            match codes.is_empty() {
                true => block.numbers[field][..count].copy_from_slice(&numbers[start..start + count]),
                false => block.codes[field][..count].copy_from_slice(&codes[start..start + count]),
            }
        }
    }

    /// Scores `rows` rows from row `first` on; returns how many leave more likely than not.
    fn score(&self, scorer: &Scorer, first: usize, rows: usize) -> usize {
        let mut block = ColumnBlock::new(scorer, BLOCK_ROWS);
        let mut leavers = 0;
        for start in (first..first + rows).step_by(BLOCK_ROWS) {
            let count = BLOCK_ROWS.min(first + rows - start);
            self.copy(&mut block, start, count);
            block.score(scorer, count);
            leavers += block.probabilities[..count].iter().filter(|&&probability| probability >= 0.5).count();
        }
        std::hint::black_box(leavers)
    }
}
