//! How each dialect writes what the statement needs.

/// A dialect of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB 1.1 or newer.
    Duckdb,
    /// PostgreSQL 13 or newer.
    Postgres,
    /// SQLite 3.35 or newer, with its mathematical functions.
    Sqlite,
    /// Spark SQL 3.4 or newer.
    Spark,
    /// BigQuery.
    Bigquery,
    /// Snowflake.
    Snowflake,
}

use Dialect::{Bigquery, Duckdb, Postgres, Snowflake, Spark, Sqlite};

/// All that Rust's `trim` takes off, as the reader of tables does.
const BLANKS: [u32; 25] = [
    0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
    0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
];

/// What a statement in a dialect may have.
pub(super) struct Limits {
    /// Bytes of the text.
    pub(super) bytes: usize,
    /// Columns of one step, and of the tables that one step joins.
    pub(super) columns: usize,
    /// Rows of an inline table.
    pub(super) rows: usize,
}

impl Dialect {
    /// All dialects.
    pub const ALL: [Dialect; 6] = [Duckdb, Postgres, Sqlite, Spark, Bigquery, Snowflake];

    /// The dialect's name, as `--dialect` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Duckdb => "duckdb",
            Postgres => "postgres",
            Sqlite => "sqlite",
            Spark => "spark",
            Bigquery => "bigquery",
            Snowflake => "snowflake",
        }
    }

    pub(super) fn limits(self) -> Limits {
        const MANY: usize = 1 << 30;
        match self {
            // 1,664 entries of a target list, and the joined tables are one.
            Postgres => Limits { bytes: MANY, columns: 1600, rows: MANY },
            // Compiled in: 2,000 columns.
            Sqlite => Limits { bytes: MANY, columns: 1900, rows: MANY },
            Duckdb | Spark => Limits { bytes: MANY, columns: 4000, rows: MANY },
            Bigquery => Limits { bytes: 1024 * 1024, columns: 4000, rows: MANY },
            Snowflake => Limits { bytes: 1024 * 1024, columns: 4000, rows: 16_384 },
        }
    }

    /// Whether arithmetic that leaves the finite numbers ends the query.
    pub(super) fn stops_at_overflow(self) -> bool {
        matches!(self, Postgres | Bigquery)
    }

    /// A name in quotes.
    pub(super) fn quoted(self, name: &str) -> String {
        match self {
            Spark => format!("`{}`", name.replace('`', "``")),
            Bigquery => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// A text as a literal.
    pub(super) fn text(self, text: &str) -> String {
        let escape = |character: char| match character {
            '\\' => "\\\\".into(),
            '\'' => "\\'".into(),
            _ if self.is_plain(character) => character.to_string(),
            _ if (character as u32) > 0xffff => format!("\\U{:08x}", character as u32),
            _ => format!("\\u{:04x}", character as u32),
        };
        match self {
            Spark | Bigquery | Snowflake => format!("'{}'", text.chars().map(escape).collect::<String>()),
            Postgres if !text.chars().all(|character| self.is_plain(character)) => {
                format!("E'{}'", text.chars().map(escape).collect::<String>())
            }
            Postgres => format!("'{}'", text.replace('\'', "''")),
            Duckdb | Sqlite => self.by_code(text),
        }
    }

    /// Whether a reader sees a character as it is. Combining marks and blanks are not seen.
    fn is_plain(self, character: char) -> bool {
        let is_mark = ('\u{300}'..='\u{36f}').contains(&character);
        !(character.is_control() || is_mark || character.is_whitespace() && character != ' ')
    }

    /// A literal in which the characters that a reader does not see are written by their codes.
    fn by_code(self, text: &str) -> String {
        let function = if self == Sqlite { "CHAR" } else { "CHR" };
        let mut parts = Vec::new();
        let mut plain = String::new();
        for character in text.chars() {
            if self.is_plain(character) {
                plain.push(character);
                continue;
            }
            if !plain.is_empty() {
                parts.push(format!("'{}'", std::mem::take(&mut plain).replace('\'', "''")));
            }
            parts.push(format!("{function}({})", character as u32));
        }
        if !plain.is_empty() || parts.is_empty() {
            parts.push(format!("'{}'", plain.replace('\'', "''")));
        }
        if parts.len() == 1 { parts.remove(0) } else { format!("({})", parts.join(" || ")) }
    }

    /// The blanks that are taken off the ends of a text, as a literal.
    pub(super) fn blanks(self) -> String {
        let blanks: String = BLANKS.into_iter().filter_map(char::from_u32).collect();
        self.text(&blanks)
    }

    /// The type of numbers.
    pub(super) fn real(self) -> &'static str {
        match self {
            Postgres => "DOUBLE PRECISION",
            Sqlite => "REAL",
            Bigquery => "FLOAT64",
            Duckdb | Spark | Snowflake => "DOUBLE",
        }
    }

    fn whole_type(self) -> &'static str {
        if self == Bigquery { "INT64" } else { "INTEGER" }
    }

    /// A value of any type as a text.
    pub(super) fn as_text(self, value: &str) -> String {
        let kind = match self {
            Duckdb | Snowflake => "VARCHAR",
            Postgres | Sqlite => "TEXT",
            Spark | Bigquery => "STRING",
        };
        format!("CAST({value} AS {kind})")
    }

    /// A number of any type as a double.
    pub(super) fn as_real(self, value: &str) -> String {
        format!("CAST({value} AS {})", self.real())
    }

    /// Digits, or a double without a fraction, as a whole number.
    pub(super) fn as_whole(self, value: &str) -> String {
        format!("CAST({value} AS {})", self.whole_type())
    }

    /// A text without blanks at its ends; `blanks` is the literal.
    pub(super) fn trimmed(self, text: &str, blanks: &str) -> String {
        match self {
            Spark => format!("TRIM(BOTH {blanks} FROM {text})"),
            Postgres => format!("BTRIM({text}, {blanks})"),
            _ => format!("TRIM({text}, {blanks})"),
        }
    }

    /// A text without some characters at its beginning.
    pub(super) fn left_trimmed(self, text: &str, characters: &str) -> String {
        match self {
            Spark => format!("TRIM(LEADING {characters} FROM {text})"),
            _ => format!("LTRIM({text}, {characters})"),
        }
    }

    /// A text without some characters at its end.
    pub(super) fn right_trimmed(self, text: &str, characters: &str) -> String {
        match self {
            Spark => format!("TRIM(TRAILING {characters} FROM {text})"),
            _ => format!("RTRIM({text}, {characters})"),
        }
    }

    /// A text in lower case: its letters of ASCII at least.
    pub(super) fn lower(self, text: &str) -> String {
        match self {
            // A locale may have its own idea of an I.
            Postgres => format!("LOWER({text} COLLATE \"C\")"),
            _ => format!("LOWER({text})"),
        }
    }

    /// Whether a text is like a pattern: literal characters, sets in brackets, and `*` at an end.
    pub(super) fn like(self, text: &str, pattern: &str) -> String {
        if self == Sqlite {
            return format!("{text} GLOB '{pattern}'");
        }
        let inner = pattern.trim_matches('*').replace('.', "[.]").replace("[[.]", "[.").replace('(', "[(]");
        let begin = if pattern.starts_with('*') { "" } else { "^" };
        let end = if pattern.ends_with('*') { "" } else { "$" };
        self.matches(text, &format!("{begin}{inner}{end}"))
    }

    /// Whether a part of a text is like a regular expression without backslashes. Not for SQLite.
    pub(super) fn matches(self, text: &str, expression: &str) -> String {
        match self {
            Postgres => format!("{text} ~ '{expression}'"),
            Spark => format!("{text} RLIKE '{expression}'"),
            Bigquery => format!("REGEXP_CONTAINS({text}, r'{expression}')"),
            Snowflake => format!("REGEXP_INSTR({text}, '{expression}') > 0"),
            Duckdb | Sqlite => format!("regexp_matches({text}, '{expression}')"),
        }
    }

    /// A double that is infinite.
    pub(super) fn infinity(self, sign: &str) -> String {
        match self {
            Sqlite => format!("{sign}9e999"),
            Bigquery => format!("CAST('{sign}inf' AS FLOAT64)"),
            Snowflake => format!("CAST('{sign}inf' AS FLOAT)"),
            _ => format!("CAST('{sign}Infinity' AS {})", self.real()),
        }
    }

    /// A number, or NULL where it is none: where infinities met.
    pub(super) fn known(self, number: &str) -> String {
        match self {
            // It has no such number.
            Sqlite => number.into(),
            Bigquery => format!("CASE WHEN NOT IS_NAN({number}) THEN {number} END"),
            Snowflake => format!("NULLIF({number}, CAST('NaN' AS FLOAT))"),
            _ => format!("NULLIF({number}, CAST('NaN' AS {}))", self.real()),
        }
    }

    /// The greatest whole number that is not above a double.
    pub(super) fn floor(self, number: &str) -> String {
        match self {
            // Its result is a whole number of 64 bits. A larger double is whole already.
            Spark => format!(
                "CASE WHEN ABS({number}) < 1e15 THEN {} ELSE {number} END",
                self.as_real(&format!("FLOOR({number})"))
            ),
            _ => format!("FLOOR({number})"),
        }
    }

    /// The greater of two numbers that are known.
    pub(super) fn greatest(self, a: &str, b: &str) -> String {
        if self == Sqlite { format!("MAX({a}, {b})") } else { format!("GREATEST({a}, {b})") }
    }

    /// The whole part of a quotient of whole numbers that are not negative.
    pub(super) fn quotient(self, a: &str, b: u32) -> String {
        match self {
            Duckdb => format!("({a}) // {b}"),
            Spark => format!("({a}) DIV {b}"),
            Bigquery => format!("DIV({a}, {b})"),
            Snowflake => format!("FLOOR(({a}) / {b})"),
            Postgres | Sqlite => format!("({a}) / {b}"),
        }
    }

    /// The keyword that makes an engine compute a step once. Others do by themselves: an expression
    /// that many others read must not be copied into each.
    pub(super) fn materialized(self) -> &'static str {
        if matches!(self, Postgres | Sqlite) { "MATERIALIZED " } else { "" }
    }

    /// The keyword that makes an engine make an inline table once: DuckDB would plan its literals again for
    /// every join.
    pub(super) fn materialized_inline(self) -> &'static str {
        if self == Duckdb { "MATERIALIZED " } else { self.materialized() }
    }

    /// Whether a step joins tables of literals. Otherwise it finds a row in an array, and a code in a map: Spark
    /// traces the key of a join back through all steps before, and writes each step's expression into the next.
    /// That takes time and memory that double from step to step.
    pub(super) fn joins_literals(self) -> bool {
        self != Spark
    }

    /// An inline table of these columns and rows, each a list of literals. A column has BigQuery's name
    /// of its type.
    pub(super) fn inline(self, columns: &[(String, &str)], rows: &[(Vec<String>, String)]) -> String {
        let line = |(at, (cells, comment)): (usize, &(Vec<String>, String))| {
            let mark = if at + 1 < rows.len() { "," } else { "" };
            let comment = if comment.is_empty() { String::new() } else { format!("  -- {}", one_line(comment)) };
            let open = if self == Bigquery && at == 0 {
                let kinds: Vec<String> = columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
                format!("STRUCT<{}>", kinds.join(", "))
            } else {
                String::new()
            };
            format!("    {open}({}){mark}{comment}", cells.join(", "))
        };
        let lines: Vec<String> = rows.iter().enumerate().map(line).collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let (names, lines) = (names.join(", "), lines.join("\n"));
        match self {
            Bigquery => format!("UNNEST([\n{lines}\n  ])"),
            Spark | Snowflake => format!("VALUES\n{lines}\n  AS inline_table ({names})"),
            // SQLite names the columns of VALUES itself.
            Sqlite => format!("(VALUES\n{lines}\n  )"),
            Duckdb | Postgres => format!("(VALUES\n{lines}\n  ) AS inline_table ({names})"),
        }
    }

    /// The name of a column of an inline table.
    pub(super) fn inline_column(self, at: usize, name: &str) -> String {
        if self == Sqlite { format!("column{}", at + 1) } else { name.into() }
    }
}

/// A text for a comment: on one line, and without the mark at which simple clients part statements.
pub(super) fn one_line(text: &str) -> String {
    let plain = |character: char| match character {
        ';' => ',',
        _ if character.is_control() => ' ',
        _ => character,
    };
    text.chars().map(plain).collect()
}
