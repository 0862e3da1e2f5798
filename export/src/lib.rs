//! A Tenure artifact for engines that are not Tenure: one SQL statement for a warehouse ([`sql`]), and
//! one ONNX graph ([`onnx`]). Both compute the whole way from raw columns to a calibrated probability,
//! with logits within 1e-5 of the scorer's.
//!
//! What an engine cannot compute is refused, with the field's name, before anything is written.
//!
//! ```
//! use tenure_export::sql::{Dialect, SqlOptions, sql};
//!
//! const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/artifacts/v1.safetensors");
//! let artifact = tenure::artifact::read(&std::fs::read(MODEL)?)?;
//! let statement = sql(&artifact, &SqlOptions::new(Dialect::Duckdb, "customers"))?;
//! assert!(statement.contains("FROM customers"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs, unreachable_pub)]

mod error;
mod numbers;
pub mod onnx;
pub mod sql;
mod texts;

pub use error::ExportError;
