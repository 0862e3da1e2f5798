//! Runs on disk. Each run is one file of JSON lines that is only appended to, so parallel runs do
//! not collide and a killed run keeps its lines. A tracking server is sent the same file, so
//! nothing depends on the server.
//!
//! `runs/<id>.jsonl` is the run. With a tracking server, `runs/<id>.files/` holds the files to
//! upload, and `runs/<id>.delivery.json` the progress of the upload (`tracking`).

mod event;
mod store;

pub use event::{Event, Status, now};
pub use store::{FOLDER, Run, RunStore, StoreError};
