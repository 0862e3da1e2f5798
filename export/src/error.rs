//! Why an artifact is not exported.

/// Why an artifact is not exported. Nothing is written then.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExportError {
    /// A field or derived feature has what the target cannot compute.
    #[error("{field}: {rule} (got {value})")]
    Field {
        /// The field, or the derived feature.
        field: String,
        /// What the target needs, and what to do.
        rule: String,
        /// The value seen.
        value: String,
    },
    /// An option is not one.
    #[error("{option}: {rule} (got {value})")]
    Option {
        /// The option's name.
        option: &'static str,
        /// What it must be.
        rule: String,
        /// The value seen.
        value: String,
    },
    /// The model is larger than what the target takes.
    #[error(
        "the model needs {found} {what}, and {target} takes at most {maximum}: train a smaller one (--model), or export to another target"
    )]
    Size {
        /// The dialect or format.
        target: &'static str,
        /// What there is too much of.
        what: &'static str,
        /// How much the model needs.
        found: usize,
        /// How much there may be.
        maximum: usize,
    },
}
