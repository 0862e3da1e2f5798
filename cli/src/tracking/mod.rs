//! Runs on an MLflow server (3.x, REST API 2.0). The run's file comes first and the server second: a thread sends what the
//! file has, in its order, and notes how far it came. What it could not send, `tenure track sync` sends later.
//!
//! Every step can be done twice without harm, so that a delivery cut short between a request and its note is simply gone
//! on with: the run, the logged model and the version are looked for by the run's id before they are created, a metric of
//! the same key, step and time is one metric to the server, and a file is put where it is already.

mod client;
mod delivery;
mod error;
mod server;
mod uploader;

pub use client::{Client, Patience};
pub use delivery::{Delivered, Order, deliver};
pub use error::TrackingError;
pub use server::Server;
pub use uploader::Uploader;
