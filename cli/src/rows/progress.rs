//! Progress of the rows: a bar on a terminal, a line every ten seconds elsewhere.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar};
use tenure_table::{Batch, Source};

use crate::console::{Console, interrupted};
use crate::failure::Failure;

const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Counts the rows that are done, and estimates how many there are.
pub struct Progress<'a> {
    output: &'a Console,
    bar: ProgressBar,
    started: Instant,
    done: AtomicU64,
    expected: AtomicU64,
    last_line: Mutex<Instant>,
}

impl<'a> Progress<'a> {
    /// `doing` is what happens to the rows, such as "scoring".
    pub fn new(output: &'a Console, doing: &str) -> Progress<'a> {
        let template = format!("{doing} {{human_pos}} of about {{human_len}} rows {{bar:24}} {{msg}}, {{eta}} left");
        let bar = output.bar(0, &template);
        let started = Instant::now();
        let (done, expected, last_line) = (AtomicU64::new(0), AtomicU64::new(0), Mutex::new(started));
        Progress { output, bar, started, done, expected, last_line }
    }

    /// Estimates the number of all rows: `rows` were read so far, from `read` of the table's
    /// `whole`.
    pub fn expect(&self, rows: u64, (read, whole): (u64, u64)) {
        let expected = (rows as f64 * whole as f64 / read.max(1) as f64).max(rows as f64) as u64;
        self.expected.store(expected, Ordering::Relaxed);
        self.bar.set_length(expected);
    }

    /// Adds rows that are done.
    pub fn advance(&self, rows: u64) {
        let done = self.done.fetch_add(rows, Ordering::Relaxed) + rows;
        let rate = done as f64 / self.started.elapsed().as_secs_f64();
        self.bar.set_position(done);
        self.bar.set_message(format!("{} rows/s", speed(rate)));
        if !self.output.plain() {
            return;
        }
        // One thread writes the line; the others go on.
        if let Ok(mut last) = self.last_line.try_lock()
            && last.elapsed() >= BETWEEN_LINES
        {
            *last = Instant::now();
            let expected = self.expected.load(Ordering::Relaxed).max(done);
            let left = Duration::from_secs_f64((expected - done) as f64 / rate);
            self.output.say(format!(
                "{} of about {} rows, {} rows/s, {} left",
                HumanCount(done),
                HumanCount(expected),
                speed(rate),
                HumanDuration(left),
            ));
        }
    }
}

impl Drop for Progress<'_> {
    /// Clears the bar, whether the run ended well or not.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The batches of a table, until somebody interrupts; reports how far the reading has come.
pub fn batches(source: &mut Source, progress: &Progress) -> impl Iterator<Item = Result<Batch, Failure>> {
    let mut rows = 0;
    std::iter::from_fn(move || {
        let batch = source.next()?;
        rows += batch.as_ref().map_or(0, |batch| batch.rows() as u64);
        progress.expect(rows, source.progress());
        Some(if interrupted() { Err(Failure::interrupted()) } else { batch.map_err(Failure::from) })
    })
}

/// Rows per second in words, with a decimal if they are few.
fn speed(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { HumanCount(rate as u64).to_string() }
}
