//! A value of a layer, and where it was written.

use std::fmt;
use std::path::PathBuf;

/// Names another file.
pub const FILE_VARIABLE: &str = "TENURE_CONFIG";

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    File { file: PathBuf, line: usize },
    Variable(String),
    Flag,
}

impl Origin {
    /// Higher layers have higher ranks.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Origin::File { .. } => 0,
            Origin::Variable(_) => 1,
            Origin::Flag => 2,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Origin::File { file, line } => write!(f, "{}, line {line}", file.display()),
            Origin::Variable(name) => f.write_str(name),
            Origin::Flag => f.write_str("flag"),
        }
    }
}

/// A value of one layer, as text that the option's own parser will read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The subcommands that it is for; `None` for every command that has the option.
    pub section: Option<Vec<String>>,
    pub key: String,
    pub values: Vec<String>,
    pub origin: Origin,
}
