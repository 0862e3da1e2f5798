//! Runs on an MLflow server (3.x, REST API 2.0). A thread sends the file of the run in its order
//! and saves its progress. `tenure track sync` sends what is left later.
//!
//! Every step is idempotent, so an upload that was cut off is simply resumed: the run, the logged
//! model and the version are looked up by the run's id before they are created, the server merges
//! metrics of the same key, step and time, and a file replaces itself.
//!
//! A registered model has versions, and aliases that point to one each: to move an alias is one call, so
//! whoever loads the model behind it has the one version or the other.

mod client;
mod delivery;
mod error;
mod registry;
mod server;
mod uploader;

pub use client::{Client, Timeouts};
pub use delivery::{Delivered, Order, deliver, sent};
pub use error::TrackingError;
pub use registry::{Registry, Sent, WAITING};
pub use server::Server;
pub use uploader::Uploader;
