//! The model card of an artifact: its facts in words, and the whole card as Markdown.

mod facts;
mod markdown;

pub use facts::{CardLine, lines, penalty, with_interval};
pub use markdown::markdown;
