//! A run's file, sent to a server: event by event in their order, each step noted when it is done.

mod events;
mod models;
mod order;
mod session;

pub use events::{Delivered, deliver};
pub use order::{Order, sent};
