//! Tenure scores customers for churn where their record already is: in the browser, at the edge, in
//! a batch.
//!
//! A model is one file, the artifact. This crate reads it, scores customers, and explains the
//! scores. It is pure: no input or output, clock, or randomness, so the same code gives the same
//! numbers everywhere.
//!
//! ```text
//! record ─check→ Customer ─encode→ Features ─network→ logit ─calibrate→ probability ─decide→ tier
//! ```
//!
//! # Scoring a record
//!
//! ```
//! use tenure::customer::{Value, check};
//! use tenure::scorer::{ExplainOptions, Scorer};
//!
//! const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/artifacts/v1.safetensors");
//! let scorer = Scorer::from_bytes(&std::fs::read(MODEL)?)?;
//! let schema = &scorer.document().schema;
//!
//! // One value for each field of the schema, in its order.
//! let values: Vec<Value> = schema.fields.iter().map(|field| match field.name.as_str() {
//!     "Contract" => Value::Text("Month-to-month"),
//!     "InternetService" => Value::Text("Fiber optic"),
//!     "MonthlyCharges" => Value::Number(94.5),
//!     "tenure" => Value::Text("2"),
//!     _ => Value::Missing,
//! }).collect();
//! let (customer, warnings) = check(schema, &values).expect("every value fits its field");
//! assert!(warnings.is_empty());
//!
//! let mut workspace = scorer.workspace();
//! let score = scorer.score(&customer, &mut workspace);
//! assert!(score.probability > 0.4 && score.probability < 1.0);
//! let tier = &scorer.document().policy.tiers[score.tier];
//! println!("{:.1}% ({})", 100.0 * score.probability, tier.label);
//!
//! // Shapley values on the logit: the base and the contributions add up to the logit.
//! let explanation = scorer.explain(&customer, &ExplainOptions::default(), &mut workspace)?;
//! let sum = explanation.base + explanation.contributions.iter().sum::<f64>();
//! assert!((sum - score.logit).abs() < 1e-4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! - `write` (default): artifacts and schemas through serde. Without default features the crate has
//!   four dependencies.
//! - `decide` (default): offers, decisions and plans, and profiles of what is scored. Without it a
//!   policy is its tiers.
//! - `wasm`: the wasm-bindgen surface of the npm package.
//! - `webgpu`: batches and explanations on a graphics device.
//! - `burn`: the networks as burn Modules, for training.
//! - `typescript`: the TypeScript types of the npm package, generated from the types of this crate.

#![warn(missing_docs, unreachable_pub)]

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
#[cfg(feature = "decide")]
pub mod monitoring;
pub mod network;
pub mod schema;
pub mod scorer;
pub mod sentence;
#[cfg(feature = "wasm")]
pub mod wasm;
