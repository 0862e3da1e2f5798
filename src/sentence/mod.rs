//! Sentences for people, from a table of messages: contributions, counterfactuals, values with
//! their unit. A table is data (JSON): the command, the package, and callers with a language of
//! their own use the same code. Two tables lie next to this file. A language has two forms of a
//! unit, for 1 and for other numbers.

mod fill;

use fill::{fill, is_sound};

use crate::customer::Cell;
use crate::json::decimal;
use crate::json::{Problem, Problems, Reader, parse};
use crate::schema::{Field, Kind, date};

/// The table that is used unless another is given.
pub const ENGLISH: &str = include_str!("english.json");
/// The second table of the project.
pub const GERMAN: &str = include_str!("german.json");

/// A table of messages. Placeholders are in braces; each message has its own.
#[derive(Clone, Debug)]
pub struct Messages {
    /// In the order of [`MESSAGES`].
    texts: Vec<String>,
    units: Vec<Unit>,
    /// Labels and categories of a schema, translated.
    words: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
struct Unit {
    /// As the schema writes it.
    name: String,
    /// With `{number}`, for the number 1.
    one: Option<String>,
    other: String,
    decimals: Option<u32>,
}

/// One change of a counterfactual: the field, its value before and after, whether it follows from
/// the others.
#[derive(Clone, Copy, Debug)]
pub struct ChangeWords<'a> {
    /// The field.
    pub field: &'a Field,
    /// As it is.
    pub from: Cell,
    /// As it would be.
    pub to: Cell,
    /// Whether it only moves because others change.
    pub follows: bool,
}

/// Keys of a table and the placeholders of each.
const MESSAGES: [(&str, &str); 20] = [
    ("decimal", ""),
    ("group", ""),
    ("percent", "number"),
    ("yes", ""),
    ("no", ""),
    ("missing", ""),
    ("other", ""),
    ("comma", ""),
    ("and", ""),
    ("points", "number"),
    ("log_odds", "number"),
    ("raises", "label value amount"),
    ("lowers", "label value amount"),
    ("keeps", "label value amount"),
    ("change", "label from to"),
    ("counterfactual", "changes before after"),
    ("follows", "label from to"),
    ("already_under", "before threshold"),
    ("no_change", ""),
    ("not_reached", "before threshold lowest longest"),
];

impl Messages {
    /// The English words.
    pub fn english() -> Messages {
        Messages::read(ENGLISH).unwrap_or(Messages { texts: Vec::new(), units: Vec::new(), words: Vec::new() })
    }

    /// Reads a table. Every key that is absent, unknown or wrong is reported, and so is every
    /// unknown placeholder.
    pub fn read(text: &str) -> Result<Messages, Vec<Problem>> {
        let document = parse(text).map_err(|error| vec![Problem { place: "".into(), message: error.to_string() }])?;
        let problems = Problems::default();
        let mut reader = Reader::new("", &document, &problems);
        let mut texts = Vec::with_capacity(MESSAGES.len());
        for (key, placeholders) in MESSAGES {
            let text = reader.text(key);
            check(&reader, key, &text, placeholders);
            texts.push(text);
        }
        let mut units = Vec::new();
        let mut forms = reader.object("units");
        for (name, value) in forms.rest() {
            let mut form = Reader::new(&forms.place(name), value, &problems);
            let one = form.optional_text("one");
            let other = form.text("other");
            for text in one.iter().chain([&other]) {
                check(&form, "other", text, "number");
            }
            let decimals = form.optional_number("decimals").map(|decimals| decimals.clamp(0.0, 9.0) as u32);
            form.end();
            units.push(Unit { name: name.into(), one, other, decimals });
        }
        let mut words = Vec::new();
        let mut given = reader.object("words");
        for (name, value) in given.rest() {
            match value.as_text() {
                Some(word) => words.push((name.into(), word.into())),
                None => given.report(name, "must be a text"),
            }
        }
        reader.end();
        problems.or(Messages { texts, units, words })
    }

    fn message(&self, key: &str) -> &str {
        let at = MESSAGES.iter().position(|(name, _)| *name == key);
        at.and_then(|at| self.texts.get(at)).map_or("", String::as_str)
    }

    fn word<'a>(&'a self, word: &'a str) -> &'a str {
        self.words.iter().find(|(name, _)| name == word).map_or(word, |(_, translated)| translated)
    }

    /// The words for a field.
    pub fn label<'a>(&'a self, field: &'a Field) -> &'a str {
        self.word(field.label())
    }

    /// A cell in words: `1 month`, `$70.35`, `Month-to-month`, `missing`; a flag is yes or no.
    /// Dates are ISO 8601 in every language.
    pub fn value(&self, field: &Field, cell: Cell) -> String {
        let (number, unit) = match (cell, &field.kind) {
            (Cell::Missing, _) => return self.message("missing").into(),
            (Cell::Number(number), Kind::Date { reference, .. }) => return date::text(reference - number),
            (Cell::Number(number), Kind::Number { unit, .. }) => (number, unit.as_str()),
            (Cell::Number(number), _) => (number, ""),
            (Cell::Category(code @ 0..=1), Kind::Flag { .. }) => {
                return self.message(if code == 1 { "yes" } else { "no" }).into();
            }
            (Cell::Category(code), _) => {
                let category = field.categories().get(code as usize).copied();
                return category.map_or_else(|| self.message("other").into(), |text| self.word(text).into());
            }
        };
        let Some(Unit { one, other, decimals, .. }) = self.units.iter().find(|known| known.name == unit) else {
            let number = self.number(&decimal::text(number));
            return if unit.is_empty() { number } else { number + " " + self.word(unit) };
        };
        let text = decimals.map_or_else(|| decimal::text(number), |decimals| decimal::fixed(number, decimals));
        let form = if number == 1.0 { one.as_ref().unwrap_or(other) } else { other };
        fill(form, &[("number", &self.number(&text))])
    }

    /// A plain decimal with this language's marks.
    fn number(&self, plain: &str) -> String {
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
        let mut text = String::from(sign) + &decimal::grouped(whole, self.message("group"));
        if !rest.is_empty() {
            text = text + self.message("decimal") + rest;
        }
        text
    }

    /// A share as a percentage of one decimal.
    pub fn percent(&self, share: f64) -> String {
        fill(self.message("percent"), &[("number", &self.number(&decimal::fixed(share * 100.0, 1)))])
    }

    /// What a value adds to the logit, in log-odds with two decimals.
    pub fn contribution(&self, field: &Field, cell: Cell, contribution: f64) -> String {
        self.moves("log_odds", field, cell, &decimal::fixed(contribution, 2))
    }

    /// What a value adds to the probability, in percentage points with one decimal.
    pub fn points(&self, field: &Field, cell: Cell, contribution: f64) -> String {
        self.moves("points", field, cell, &decimal::fixed(contribution * 100.0, 1))
    }

    fn moves(&self, unit: &str, field: &Field, cell: Cell, plain: &str) -> String {
        let (key, sign) = match plain {
            "0.00" | "0.0" => ("keeps", ""),
            negative if negative.starts_with('-') => ("lowers", ""),
            _ => ("raises", "+"),
        };
        let amount = fill(self.message(unit), &[("number", &(String::from(sign) + &self.number(plain)))]);
        let value = self.value(field, cell);
        fill(self.message(key), &[("label", self.label(field)), ("value", &value), ("amount", &amount)])
    }

    /// What would have to be different, and the probability then. Fields that follow get sentences
    /// of their own.
    pub fn counterfactual(&self, changes: &[ChangeWords], before: f64, after: f64) -> String {
        let words = |key: &str, change: &ChangeWords| {
            let [from, to] = [change.from, change.to].map(|cell| self.value(change.field, cell));
            fill(self.message(key), &[("label", self.label(change.field)), ("from", &from), ("to", &to)])
        };
        let chosen = changes.iter().filter(|change| !change.follows).count();
        let mut list = String::new();
        let mut after_it = String::new();
        let mut listed = 0;
        for change in changes {
            if change.follows {
                after_it = after_it + " " + &words("follows", change);
                continue;
            }
            listed += 1;
            if listed > 1 {
                list += self.message(if listed == chosen { "and" } else { "comma" });
            }
            list += &words("change", change);
        }
        let [before, after] = [before, after].map(|probability| self.percent(probability));
        fill(self.message("counterfactual"), &[("changes", &list), ("before", &before), ("after", &after)]) + &after_it
    }

    /// Why there is no counterfactual; `key` is one of `already_under`, `no_change`, `not_reached`.
    pub fn none(&self, key: &str, before: f64, threshold: f64, lowest: f64, longest: usize) -> String {
        let [before, threshold, lowest] = [before, threshold, lowest].map(|share| self.percent(share));
        let longest = decimal::text(longest as f64);
        let values = [("before", &*before), ("threshold", &threshold), ("lowest", &lowest), ("longest", &longest)];
        fill(self.message(key), &values)
    }
}

fn check(reader: &Reader, key: &str, text: &str, placeholders: &str) {
    if !is_sound(text, placeholders) {
        let allowed = if placeholders.is_empty() { "no placeholder" } else { placeholders };
        reader
            .report(key, &("has a brace that is not closed, or a placeholder that is none of: ".to_string() + allowed));
    }
}

#[cfg(test)]
mod tests;
