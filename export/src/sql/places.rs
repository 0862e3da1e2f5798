//! Inputs → their places: the row of the first layer that each finds, its way to the next row, and what rows
//! there are.

use tenure::artifact::Artifact;
use tenure::encoding::{Input, Scale, Source};

use super::literal::{real, single};
use super::query::Query;

/// More knots than these are searched by halves.
const MOST_IN_TURN: usize = 32;

/// Where an input is among its rows of the first layer.
pub(super) struct Place<'a> {
    pub(super) input: &'a Input,
    /// The column of the row, counted from the input's first.
    pub(super) row: String,
    /// The column of the way to the next row; `None` for a category.
    pub(super) way: Option<String>,
    pub(super) name: String,
}

/// The row of an input, and for a number the way to the next one.
pub(super) fn place<'a>(query: &mut Query, input: &'a Input, base: &str, column: &str) -> Place<'a> {
    let Scale::Number { knots } = &input.scale else {
        return Place { input, row: column.to_owned(), way: None, name: base.into() };
    };
    let knots: Vec<f64> = knots.iter().copied().map(f64::from).collect();
    let (low, high) = (knots[0], knots[knots.len() - 1]);
    let mut part = query.part(base);
    // Rounded to the 24 bits of a single, as the scorer computes (Veltkamp's splitting).
    let (least, most) = (real(low), real(high));
    // As a single these are 0. Their products would be too, and PostgreSQL ends a query at that.
    let tiny = format!(" WHEN ABS({column}) <= 7.006492321624085e-46 THEN 0e0");
    let tiny = if low <= 0.0 && high > 0.0 { tiny.as_str() } else { "" };
    let scaled = part.bind_with(
        "clipped",
        format!(
            "CASE WHEN {column} <= {least} THEN {least} WHEN {column} >= {most} THEN {most}{tiny} ELSE {column} END"
        ),
        &format!(
            "{}: clipped to its knots, rounded to a single, and its place among {} knots",
            input.name,
            knots.len()
        ),
    );
    let single = part.bind("single", format!("{scaled} * 536870913e0 - ({scaled} * 536870913e0 - {scaled})"));
    let last = knots.len() - 1;
    // The place is the row, and as its fraction the way to the next one.
    let piece = |at: usize| {
        let (from, gap) = (real(knots[at]), real(knots[at + 1] - knots[at]));
        (knots[at + 1], format!("{at} + ({single} - ({from})) / {gap}"))
    };
    let pieces: Vec<(f64, String)> = (0..last).map(piece).collect();
    let inner = pick(&single, &pieces, &last.to_string());
    let expression = format!("CASE WHEN {single} IS NULL THEN {} ELSE {inner} END", knots.len());
    let place = part.bind("place", part.dialect().as_real(&expression));
    let dialect = part.dialect();
    let row = part.bind("row", dialect.as_whole(&format!("FLOOR({place})")));
    let way = part.bind("way", format!("{place} - FLOOR({place})"));
    Place { input, row, way: Some(way), name: base.into() }
}

/// The expression of the first piece whose bound is above the value, or the last one.
pub(super) fn pick(value: &str, pieces: &[(f64, String)], otherwise: &str) -> String {
    if pieces.is_empty() {
        return otherwise.into();
    }
    if pieces.len() <= MOST_IN_TURN {
        let piece = |(bound, text): &(f64, String)| format!("\n      WHEN {value} < {} THEN {text}", real(*bound));
        return format!("CASE{}\n      ELSE {otherwise}\n    END", pieces.iter().map(piece).collect::<String>());
    }
    let middle = pieces.len() / 2;
    let (below, above) = pieces.split_at(middle);
    let (bound, last) = &below[middle - 1];
    format!(
        "CASE WHEN {value} < {} THEN {} ELSE {} END",
        real(*bound),
        pick(value, &below[..middle - 1], last),
        pick(value, above, otherwise)
    )
}

/// A row of the first layer, as literals.
pub(super) struct Row {
    pub(super) direct: String,
    pub(super) units: Vec<String>,
    /// What it stands for.
    pub(super) meaning: String,
}

/// The rows of an input.
pub(super) fn rows_of(artifact: &Artifact, input: &Input) -> Vec<Row> {
    let parts = artifact.network.parts();
    let row = |(at, meaning): (usize, String)| {
        let at = input.first_row as usize + at;
        let units = parts.table[at * parts.units..(at + 1) * parts.units].iter().map(|weight| single(*weight));
        Row { direct: single(parts.direct[at]), units: units.collect(), meaning }
    };
    meanings(artifact, input).into_iter().enumerate().map(row).collect()
}

/// What the rows of an input stand for.
fn meanings(artifact: &Artifact, input: &Input) -> Vec<String> {
    let mut meanings: Vec<String> = match (&input.scale, input.source) {
        (Scale::Number { knots }, _) => knots.iter().map(|knot| format!("at {knot}")).collect(),
        (Scale::Category { .. }, Source::Field(field)) => {
            let field = &artifact.document.schema.fields[field];
            field.categories().into_iter().map(|own| format!("= {own}")).chain(["of another text".into()]).collect()
        }
        (Scale::Category { .. }, Source::Derived(_)) => Vec::new(),
    };
    meanings.push("missing".into());
    meanings
}
