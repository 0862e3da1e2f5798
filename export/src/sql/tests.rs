use super::*;
use tenure::schema::{Kind, NumberFormat};

fn artifact() -> Artifact {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/artifacts/v1.safetensors");
    tenure::artifact::read(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_dialect_has_a_statement_of_the_same_steps() {
    let artifact = artifact();
    for dialect in Dialect::ALL {
        let options = SqlOptions { keep: vec!["id".into()], ..SqlOptions::new(dialect, "mart.customers") };
        let text = sql(&artifact, &options).unwrap();
        assert!(
            text.contains("FROM mart.customers") && text.contains(&dialect.quoted("Contract")),
            "{}",
            dialect.name()
        );
        for column in ["AS probability", "AS logit", "END AS tier", "AS problems"] {
            assert!(text.contains(column), "{column} in {}", dialect.name());
        }
        assert_eq!(text, sql(&artifact, &options).unwrap());
        assert_eq!(text.matches(';').count(), 1, "{}", dialect.name());
    }
}

#[test]
fn spark_joins_nothing_and_no_other_dialect_has_arrays() {
    let artifact = artifact();
    for dialect in Dialect::ALL {
        let text = sql(&artifact, &SqlOptions::new(dialect, "customers")).unwrap();
        let is_spark = dialect == Dialect::Spark;
        for (word, expected) in [(" JOIN ", !is_spark), ("weights AS", !is_spark), ("ARRAY(", is_spark)] {
            assert_eq!(text.contains(word), expected, "{word} in {}", dialect.name());
        }
    }
}

#[test]
fn paths_of_tables() {
    for table in ["customers", "a.b.c", "\"My table\"", "`project-1.data.x`", "my-project.d.t", "_x$1"] {
        assert!(is_table(table), "{table}");
    }
    for table in
        ["", "a b", "a;b", "a.", ".a", "1a", "a\"", "\"a", "\"\"", "(SELECT 1)", "a--b c", "\"a\"\"b\"", "`a\\`"]
    {
        assert!(!is_table(table), "{table}");
    }
}

#[test]
fn options_that_do_not_fit_are_refused_with_their_name() {
    let artifact = artifact();
    let refused = |change: &dyn Fn(&mut SqlOptions)| {
        let mut options = SqlOptions::new(Dialect::Duckdb, "customers");
        change(&mut options);
        sql(&artifact, &options).unwrap_err().to_string()
    };
    assert!(
        refused(&|options| options.numbers = vec!["Contract".into()])
            .starts_with("numbers: must name number or date fields")
    );
    assert!(refused(&|options| options.keep = vec!["logit".into()]).starts_with("keep: must name columns"));
    let error = refused(&|options| options.table = "a; DROP TABLE b".into());
    assert!(error.starts_with("table: must be") && error.ends_with("(got \"a; DROP TABLE b\")"), "{error}");
}

#[test]
fn a_number_in_a_format_needs_a_column_of_numbers() {
    let mut artifact = artifact();
    let format = NumberFormat { decimal_comma: true, suffix: "€".into(), ..NumberFormat::default() };
    let name = "MonthlyCharges".to_owned();
    for field in artifact.document.schema.fields.iter_mut().filter(|field| field.name == name) {
        field.kind = Kind::Number { unit: String::new(), minimum: None, maximum: None, format: format.clone() };
    }
    let options = SqlOptions::new(Dialect::Postgres, "customers");
    let error = sql(&artifact, &options).unwrap_err().to_string();
    assert!(error.starts_with("MonthlyCharges: SQL reads plain numbers only") && error.contains("1234,5€"), "{error}");
    let options = SqlOptions { numbers: vec![name], ..options };
    assert!(sql(&artifact, &options).unwrap().contains("CAST(\"MonthlyCharges\" AS DOUBLE PRECISION)"));
}

#[test]
fn what_a_dialect_does_not_take_is_refused_with_its_size() {
    let mut artifact = artifact();
    let rows = artifact.network.row_count();
    let parts = tenure::network::NetworkParts {
        units: 1024,
        table: vec![0.25; rows * 1024],
        direct: vec![0.0; rows],
        bias: vec![0.0; 1024],
        layers: Vec::new(),
        output: vec![0.0; 1024],
        output_bias: 0.0,
    };
    artifact.network = tenure::network::Network::new(rows, parts).unwrap();
    let refused = |dialect| sql(&artifact, &SqlOptions::new(dialect, "customers")).unwrap_err().to_string();
    assert!(refused(Dialect::Postgres).contains("columns of weights, and postgres takes at most 1600"));
    assert!(refused(Dialect::Sqlite).contains("sqlite takes at most 1900"));
    let error = refused(Dialect::Snowflake);
    assert!(error.contains("bytes of SQL, and snowflake takes at most 1048576"), "{error}");
    assert!(sql(&artifact, &SqlOptions::new(Dialect::Duckdb, "customers")).is_ok());
}

#[test]
fn products_that_could_overflow_are_refused_where_that_ends_a_query() {
    let mut artifact = artifact();
    let formula = ["MonthlyCharges"; 12].join(" * ");
    let schema = &mut artifact.document.schema;
    schema.derived.push(tenure::schema::Derived {
        name: "twelfth".into(),
        label: String::new(),
        unit: String::new(),
        formula,
    });
    let error = sql(&artifact, &SqlOptions::new(Dialect::Bigquery, "customers")).unwrap_err().to_string();
    assert!(error.starts_with("twelfth: bigquery ends a query where a number overflows"), "{error}");
}

#[test]
fn literals_show_what_cannot_be_seen() {
    assert_eq!(Dialect::Duckdb.text("a'b\n"), "('a''b' || CHR(10))");
    assert_eq!(Dialect::Sqlite.text("e\u{301}"), "('e' || CHAR(769))");
    assert_eq!(Dialect::Postgres.text("it's \\"), "'it''s \\'");
    assert_eq!(Dialect::Postgres.text("\t\\"), "E'\\u0009\\\\'");
    assert_eq!(Dialect::Bigquery.text("it's \\\n"), "'it\\'s \\\\\\u000a'");
    assert_eq!([real(0.1), real(-1234.5), real(1e30), real(5e-324)], ["0.1e0", "-1234.5e0", "1e30", "5e-324"]);
    assert_eq!(Dialect::Duckdb.like("x", "[+-].[0-9]*"), "regexp_matches(x, '^[+-][.][0-9]')");
}
