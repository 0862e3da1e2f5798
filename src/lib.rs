//! Tenure scores customers for churn where their record already is. This crate is the core: pure, without input or
//! output, clock or randomness; the same code runs in training, in the browser, on the edge and in batch.
//!
//! ```text
//! record ─check→ Customer ─encode→ Features ─network→ Logit ─calibrate→ Probability ─decide→ Decision
//! ```

pub mod artifact;
pub mod calibration;
#[cfg(feature = "write")]
pub mod card;
pub mod customer;
pub mod decision;
pub mod encoding;
pub mod explanation;
#[cfg(feature = "webgpu")]
pub mod gpu;
pub mod json;
pub mod network;
pub mod schema;
pub mod scorer;
pub mod sentence;
#[cfg(feature = "wasm")]
pub mod wasm;
