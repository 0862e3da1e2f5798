//! Runs on disk: one file of JSON lines for each, only ever appended to, so that runs beside each other do not meet and a
//! killed run keeps what it had. The same file is what a tracking server is sent, so that nothing depends on one.
//!
//! `runs/<id>.jsonl` is the run; beside it, only where a server was asked for, `runs/<id>.files/` holds the files to
//! deliver and `runs/<id>.delivery.json` how far the delivery has come (`tracking`).

mod event;
mod store;

pub use event::{Event, Status, now};
pub use store::{FOLDER, Run, RunStore, StoreError};
