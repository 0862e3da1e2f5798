//! An artifact as one SELECT: raw columns → probability, logit and tier, in plain SQL.
//!
//! A row that the scorer refuses has NULL for all three, and the names of the fields in `problems`.

mod arrays;
mod dates;
mod dialect;
mod fields;
mod formulas;
mod literal;
mod network;
mod number;
mod places;
mod query;

use std::collections::HashSet;

use tenure::artifact::Artifact;
use tenure::encoding::Source;
use tenure::schema::{Field, Formula, Schema};

pub use dialect::Dialect;

use crate::error::ExportError;
use dialect::one_line;
use fields::Known;
use literal::real;
use query::Query;

/// What the statement is for.
#[derive(Clone, Debug, PartialEq)]
pub struct SqlOptions {
    /// The dialect.
    pub dialect: Dialect,
    /// The table or view, as the statement names it: `customers`, `mart.customers`, `"Customers"`.
    pub table: String,
    /// Columns of the table that the result keeps, before the scores.
    pub keep: Vec<String>,
    /// Number and date fields whose columns hold numbers. Without it a column is read as a text, which
    /// takes longer, and which is not possible for a field with a number format.
    pub numbers: Vec<String>,
}

impl SqlOptions {
    /// A statement over a table, without columns to keep.
    pub fn new(dialect: Dialect, table: &str) -> SqlOptions {
        SqlOptions { dialect, table: table.into(), keep: Vec::new(), numbers: Vec::new() }
    }
}

/// The statement. The table has a column for each field, with the field's name.
///
/// # Errors
///
/// A field or the network is beyond what the dialect computes, or an option does not fit the artifact.
pub fn sql(artifact: &Artifact, options: &SqlOptions) -> Result<String, ExportError> {
    check(artifact, options)?;
    let SqlOptions { dialect, table, keep, numbers } = options;
    let schema = &artifact.document.schema;
    let mut query = Query::new(*dialect);
    let kept: Vec<String> = keep
        .iter()
        .enumerate()
        .map(|(at, name)| query.source(&format!("kept_{at}"), dialect.quoted(name), ""))
        .collect();
    let names = Names::of(schema);
    let mut spelled = Vec::new();
    let mut known: Vec<Known> = Vec::new();
    for (field, base) in schema.fields.iter().zip(&names.fields) {
        known.push(fields::field(&mut query, field, base, numbers.contains(&field.name), &mut spelled)?);
    }
    let formulas = formulas_of(schema);
    let safe = safe_numbers(&mut query, schema, &formulas, &mut known, &names);
    let mut values = Vec::new();
    for (index, (formula, base)) in formulas.iter().zip(&names.derived).enumerate() {
        values.push(formulas::derived(&mut query.part(base), schema, index, formula, &safe)?);
    }
    let columns: Vec<(String, String)> = artifact
        .encoder
        .inputs()
        .iter()
        .map(|input| match input.source {
            Source::Field(field) => (names.fields[field].clone(), known[field].column.clone()),
            Source::Derived(derived) => (names.derived[derived].clone(), values[derived].clone()),
        })
        .collect();
    let problems = problems(&mut query, schema, &known);
    let network_logit = network::logit(&mut query, artifact, &columns)?;
    let logit = query.bind(
        "result_logit",
        format!("CASE WHEN {problems} = '' THEN {network_logit} END"),
        "A row with a problem has no score.",
    );
    let probability = network::probability(&mut query, &artifact.document.calibration, &logit);
    let tiers = &artifact.document.policy.tiers;
    let tier = |tier: &tenure::decision::Tier| {
        format!("WHEN {probability} >= {} THEN {}", real(tier.from), dialect.text(&tier.name))
    };
    let tiers: Vec<String> = tiers.iter().rev().map(tier).collect();
    let mut results: Vec<String> =
        kept.iter().zip(keep).map(|(column, name)| format!("{column} AS {}", dialect.quoted(name))).collect();
    results.extend([
        format!("{probability} AS probability"),
        format!("{logit} AS logit"),
        format!("CASE\n    {}\n  END AS tier", tiers.join("\n    ")),
        format!("NULLIF({problems}, '') AS problems"),
    ]);
    let limits = dialect.limits();
    let too_large = |what, found, maximum| Err(ExportError::Size { target: dialect.name(), what, found, maximum });
    let widest = query.widest(&results);
    if widest > limits.columns {
        return too_large("columns in a step", widest, limits.columns);
    }
    let mut tables = Vec::new();
    if dialect.joins_literals() {
        let network::Weights { columns: weight_columns, rows: weights } = network::weights(artifact);
        let rows = weights.len().max(spelled.len());
        if rows > limits.rows {
            return too_large("rows of weights or spellings", rows, limits.rows);
        }
        tables.push(inline(*dialect, "weights", &weight_columns, &weights));
    }
    if !spelled.is_empty() {
        let columns =
            [("field", "STRING"), ("form", "STRING"), ("code", "INT64")].map(|(name, kind)| (name.to_owned(), kind));
        tables.push(inline(*dialect, "spellings", &columns, &spelled));
    }
    tables.extend(query.steps(table, &results));
    let text = format!(
        "{}WITH {}\nSELECT\n  {}\nFROM {};\n",
        header(artifact, options),
        tables.join(",\n"),
        results.join(",\n  "),
        query.result()
    );
    if text.len() > limits.bytes {
        return too_large("bytes of SQL", text.len(), limits.bytes);
    }
    Ok(text)
}

fn formulas_of(schema: &Schema) -> Vec<Formula> {
    // An artifact's formulas were parsed when it was read.
    schema.derived.iter().filter_map(|derived| Formula::parse(&derived.formula, schema).ok()).collect()
}

/// The columns that formulas read. Where a double that overflows ends the query, numbers that could make
/// one are NULL, and their rows are refused.
fn safe_numbers(
    query: &mut Query,
    schema: &Schema,
    formulas: &[Formula],
    known: &mut [Known],
    names: &Names,
) -> Vec<String> {
    let strict = query.dialect.stops_at_overflow();
    let mut columns: Vec<String> = known.iter().map(|known| known.column.clone()).collect();
    let is_read = |index: usize| formulas.iter().any(|formula| formula.fields().contains(&index));
    for index in 0..schema.fields.len() {
        if strict && schema.fields[index].is_number() && is_read(index) {
            let (column, most) = (&columns[index], formulas::STRICT_EXPONENT);
            let is_safe = format!("({column} = 0 OR ABS({column}) BETWEEN 1e-{most} AND 1e{most})");
            if let Some(refused) = &mut known[index].refused {
                *refused += &format!(" OR NOT {is_safe}");
            }
            let safe = format!("CASE WHEN {is_safe} THEN {column} END");
            columns[index] = query.part(&names.fields[index]).bind("safe", safe);
        }
    }
    columns
}

/// Refuses options that do not fit the artifact.
fn check(artifact: &Artifact, options: &SqlOptions) -> Result<(), ExportError> {
    let refuse = |option, rule: &str, value: &str| {
        Err(ExportError::Option { option, rule: rule.into(), value: format!("{value:?}") })
    };
    let fields = &artifact.document.schema.fields;
    for name in &options.numbers {
        if !fields.iter().any(|field| field.name == *name && field.is_number()) {
            return refuse("numbers", "must name number or date fields of the model", name);
        }
    }
    let results = ["probability", "logit", "tier", "problems"];
    if let Some(name) = options.keep.iter().find(|name| name.is_empty() || results.contains(&name.as_str())) {
        return refuse("keep", "must name columns of the table, and none of the result", name);
    }
    if !is_table(&options.table) {
        let rule = "must be a name of letters, digits and _, or one in quotes; dots stand between the names of a path";
        return refuse("table", rule, &options.table);
    }
    Ok(())
}

/// Whether a text is the path of a table and nothing else.
fn is_table(text: &str) -> bool {
    let mut rest = text;
    loop {
        let after = match rest.chars().next() {
            Some(quote @ ('"' | '`')) => match rest[1..].split_once(quote) {
                Some((name, after)) if !name.is_empty() && !name.contains('\\') => after,
                _ => return false,
            },
            Some(first) if first.is_ascii_alphabetic() || first == '_' => rest.trim_start_matches(|character: char| {
                character.is_ascii_alphanumeric() || matches!(character, '_' | '$' | '-')
            }),
            _ => return false,
        };
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => return after.is_empty(),
        }
    }
}

/// Short names of fields and features for columns, unique and of letters, digits and `_`.
struct Names {
    fields: Vec<String>,
    derived: Vec<String>,
}

impl Names {
    fn of(schema: &Schema) -> Names {
        let mut seen = HashSet::new();
        let mut short = |name: &str| {
            let mut word = String::new();
            for character in name.chars() {
                if word.len() >= 24 {
                    break;
                }
                if character.is_ascii_alphanumeric() {
                    word.push(character.to_ascii_lowercase());
                } else if !word.is_empty() && !word.ends_with('_') {
                    word.push('_');
                }
            }
            let word = word.trim_end_matches('_');
            let word = if word.starts_with(|first: char| first.is_ascii_alphabetic()) {
                word.into()
            } else {
                format!("f_{word}")
            };
            let mut unique = word.clone();
            let mut count = 1;
            while !seen.insert(unique.clone()) {
                count += 1;
                unique = format!("{word}_{count}");
            }
            unique
        };
        let fields = schema.fields.iter().map(|field| short(&field.name)).collect();
        Names { fields, derived: schema.derived.iter().map(|derived| short(&derived.name)).collect() }
    }
}

/// The column of the names of the fields that the scorer would refuse, blank where there are none.
fn problems(query: &mut Query, schema: &Schema, known: &[Known]) -> String {
    let dialect = query.dialect;
    let mut parts = Vec::new();
    for (field, Known { refused, .. }) in schema.fields.iter().zip(known) {
        if let Some(refused) = refused {
            let text = dialect.text(&format!(", {}", field.name));
            parts.push(format!("CASE WHEN {refused} THEN {text} ELSE '' END"));
        }
    }
    let groups: Vec<String> = parts.chunks(16).map(|parts| format!("({})", parts.join("\n      || "))).collect();
    let all = if groups.is_empty() { "''".into() } else { groups.join("\n    || ") };
    query.bind("problems", format!("SUBSTR({all}, 3)"), "Fields with a value that the scorer refuses")
}

/// A common table expression of literals.
fn inline(dialect: Dialect, name: &str, columns: &[(String, &str)], rows: &[(Vec<String>, String)]) -> String {
    let column = |(at, (name, kind)): (usize, &(String, &str))| {
        let own = dialect.inline_column(at, name);
        let value = match *kind {
            "STRING" => own,
            "INT64" => dialect.as_whole(&own),
            _ => dialect.as_real(&own),
        };
        format!("{value} AS {name}")
    };
    let columns_text: Vec<String> = columns.iter().enumerate().map(column).collect();
    let lines: Vec<String> = columns_text.chunks(4).map(|columns| columns.join(", ")).collect();
    format!(
        "{name} AS {}(\n  SELECT\n    {}\n  FROM {}\n)",
        dialect.materialized_inline(),
        lines.join(",\n    "),
        dialect.inline(columns, rows)
    )
}

/// What a reviewer should know before reading.
fn header(artifact: &Artifact, options: &SqlOptions) -> String {
    let schema = &artifact.document.schema;
    let of_number = |field: &Field| options.numbers.contains(&field.name);
    let read: Vec<&str> =
        schema.fields.iter().filter(|field| of_number(field)).map(|field| field.name.as_str()).collect();
    let mut lines = vec![
        format!("{}: {}", schema.name, schema.target.probability()),
        format!("Written by Tenure for {}. It computes what the model's file computes,", options.dialect.name()),
        "with logits within 1e-5 of the scorer's.".into(),
        String::new(),
        "probability  calibrated, 0 to 1".into(),
        "logit        before calibration, in log-odds".into(),
        format!(
            "tier         one of {}",
            artifact.document.policy.tiers.iter().map(|tier| tier.name.as_str()).collect::<Vec<_>>().join(", ")
        ),
        "problems     fields with a value that is refused; such a row has no score".into(),
        String::new(),
        "Each step reads the step before it: texts, numbers and codes of the fields, derived features,".into(),
        "places among the knots, the layers of the network, calibration. A number ends in e0 where it".into(),
        if options.dialect.joins_literals() {
            "must be a double. `weights` has a row for each knot and category, and a column for each unit."
        } else {
            "must be a double. An input's `_rows` are an array with a row for each knot and category."
        }
        .into(),
    ];
    if !read.is_empty() {
        lines.push(format!("Columns of numbers: {}.", read.join(", ")));
    }
    if options.dialect.stops_at_overflow() && !schema.derived.is_empty() {
        lines.push(format!(
            "A number that a formula reads is refused beyond 1e{0} or within 1e-{0}: {1} ends a query at an overflow.",
            formulas::STRICT_EXPONENT,
            options.dialect.name()
        ));
    }
    lines.iter().map(|line| format!("-- {}", one_line(line)).trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests;
