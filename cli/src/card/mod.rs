//! The model card that an artifact carries: its facts in words, and the whole of it as Markdown.

mod facts;
mod markdown;

pub use facts::{CardLine, lines, penalty, with_interval};
pub use markdown::markdown;
