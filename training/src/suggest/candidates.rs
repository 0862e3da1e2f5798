//! The formulas that are tried: sums, differences and trends of fields that measure the same thing,
//! ratios and products of any two, what a flag makes of a number, and how many services a customer
//! has.

use tenure::schema::{Derived, Field, Formula, Kind, Schema};

use crate::checks::field_summaries;
use crate::cohort::{Cohort, Column};
use crate::profile::words;

/// Numbers that are combined with each other; if there are more, those that rank customers best on
/// their own.
const MOST_NUMBERS: usize = 40;
const MOST_FLAGS: usize = 12;
/// Fields that a formula may read.
const MOST_FIELDS: usize = 10;

/// Every candidate over a cohort's fields, without those that the schema has already.
pub fn candidates(cohort: &Cohort) -> Vec<Derived> {
    let schema = cohort.schema();
    let mut list = List { schema, found: Vec::new() };
    let numbers = numbers(cohort);
    for (word, members) in alike(schema, &numbers) {
        let sum: Vec<String> = members.iter().map(|&field| name(&schema.fields[field])).collect();
        list.add(&format!("total_{word}"), sum.join(" + "));
        if members.len() >= 3 && members.iter().all(|&field| ends_with_digit(&schema.fields[field].name)) {
            list.add(&format!("{word}_trend"), format!("slope({})", sum.join(", ")));
        }
        for (at, &a) in members.iter().enumerate() {
            for &b in &members[at + 1..] {
                let ([a, b], [x, y]) = pair(schema, a, b);
                list.add(&format!("{x}_plus_{y}"), format!("{a} + {b}"));
                list.add(&format!("{x}_minus_{y}"), format!("{a} - {b}"));
            }
        }
    }
    for (at, &first) in numbers.iter().enumerate() {
        for &second in &numbers[at + 1..] {
            // A ratio and its inverse order the customers the same way; the denominator is the one
            // without zeros.
            let (over, under) =
                if has_zeros(cohort, second) && !has_zeros(cohort, first) { (second, first) } else { (first, second) };
            let ([a, b], [x, y]) = pair(schema, over, under);
            let below = if has_zeros(cohort, under) { format!("max({b}, 1)") } else { b.clone() };
            list.add(&format!("{x}_per_{y}"), format!("{a} / {below}"));
            list.add(&format!("{x}_times_{y}"), format!("{a} * {b}"));
        }
    }
    let flags = schema.fields.iter().enumerate().filter(|(_, field)| matches!(field.kind, Kind::Flag { .. }));
    for (flag, _) in flags.take(MOST_FLAGS) {
        for &number in &numbers {
            let ([a, b], [x, y]) = pair(schema, flag, number);
            list.add(&format!("{y}_with_{x}"), format!("{a} * {b}"));
        }
    }
    let services: Vec<String> = schema.fields.iter().filter_map(has_service).take(MOST_FIELDS).collect();
    if services.len() >= 3 {
        list.add("services", format!("count({})", services.join(", ")));
    }
    list.found
}

struct List<'a> {
    schema: &'a Schema,
    found: Vec<Derived>,
}

impl List<'_> {
    /// Adds a formula that parses and is new.
    fn add(&mut self, wanted: &str, formula: String) {
        let Ok(parsed) = Formula::parse(&formula, self.schema) else { return };
        let known = self.schema.derived.iter().chain(&self.found);
        if parsed.fields().len() > MOST_FIELDS || known.clone().any(|derived| derived.formula == formula) {
            return;
        }
        let is_taken = |name: &str| {
            let columns = self.schema.identifiers.iter().chain(&self.schema.ignored);
            self.schema.field_index(name).is_some()
                || self.schema.target.field == name
                || columns.chain(self.schema.derived.iter().map(|derived| &derived.name)).any(|taken| taken == name)
                || self.found.iter().any(|derived| derived.name == name)
        };
        let mut unique = wanted.to_owned();
        let mut number = 2;
        while is_taken(&unique) {
            unique = format!("{wanted}_{number}");
            number += 1;
        }
        self.found.push(Derived { name: unique, label: String::new(), unit: String::new(), formula });
    }
}

/// Numbers and dates that vary.
fn numbers(cohort: &Cohort) -> Vec<usize> {
    let summaries = field_summaries(cohort);
    let varies = |&field: &usize| {
        summaries[field].numbers.as_ref().is_some_and(|numbers| numbers.minimum < numbers.maximum)
            && !cohort.schema().fields[field].name.contains('`')
    };
    let mut fields: Vec<usize> = (0..summaries.len()).filter(varies).collect();
    if fields.len() > MOST_NUMBERS {
        let alone = |field: usize| summaries[field].roc_auc.unwrap_or(0.5);
        fields.sort_by(|&a, &b| alone(b).total_cmp(&alone(a)));
        fields.truncate(MOST_NUMBERS);
        fields.sort_unstable();
    }
    fields
}

/// Groups of numbers that measure the same thing: one unit, or one word in their names. Two groups
/// of the same fields are one.
fn alike(schema: &Schema, numbers: &[usize]) -> Vec<(String, Vec<usize>)> {
    const EMPTY: [&str; 10] = ["total", "number", "num", "n", "of", "avg", "average", "mean", "count", "last"];
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for &index in numbers {
        let field = &schema.fields[index];
        let unit = match &field.kind {
            Kind::Number { unit, .. } => unit.clone(),
            _ => String::new(),
        };
        let named = words(&field.name).into_iter().map(|word| word.to_lowercase());
        let named = named.filter(|word| !EMPTY.contains(&word.as_str()) && word.chars().any(char::is_alphabetic));
        for word in named.chain([unit]).filter(|word| !word.is_empty()) {
            // "charges" and "charge", "m1" and "m2" are one word.
            let stem = word.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('s').to_owned();
            match groups.iter_mut().find(|(known, _)| *known == stem) {
                Some((_, members)) if members.last() != Some(&index) => members.push(index),
                Some(_) => {}
                None => groups.push((stem, vec![index])),
            }
        }
    }
    let mut different: Vec<(String, Vec<usize>)> = Vec::new();
    for (word, members) in groups {
        let word: String = word.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let fits = (2..=MOST_FIELDS).contains(&members.len());
        if fits && !different.iter().any(|(_, known)| *known == members) {
            different.push((word, members));
        }
    }
    different
}

fn ends_with_digit(name: &str) -> bool {
    name.ends_with(|c: char| c.is_ascii_digit())
}

fn has_zeros(cohort: &Cohort, field: usize) -> bool {
    matches!(cohort.column(field), Column::Numbers(numbers) if numbers.contains(&0.0))
}

/// The formula of a service that a customer has: a flag, or a category with the value Yes.
fn has_service(field: &Field) -> Option<String> {
    let name = name(field);
    match &field.kind {
        Kind::Flag { .. } if !field.name.contains('`') => Some(name),
        Kind::Category { categories } if categories.iter().any(|category| category == "Yes") => {
            Some(format!("{name} == \"Yes\""))
        }
        _ => None,
    }
}

/// Two fields as formulas name them, and as names of features do.
fn pair(schema: &Schema, a: usize, b: usize) -> ([String; 2], [String; 2]) {
    let fields = [a, b].map(|field| &schema.fields[field]);
    (fields.map(name), fields.map(|field| field.name.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "_")))
}

/// A field's name in a formula: in backquotes where it is no plain word.
fn name(field: &Field) -> String {
    let plain = field.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let digit = field.name.starts_with(|c: char| c.is_ascii_digit());
    if plain && !digit && !["and", "or", "not"].contains(&field.name.as_str()) {
        field.name.clone()
    } else {
        format!("`{}`", field.name)
    }
}
