//! A text → the number that it is.

use super::dialect::Dialect;
use super::query::Part;

/// The number that a text is, NULL where it is none. A regular expression decides what is one:
/// engines take more or less.
pub(super) fn number(part: &mut Part, text: &str) -> String {
    let dialect = part.dialect();
    const NUMBER: &str = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$";
    let is_number = dialect.matches(text, NUMBER);
    match dialect {
        Dialect::Sqlite => {
            let sign = |text: &str| {
                format!("CASE WHEN SUBSTR({text}, 1, 1) IN ('+', '-') THEN SUBSTR({text}, 2) ELSE {text} END")
            };
            let unsigned = part.bind("unsigned", sign(text));
            let mark = part.bind("exponent_at", format!("INSTR(LOWER({unsigned}), 'e')"));
            let digits = part.bind(
                "mantissa",
                format!("CASE WHEN {mark} > 0 THEN SUBSTR({unsigned}, 1, {mark} - 1) ELSE {unsigned} END"),
            );
            let exponent =
                part.bind("exponent", format!("CASE WHEN {mark} > 0 THEN SUBSTR({unsigned}, {mark} + 1) ELSE '0' END"));
            let exponent = part.bind("exponent_digits", sign(&exponent));
            format!(
                "CASE WHEN {digits} NOT GLOB '*[^0-9.]*' AND {digits} GLOB '*[0-9]*' AND {digits} NOT GLOB '*.*.*' \
                 AND {exponent} <> '' AND {exponent} NOT GLOB '*[^0-9]*' THEN CAST({text} AS REAL) END"
            )
        }
        Dialect::Postgres => {
            // A cast of what no double holds would end the query.
            let is_zero = format!("{text} !~ '^[^eE]*[1-9]'");
            let long = format!("{text} ~ '[eE][+-]?0*[1-9][0-9][0-9][0-9]'");
            let short = part.bind(
                "decimal",
                format!("CASE WHEN {is_number} AND NOT {is_zero} AND NOT {long} THEN CAST({text} AS NUMERIC) END"),
            );
            format!(
                "CASE WHEN NOT {is_number} THEN NULL WHEN {is_zero} OR {text} ~ '[eE]-0*[1-9][0-9][0-9][0-9]' \
                 OR ABS({short}) < 2.5e-324 THEN 0e0 WHEN ABS({short}) <= 1.7976931348623157e308 \
                 THEN CAST({short} AS DOUBLE PRECISION) END"
            )
        }
        Dialect::Duckdb => format!("CASE WHEN {is_number} THEN TRY_CAST({text} AS DOUBLE) END"),
        Dialect::Spark => format!("CASE WHEN {is_number} THEN CAST({text} AS DOUBLE) END"),
        Dialect::Bigquery => format!("CASE WHEN {is_number} THEN SAFE_CAST({text} AS FLOAT64) END"),
        Dialect::Snowflake => format!("CASE WHEN {is_number} THEN TRY_TO_DOUBLE({text}) END"),
    }
}
