//! What the schema says about the numbers of a field, as a translation needs it.

use tenure::customer::{Cell, Value, check_value};
use tenure::schema::{Field, Kind, folded};

/// The numbers that mean "missing" in a number or date field, as its cells have them.
pub(crate) fn missing_numbers(field: &Field) -> Vec<f64> {
    let mut numbers: Vec<f64> = field.missing.iter().filter_map(|token| number_of(field, token)).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    numbers
}

/// The canonical forms of the texts that mean "missing" and are no numbers or dates.
pub(crate) fn missing_forms(field: &Field) -> Vec<String> {
    let words = field.missing.iter().filter(|token| number_of(field, token).is_none());
    let mut forms: Vec<String> = words.map(|token| folded(token.trim())).filter(|form| !form.is_empty()).collect();
    forms.sort();
    forms.dedup();
    forms
}

/// The number that a text in `missing` says, whatever the bounds.
fn number_of(field: &Field, token: &str) -> Option<f64> {
    let mut kind = field.kind.clone();
    if let Kind::Number { minimum, maximum, .. } = &mut kind {
        (*minimum, *maximum) = (None, None);
    }
    let bare = Field { kind, missing: Vec::new(), ..field.clone() };
    // Words are compared as texts.
    let has_digit = token.bytes().any(|byte| byte.is_ascii_digit());
    match has_digit.then(|| check_value(&bare, Value::Text(token)).0) {
        Some(Ok(Cell::Number(number))) => Some(number),
        _ => None,
    }
}
