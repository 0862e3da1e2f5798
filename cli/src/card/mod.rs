//! The model card of an artifact: its facts in words, and the whole card as Markdown.

mod facts;
mod markdown;

pub use facts::{CardLine, beyond_tolerance, imported, lines, penalty, skipped, teacher, with_interval};
pub use markdown::markdown;
