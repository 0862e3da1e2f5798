//! A field's input → its number, or the code of its category.

use tenure::schema::{DateFormat, Field, Kind};

use super::graph::{Builder, Parameter, Type};
use crate::numbers::missing_numbers;
use crate::texts::{self, Reading, is_whole, readings, spellings_of};

/// What the graph knows of a field.
pub(super) struct Known {
    /// The value of the number, NaN for missing; or of the code.
    pub(super) value: String,
    /// Whether the scorer refuses the value.
    pub(super) refused: Option<String>,
}

pub(super) fn field(builder: &mut Builder, field: &Field) -> Known {
    match &field.kind {
        Kind::Category { .. } | Kind::Flag { .. } => {
            let about = format!("{}: a text; blank is missing", field.label());
            let text = builder.input(&field.name, Type::Text, &about);
            Known { value: code(builder, field, &text), refused: None }
        }
        Kind::Number { unit, .. } => {
            let unit = if unit.is_empty() { String::new() } else { format!(" in {unit}") };
            let about = format!("{}: a number{unit}; NaN is missing", field.label());
            let number = builder.input(&field.name, Type::Double, &about);
            bounded(builder, field, number)
        }
        Kind::Date { reference, format } => {
            let what = match format {
                DateFormat::Unix => "seconds since 1970-01-01".into(),
                DateFormat::UnixMilliseconds => "milliseconds since 1970-01-01".into(),
                DateFormat::Excel => "days of a spreadsheet".into(),
                DateFormat::Iso | DateFormat::Order(_) => {
                    format!("days before {}", tenure::schema::date::text(*reference))
                }
            };
            let about = format!("{}: {what}; NaN is missing", field.label());
            let number = builder.input(&field.name, Type::Double, &about);
            let (operator, by) = match format {
                DateFormat::Unix => ("Div", 86_400.0),
                DateFormat::UnixMilliseconds => ("Div", 86_400_000.0),
                DateFormat::Excel => ("Sub", 25_569.0),
                DateFormat::Iso | DateFormat::Order(_) => return bounded(builder, field, number),
            };
            let by = builder.number(by);
            let day = builder.op(operator, &[&number, &by]);
            let reference = builder.number(*reference);
            let number = builder.op("Sub", &[&reference, &day]);
            bounded(builder, field, number)
        }
    }
}

/// The number without those that mean "missing", and whether what is left is refused.
fn bounded(builder: &mut Builder, field: &Field, number: String) -> Known {
    // Minus zero is zero.
    let zero = builder.number(0.0);
    let is_zero = builder.op("Equal", &[&number, &zero]);
    let mut value = builder.op("Where", &[&is_zero, &zero, &number]);
    let nan = builder.number(f64::NAN);
    for token in missing_numbers(field) {
        let token = builder.number(token);
        let is_token = builder.op("Equal", &[&number, &token]);
        value = builder.op("Where", &[&is_token, &nan, &value]);
    }
    let (minimum, maximum) = field.bounds().unwrap_or((f64::MIN, f64::MAX));
    let (minimum, maximum) = (builder.number(minimum), builder.number(maximum));
    let below = builder.op("Less", &[&value, &minimum]);
    let above = builder.op("Greater", &[&value, &maximum]);
    let refused = builder.op("Or", &[&below, &above]);
    Known { value, refused: Some(refused) }
}

/// The code of a category or flag: one regular expression for each comparison.
fn code(builder: &mut Builder, field: &Field, text: &str) -> String {
    let mut code = builder.whole(texts::other(field) as i64);
    let mut list: Vec<(String, usize)> =
        readings(field).iter().map(|(reading, code)| (pattern(reading), *code)).collect();
    list.insert(0, (String::new(), texts::missing(field)));
    // The first that holds is the last that is asked.
    for (pattern, own) in list.iter().rev() {
        let pattern = format!("{BLANKS}{pattern}{BLANKS}");
        let holds = builder.op_with("RegexFullMatch", &[text], &[Parameter::Text("pattern", &pattern)]);
        let own = builder.whole(*own as i64);
        code = builder.op("Where", &[&holds, &own, &code]);
    }
    code
}

/// The blanks at the ends of a text, in RE2's words.
const BLANKS: &str = r"[\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*";

fn pattern(reading: &Reading) -> String {
    let (text, folds) = match reading {
        Reading::Exact(text) => return text.chars().map(|character| literal(&character.to_string())).collect(),
        Reading::Composed(text) => (text, false),
        Reading::Form(text) => (text, true),
    };
    let of_character = |character: char| {
        let own = character.to_string();
        // A character that composes and folds to itself alone.
        if character.is_ascii() && !(folds && character.is_ascii_lowercase()) {
            return literal(&own);
        }
        let ways: Vec<String> =
            std::iter::once(own).chain(spellings_of(character, folds)).map(|way| literal(&way)).collect();
        if ways.len() == 1 { ways.concat() } else { format!("(?:{})", ways.join("|")) }
    };
    let pattern: String = text.chars().map(of_character).collect();
    match is_whole(text) {
        true if text == "0" => format!("-?{pattern}(?:\\.0*)?"),
        true => format!("{pattern}(?:\\.0*)?"),
        false => pattern,
    }
}

/// Characters as a regular expression that matches them alone.
fn literal(text: &str) -> String {
    let escaped = |character: char| match character {
        _ if character.is_ascii_alphanumeric() => character.to_string(),
        _ if character.is_control() => format!("\\x{{{:x}}}", character as u32),
        _ if character.is_ascii() => format!("\\{character}"),
        _ => character.to_string(),
    };
    text.chars().map(escaped).collect()
}
