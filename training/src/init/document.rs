//! The text of `schema.toml`: written by hand, because a guess without its reason cannot be
//! corrected.

use tenure::schema::{DateFormat, Kind, MINIMUM_CUSTOMERS, Negative, NumberFormat, SCHEMA_VERSION, Target, When, date};

use super::guess::{Guess, Place};
use crate::profile::{changeable_word, label};
use crate::suggest::{Suggestion, Suggestions};
use crate::words::grouped;

/// Columns of comments and lists before a line is broken.
const WIDTH: usize = 100;

/// The contents of the text.
pub(super) struct Drafted {
    pub(super) file: String,
    pub(super) name: String,
    pub(super) rows: u64,
    pub(super) target: Target,
    pub(super) target_comments: Vec<String>,
    /// Every column but the target, in the table's order.
    pub(super) columns: Vec<(String, Guess)>,
}

impl Drafted {
    /// The day after the latest date of all columns.
    fn reference(&self) -> Option<f64> {
        let references = self.columns.iter().filter_map(|(_, guess)| match guess.place {
            Place::Field { kind: Kind::Date { reference, .. }, .. } => Some(reference),
            _ => None,
        });
        references.max_by(f64::total_cmp)
    }
}

pub(super) fn write(draft: &Drafted) -> String {
    let mut text = format!(
        "# Drafted by `tenure init` from {} ({} rows, {} columns). Correct what is wrong, then train.\n\
         #\n\
         # A field has a kind: number (with unit, minimum, maximum), date (counted as days before `reference`), category\n\
         # (with categories; every other text counts as OTHER), or flag (with positive and negative). docs/schema.md has the\n\
         # keys that say how a number or a date is written. The empty text is always missing; `missing` lists other texts\n\
         # that mean it. `changeable = true` marks what you or the customer can change: what-if and advice move only\n\
         # these. `label` is what people read.\n\n\
         schema_version = {SCHEMA_VERSION}\n\
         name = {}\n",
        plain(&draft.file),
        grouped(draft.rows),
        grouped(draft.columns.len() as u64 + 1),
        quoted(&draft.name)
    );
    if let Some(reference) = draft.reference() {
        text += &format!(
            "\n# The day after the latest date of this table. Dates count as days before it: state the day of the export.\n\
             reference = {}\n",
            quoted(&date::text(reference))
        );
    }
    let places = [
        (Place::Identifier, "identifiers", "Columns that identify a person. They never enter a model or an artifact."),
        (Place::Ignored, "ignored", "Columns that are not used."),
    ];
    for (place, key, comment) in places {
        let mut lines = String::new();
        for (name, guess) in draft.columns.iter().filter(|(_, guess)| guess.place == place) {
            lines += &format!("    {}, # {}\n", quoted(name), plain(&guess.comments.join("; ")));
        }
        let start = if lines.is_empty() { "" } else { "\n" };
        text += &format!("\n# {comment}\n{key} = [{start}{lines}]\n");
    }
    text += &target(&draft.target, &draft.target_comments);
    for (name, guess) in &draft.columns {
        if let Place::Field { kind, missing, lowest, members } = &guess.place {
            text += &field(name, kind, missing, *lowest, *members, guess);
        }
    }
    text += "\n# A derived feature is a number computed from fields, the same in training and in the browser, such as:\n\
             # [[derived]]\n\
             # name = \"average_charge\"\n\
             # formula = \"TotalCharges / max(tenure, 1)\"\n";
    text
}

/// The derived features that a search found, as comments for a person to accept.
pub fn suggested(found: &Suggestions) -> String {
    let Suggestions { rows, folds, tried, log_loss, accepted, .. } = found;
    let measured = format!("{folds}-fold cross-validation of {} rows", grouped(*rows as u64));
    if accepted.is_empty() {
        return format!(
            "\n# Suggestions: {tried} sums, differences, ratios, products and counts were tried. None lowers the log-loss of the\n\
             # default network ({log_loss:.4}, {measured}) by more than three times its standard error.\n"
        );
    }
    let mut text = format!(
        "\n# Suggestions, of {tried} sums, differences, ratios, products and counts that were tried. Accept one by removing the\n\
         # \"# \" before its lines. Its gain is how much lower the log-loss of the default network becomes with it, ± the\n\
         # standard error of the difference: {measured}, {log_loss:.4} without any. Each is measured with those above it in place,\n\
         # on the rows that chose it, so these figures are optimistic.\n"
    );
    for Suggestion { derived, gain, standard_error } in accepted {
        text += &format!(
            "\n# log-loss {gain:.4} ± {standard_error:.4} lower\n# [[derived]]\n# name = {}\n# label = {}\n# formula = {}\n",
            quoted(&derived.name),
            quoted(&label(&derived.name)),
            quoted(&derived.formula)
        );
    }
    text
}

fn target(target: &Target, comments: &[String]) -> String {
    let comments: String = comments.iter().map(|comment| format!("# {}\n", plain(comment))).collect();
    let mut text = format!("\n[target]\n{comments}field = {}\n", quoted(&target.field));
    text += &match (target.when, &target.positive[..]) {
        (Some(When::Present), _) => "when = \"present\"\n".into(),
        (Some(When::Missing), _) => "when = \"missing\"\n".into(),
        (None, [one]) => format!("positive = {}\n", quoted(one)),
        (None, several) => list("positive", several),
    };
    for (key, texts) in [("negative", &target.negative), ("missing", &target.missing)] {
        if !texts.is_empty() {
            text += &list(key, texts);
        }
    }
    text
}

fn field(name: &str, kind: &Kind, missing: &[String], lowest: Option<f64>, members: u32, guess: &Guess) -> String {
    let mut text = String::from("\n[[fields]]\n");
    text += &guess.comments.iter().map(|comment| format!("# {}\n", plain(comment))).collect::<String>();
    text += &format!("name = {}\nlabel = {}\n", quoted(name), quoted(&label(name)));
    text += &match kind {
        Kind::Number { unit, format, .. } => {
            let mut text = String::from("kind = \"number\"\n");
            for (key, value) in number_keys(unit, format) {
                text += &format!("{key} = {}\n", quoted(&value));
            }
            if let Some(lowest) = lowest {
                text += &format!(
                    "# minimum = 0 # the lowest value here is {lowest}; with a minimum, a row below it has no score\n"
                );
            }
            text
        }
        Kind::Date { format: DateFormat::Iso, .. } => "kind = \"date\"\n".into(),
        Kind::Date { format, .. } => format!("kind = \"date\"\nformat = {}\n", quoted(format.name())),
        Kind::Category { categories } => {
            let own =
                if members == MINIMUM_CUSTOMERS { String::new() } else { format!("minimum_members = {members}\n") };
            format!("kind = \"category\"\n{own}{}", list("categories", categories))
        }
        Kind::Flag { positive, negative } => {
            format!("kind = \"flag\"\npositive = {}\nnegative = {}\n", quoted(positive), quoted(negative))
        }
    };
    if !missing.is_empty() {
        text += &list("missing", missing);
    }
    // A second key would be an error once the comment is one no more.
    text + &match changeable_word(name, matches!(kind, Kind::Number { .. }))
        .filter(|_| !matches!(kind, Kind::Date { .. }))
    {
        Some(word) => format!(
            "# changeable = true # its name speaks of {word:?}: remove the first # if you or the customer can change it\n"
        ),
        None => "changeable = false\n".into(),
    }
}

/// The keys of a number that say how it is written.
fn number_keys(unit: &str, format: &NumberFormat) -> Vec<(&'static str, String)> {
    let NumberFormat { decimal_comma, grouping, prefix, suffix, negative, time } = format;
    let given = |key, text: &str| (!text.is_empty()).then(|| (key, text.to_owned()));
    let keys = [
        given("unit", unit),
        decimal_comma.then(|| ("decimal", ",".into())),
        grouping.map(|mark| ("grouping", mark.into())),
        given("prefix", prefix),
        given("suffix", suffix),
        (*negative != Negative::Minus).then(|| ("negative", negative.name().into())),
        time.then(|| ("format", "time".into())),
    ];
    keys.into_iter().flatten().collect()
}

/// An array of texts on one line, or on as many as it takes.
fn list(key: &str, texts: &[String]) -> String {
    let items: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    let line = format!("{key} = [{}]\n", items.join(", "));
    if line.chars().count() <= WIDTH {
        return line;
    }
    let mut text = format!("{key} = [\n   ");
    let mut column = 4;
    for item in items {
        let length = item.chars().count() + 2;
        if column + length > WIDTH && column > 4 {
            text += "\n   ";
            column = 4;
        }
        text += &format!(" {item},");
        column += length;
    }
    text + "\n]\n"
}

/// A TOML basic string.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            c if c.is_control() => quoted += &format!("\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A comment cannot hold the end of a line or another control character.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '\u{2028}' || c == '\u{2029}' { ' ' } else { c }).collect()
}
