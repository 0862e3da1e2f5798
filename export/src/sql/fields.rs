//! A field's raw column → its number or the code of its category, and whether the scorer would refuse
//! the value.

use tenure::schema::{DateFormat, Field, Kind, NumberFormat};

use super::dates;
use super::literal::real;
use super::number::number;
use super::query::{Part, Query};
use crate::error::ExportError;
use crate::numbers::{missing_forms, missing_numbers};
use crate::texts::{self, Reading, is_whole, readings, spelled_otherwise};

/// Categories beyond this number are found in an inline table or a map.
const MOST_CASES: usize = 64;
/// Categories of a line of a map.
const PAIRS: usize = 4;

/// What the statement knows of a field.
pub(super) struct Known {
    /// The column of the number, or of the code; NULL for a missing number.
    pub(super) column: String,
    /// Holds where the scorer refuses the value.
    pub(super) refused: Option<String>,
}

/// Adds the columns of a field; `spelled` collects the rows of the table of spellings.
pub(super) fn field(
    query: &mut Query,
    field: &Field,
    base: &str,
    holds_numbers: bool,
    spelled: &mut Vec<(Vec<String>, String)>,
) -> Result<Known, ExportError> {
    let dialect = query.dialect;
    let raw = dialect.quoted(&field.name);
    match &field.kind {
        Kind::Category { .. } | Kind::Flag { .. } => Ok(category(query, field, base, &raw, spelled)),
        Kind::Number { .. } | Kind::Date { .. } if holds_numbers => {
            let comment = format!("{}: a column of numbers", field.name);
            let number = query.source(&format!("{base}_number"), dialect.as_real(&raw), &comment);
            let mut part = query.part(base);
            let number = match &field.kind {
                Kind::Date { reference, format } => days_of_count(&mut part, *reference, format, &number),
                _ => number,
            };
            Ok(bounded(&mut part, field, number, None))
        }
        Kind::Number { format, .. } if *format != NumberFormat::default() => Err(ExportError::Field {
            field: field.name.clone(),
            rule: "SQL reads plain numbers only: make the column one of numbers, and name it with --numbers".into(),
            value: format.example(),
        }),
        Kind::Number { .. } => {
            let text = trimmed(query, field, base, &raw);
            let mut part = query.part(base);
            let plain = signed(&mut part, &text);
            let number = number(&mut part, &plain);
            let number = part.bind("number", number);
            Ok(bounded(&mut part, field, number, Some(&text)))
        }
        Kind::Date { reference, format } => {
            let text = trimmed(query, field, base, &raw);
            let mut part = query.part(base);
            let day = dates::days(&mut part, &text, format);
            let number = part.bind("number", format!("{} - {day}", real(*reference)));
            Ok(bounded(&mut part, field, number, Some(&text)))
        }
    }
}

/// The text of a column without blanks at its ends.
fn trimmed(query: &mut Query, field: &Field, base: &str, raw: &str) -> String {
    let dialect = query.dialect;
    let text = dialect.trimmed(&dialect.as_text(raw), &dialect.blanks());
    query.source(&format!("{base}_text"), text, &field.name)
}

/// A number as text in which the sign stands at once before the digits.
fn signed(part: &mut Part, text: &str) -> String {
    let dialect = part.dialect();
    let minus = dialect.text("\u{2212}");
    let rest = dialect.trimmed(&format!("SUBSTR({text}, 2)"), &dialect.blanks());
    part.bind(
        "signed",
        format!(
            "CASE WHEN SUBSTR({text}, 1, 1) IN ('-', {minus}) THEN '-' || {rest} \
             WHEN SUBSTR({text}, 1, 1) = '+' THEN {rest} ELSE {text} END"
        ),
    )
}

/// Days before the reference of a number in a column of dates.
fn days_of_count(part: &mut Part, reference: f64, format: &DateFormat, number: &str) -> String {
    match format.count(0.0) {
        // Such a number is days already.
        None => number.into(),
        Some(_) => {
            let days = dates::counted(part.dialect(), format, number);
            part.bind("days", format!("{} - ({days})", real(reference)))
        }
    }
}

/// The number without those that mean "missing", and whether what is left is refused.
fn bounded(part: &mut Part, field: &Field, number: String, text: Option<&str>) -> Known {
    let dialect = part.dialect();
    let tokens: Vec<String> = missing_numbers(field).into_iter().map(real).collect();
    let value = if tokens.is_empty() {
        number.clone()
    } else {
        let comment = format!("{}: missing where it is {}", field.name, field.missing.join(", "));
        let expression = format!("CASE WHEN {number} IN ({}) THEN NULL ELSE {number} END", tokens.join(", "));
        part.bind_with("known", expression, &comment)
    };
    let (minimum, maximum) = field.bounds().unwrap_or((f64::MIN, f64::MAX));
    let mut refused = format!("NOT ({value} BETWEEN {} AND {})", real(minimum), real(maximum));
    if let Some(text) = text {
        let words: Vec<String> = missing_forms(field).iter().map(|form| dialect.text(form)).collect();
        refused += &format!(" OR {number} IS NULL AND {text} <> ''");
        if !words.is_empty() {
            let forms: Vec<String> = missing_forms(field);
            let form = canonical(part, text, &forms, true, "form");
            refused += &format!(" AND {form} NOT IN ({})", words.join(", "));
        }
    }
    Known { column: value, refused: Some(refused) }
}

/// The code of a category or flag.
fn category(
    query: &mut Query,
    field: &Field,
    base: &str,
    raw: &str,
    spelled: &mut Vec<(Vec<String>, String)>,
) -> Known {
    let dialect = query.dialect;
    let text = trimmed(query, field, base, raw);
    let list = readings(field);
    let texts = |wanted: fn(&Reading) -> Option<&String>| -> Vec<String> {
        list.iter().filter_map(|(reading, _)| wanted(reading)).cloned().collect()
    };
    let composed = texts(|reading| if let Reading::Composed(text) = reading { Some(text) } else { None });
    let forms = texts(|reading| if let Reading::Form(text) = reading { Some(text) } else { None });
    let mut part = query.part(base);
    let composed_column =
        if composed.is_empty() { String::new() } else { canonical(&mut part, &text, &composed, false, "composed") };
    let form_column = if forms.is_empty() { String::new() } else { canonical(&mut part, &text, &forms, true, "form") };
    let (missing, other) = (texts::missing(field), texts::other(field));
    let mut cases = vec![format!("WHEN {text} IS NULL OR {text} = '' THEN {missing}")];
    let in_table = list.len() > MOST_CASES;
    let mut in_map = Vec::new();
    for (reading, code) in &list {
        let (column, text) = match reading {
            Reading::Exact(own) => (&text, own),
            Reading::Composed(own) => (&composed_column, own),
            Reading::Form(own) if in_table && !dialect.joins_literals() => {
                in_map.push(format!("{}, {code}", dialect.text(own)));
                continue;
            }
            Reading::Form(own) if in_table => {
                let cells = vec![dialect.text(base), dialect.text(own), code.to_string()];
                spelled.push((cells, String::new()));
                continue;
            }
            Reading::Form(own) => (&form_column, own),
        };
        cases.push(format!("WHEN {column} = {} THEN {code}", dialect.text(text)));
    }
    let mut otherwise = other.to_string();
    let mut step = 0;
    if !in_map.is_empty() {
        let pairs: Vec<String> = in_map.chunks(PAIRS).map(|pairs| pairs.join(", ")).collect();
        let map = format!("MAP(\n        {}\n      )", pairs.join(",\n        "));
        otherwise = format!("COALESCE(TRY_ELEMENT_AT({map}, {form_column}), {other})");
    } else if in_table {
        step = query.step_after(&form_column);
        let (alias, key) = (format!("{base}_spelling"), dialect.text(base));
        query.join(step, format!("spellings AS {alias} ON {alias}.field = {key} AND {alias}.form = {form_column}"));
        otherwise = format!("COALESCE({alias}.code, {other})");
    }
    let lines = cases.join("\n      ");
    let expression = format!("CASE\n      {lines}\n      ELSE {otherwise}\n    END");
    let comment = format!("{}: the code of its category; {other} is any other text, {missing} is missing", field.name);
    let column = query.bind_at(step, &format!("{base}_code"), expression, &comment);
    Known { column, refused: None }
}

/// The canonical form of a text as far as these forms need it.
fn canonical(part: &mut Part, text: &str, forms: &[String], folds: bool, name: &str) -> String {
    let dialect = part.dialect();
    let mut form = text.to_owned();
    if forms.iter().any(|form| is_whole(form)) {
        form = whole(part, text);
    }
    if folds {
        form = dialect.lower(&form);
    }
    for (written, canonical) in spelled_otherwise(forms.iter().map(String::as_str), folds) {
        form = format!("REPLACE({form}, {}, {})", dialect.text(&written), dialect.text(&canonical));
    }
    if form == text { form } else { part.bind(name, form) }
}

/// A whole number without a fraction of zeros, and without the sign of -0; other texts as they are.
fn whole(part: &mut Part, text: &str) -> String {
    let dialect = part.dialect();
    let stripped = dialect.right_trimmed(&dialect.right_trimmed(text, "'0'"), "'.'");
    let digits = part.bind(
        "digits",
        // Without its sign, where a fraction of zeros follows.
        format!(
            "CASE WHEN {} AND NOT {} AND {stripped} <> '' THEN {} ELSE '' END",
            dialect.like(text, "*.*"),
            dialect.like(text, "*..*"),
            format_args!("CASE WHEN SUBSTR({text}, 1, 1) = '-' THEN SUBSTR({stripped}, 2) ELSE {stripped} END")
        ),
    );
    let is_code = format!("{} AND {digits} <> '0'", dialect.like(&digits, "0*"));
    let is_number = format!("{digits} <> '' AND NOT {} AND NOT ({is_code})", dialect.like(&digits, "*[^0-9]*"));
    part.bind(
        "whole",
        format!("CASE WHEN {text} = '-0' OR {digits} = '0' THEN '0' WHEN {is_number} THEN {stripped} ELSE {text} END"),
    )
}
