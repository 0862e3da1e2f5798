//! What a check found.

use serde::Serialize;

/// One suspicious thing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    pub check: Check,
    /// A warning is for a person to look at before training, and an error under `--strict`; a note
    /// is not.
    pub warning: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub message: String,
}

/// The checks. The texts of their serialisation are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// A field that alone ranks the customers almost perfectly.
    Leak,
    /// A field that is known for one class alone.
    KnownForOneClass,
    /// A field whose name speaks of leaving.
    PostOutcome,
    /// Dates after the reference.
    AfterReference,
    /// A field that is different in nearly every row.
    Identifier,
    /// A field with one value.
    Constant,
    Missing,
    RareCategory,
    Outlier,
    /// A field that equals another in nearly every row.
    TwinFields,
    /// Rows with the same identifiers.
    RepeatedIdentifiers,
    /// Rows with the same fields.
    AlikeRows,
    /// Rows with the same fields that did not end the same way.
    ConflictingLabels,
    /// Test rows that stand among the training rows as well.
    AcrossSplits,
    /// A model that separates the classes nearly perfectly.
    TooGood,
}

impl Finding {
    pub(super) fn of_field(check: Check, field: &str, message: String) -> Finding {
        Finding { check, warning: true, field: Some(field.into()), message: format!("`{field}` {message}") }
    }

    /// The entry of a model card. It has no message: those name single values of the table.
    pub fn card_entry(&self) -> (String, Option<String>) {
        let check = serde_json::to_value(self.check).ok();
        (check.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned(), self.field.clone())
    }
}
