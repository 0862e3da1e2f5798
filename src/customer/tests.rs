use super::*;
use crate::schema::tests::small_schema;
use crate::schema::{DateFormat, Negative};

#[test]
fn a_clean_record_passes() {
    let values = [Value::Text(" 12 "), Value::Number(20.5), Value::Text("Year"), Value::Flag(true)];
    let (customer, warnings) = check(&small_schema(), &values).unwrap();
    let cells = [Cell::Number(12.0), Cell::Number(20.5), Cell::Category(1), Cell::Category(1)];
    assert_eq!((customer.cells(), warnings.len()), (&cells[..], 0));
}

#[test]
fn missing_and_unseen() {
    let values = [Value::Text("NA"), Value::Text("  "), Value::Text("Decade"), Value::Missing];
    let (customer, warnings) = check(&small_schema(), &values).unwrap();
    assert_eq!(customer.cells(), [Cell::Missing, Cell::Missing, Cell::Category(2), Cell::Missing]);
    assert_eq!((warnings.len(), warnings[0].rule), (1, Rule::UnseenCategory));
}

/// The cell of a value in a field of `small_schema` with these texts in `missing`.
fn cell_of(field: usize, missing: &[&str], value: Value) -> Result<Cell, Rule> {
    let missing = missing.iter().map(|&token| token.into()).collect();
    let field = Field { missing, ..small_schema().fields[field].clone() };
    check_value(&field, value).0.map_err(|problem| problem.rule)
}

#[test]
fn missing_is_recognised_in_any_spelling() {
    for (field, token, value) in [
        (0, "NA", Value::Text("na")),
        (0, "-1", Value::Text("-1.0")),
        (0, "-1", Value::Number(-1.0)),
        (0, "-1.0", Value::Text("-1")),
        (0, "999", Value::Number(999.0)),
        (0, "kein\u{e9}", Value::Text("KEINE\u{301}")),
        (2, "n.d.", Value::Text("N.D.")),
        (2, "9", Value::Number(9.0)),
        (2, "9.0", Value::Text("9")),
        (2, "False", Value::Flag(false)),
        (3, "-1", Value::Number(-1.0)),
    ] {
        assert_eq!(cell_of(field, &[token], value), Ok(Cell::Missing), "{token}: {value:?}");
    }
    // As it stands a text is missing before it is a category; in another spelling it is a category
    // first.
    assert_eq!(cell_of(2, &["year"], Value::Text("Year")), Ok(Cell::Category(1)));
    assert_eq!(cell_of(2, &["year"], Value::Text("year")), Ok(Cell::Missing));
    assert_eq!(cell_of(0, &["-"], Value::Number(-1.0)), Err(Rule::Bounds));
}

#[test]
fn one_value_has_one_cell_however_it_is_written() {
    for value in [Value::Flag(true), Value::Number(1.0), Value::Text("1.0"), Value::Text("TRUE"), Value::Text("y")] {
        assert_eq!(cell_of(3, &[], value), Ok(Cell::Category(1)), "{value:?}");
    }
    for value in [Value::Flag(false), Value::Number(0.0), Value::Number(-0.0), Value::Text("False")] {
        assert_eq!(cell_of(3, &[], value), Ok(Cell::Category(0)), "{value:?}");
    }
    assert_eq!(cell_of(2, &[], Value::Text(" year ")), Ok(Cell::Category(1)));
    let mut field = small_schema().fields[2].clone();
    field.kind = Kind::Category { categories: ["1.0", "2.0", "True"].map(String::from).to_vec() };
    for (value, code) in [
        (Value::Number(2.0), 1),
        (Value::Text("2"), 1),
        (Value::Text("2.0"), 1),
        (Value::Flag(true), 2),
        (Value::Flag(false), 3),
    ] {
        assert_eq!(check_value(&field, value).0, Ok(Cell::Category(code)), "{value:?}");
    }
}

#[test]
fn what_is_no_value_is_an_error_in_every_field() {
    for (field, part) in [(0, "must be a number"), (2, "must be a text"), (3, "must be a text")] {
        let problem = check_value(&small_schema().fields[field], Value::Unfit("an array")).0.unwrap_err();
        assert_eq!((problem.rule, problem.value.as_str()), (Rule::Type, "an array"));
        assert!(problem.message.starts_with(part), "{problem}");
    }
}

#[test]
fn all_problems_come_at_once() {
    let values = [Value::Number(-1.0), Value::Number(f64::NAN), Value::Absent, Value::Number(f64::INFINITY)];
    let problems = check(&small_schema(), &values).unwrap_err();
    let rules: Vec<_> = problems.iter().map(|problem| (problem.field.as_str(), problem.rule)).collect();
    let expected =
        [("tenure", Rule::Bounds), ("charges", Rule::Finite), ("contract", Rule::Absent), ("partner", Rule::Finite)];
    assert_eq!(rules, expected);
}

#[test]
fn numbers_say_what_stands_in_the_way() {
    let field = &small_schema().fields[1];
    for (text, part) in [
        ("1,234.5", "thousands"),
        ("1 234", "thousands"),
        ("12,5", "decimal point"),
        ("2024-01-31", "date"),
        ("31/01/2024", "date"),
        ("14:30", "`format`"),
        ("(12)", "`negative`"),
        ("inf", "must be a number"),
        ("NaN", "must be a number"),
        ("12 months", "`suffix`"),
    ] {
        let problem = check_value(field, Value::Text(text)).0.unwrap_err();
        assert!(problem.rule == Rule::Type && problem.message.contains(part), "{text}: {problem}");
    }
    assert_eq!(check_value(field, Value::Text("+1.5e1")).0, Ok(Cell::Number(15.0)));
    assert_eq!(check_value(field, Value::Text("1e999")).0.unwrap_err().rule, Rule::Finite);
}

#[test]
fn dates_count_back_from_the_reference() {
    let field =
        Field { kind: Kind::Date { reference: 19_723.0, format: DateFormat::Iso }, ..small_schema().fields[0].clone() };
    let cell = |value| check_value(&field, value).0;
    for (text, days) in [("2023-12-31", 1.0), ("2024-01-01", 0.0), (" 2024-01-01T12:00Z", -0.5), ("20230101", 365.0)] {
        assert_eq!(cell(Value::Text(text)), Ok(Cell::Number(days)), "{text}");
    }
    assert_eq!((cell(Value::Number(30.5)), cell(Value::Text("NA"))), (Ok(Cell::Number(30.5)), Ok(Cell::Missing)));
    for (value, rule, part) in [
        (Value::Text("31.12.2023"), Rule::Type, "year first"),
        (Value::Text("2023-02-30"), Rule::Type, "year first"),
        (Value::Number(20_231_231.0), Rule::Type, "year first"),
        (Value::Number(f64::INFINITY), Rule::Finite, "finite"),
        (Value::Flag(true), Rule::Type, "year first"),
    ] {
        let problem = cell(value).unwrap_err();
        assert!(problem.rule == rule && problem.message.contains(part), "{value:?}: {problem}");
    }
}

#[test]
fn cells_are_checked_again() {
    let schema = small_schema();
    let sound = [Cell::Number(1.0), Cell::Missing, Cell::Category(2), Cell::Category(0)];
    assert!(Customer::from_cells(&schema, &sound).is_ok());
    for (at, cell) in [(0, Cell::Number(101.0)), (0, Cell::Category(0)), (2, Cell::Number(0.0)), (2, Cell::Category(3))]
    {
        let mut cells = sound;
        cells[at] = cell;
        assert_eq!(Customer::from_cells(&schema, &cells).unwrap_err().len(), 1, "{cell:?}");
    }
    assert_eq!(Customer::from_cells(&schema, &sound[..3]).unwrap_err()[0].rule, Rule::Absent);
}

/// The first field of the small schema, 0 to 100, with these formats.
fn with_format(format: NumberFormat) -> Field {
    let kind = Kind::Number { unit: String::new(), minimum: Some(0.0), maximum: Some(100.0), format };
    Field { kind, ..small_schema().fields[0].clone() }
}

#[test]
fn a_number_is_read_in_the_field_s_format() {
    let german =
        NumberFormat { decimal_comma: true, grouping: Some('.'), suffix: "€".into(), ..NumberFormat::default() };
    let field = with_format(german);
    let cell = |value| check_value(&field, value).0;
    for (value, number) in [
        (Value::Text("12,5 €"), 12.5),
        (Value::Text("12,5"), 12.5),
        // A number needs no format.
        (Value::Number(12.5), 12.5),
    ] {
        assert_eq!(cell(value), Ok(Cell::Number(number)), "{value:?}");
    }
    for (text, rule, part) in [
        ("12.34", Rule::Type, "must be a number in the field's format, as in 1.234,5€"),
        ("1.234", Rule::Bounds, "at most 100"),
        ("12 $", Rule::Type, "1.234,5€"),
    ] {
        let problem = cell(Value::Text(text)).unwrap_err();
        assert!(problem.rule == rule && problem.message.contains(part), "{text}: {problem}");
    }
    let time = with_format(NumberFormat { time: true, ..NumberFormat::default() });
    assert_eq!(check_value(&time, Value::Text("9:30")).0, Ok(Cell::Number(9.5)));
    assert_eq!(check_value(&time, Value::Number(9.5)).0, Ok(Cell::Number(9.5)));
    assert!(check_value(&time, Value::Text("9.5")).0.unwrap_err().message.contains("14:30"));
}

#[test]
fn a_date_is_read_in_the_field_s_format() {
    let dated = |format: &str| Field {
        kind: Kind::Date { reference: 19_723.0, format: DateFormat::of(format.into()) },
        ..small_schema().fields[0].clone()
    };
    let cell = |format, value| check_value(&dated(format), value).0;
    for (format, value, days) in [
        ("%d.%m.%Y", Value::Text("31.12.2023"), 1.0),
        ("%m/%d/%y", Value::Text("12/31/23"), 1.0),
        ("%d %B %Y", Value::Text("1 January 2024"), 0.0),
        ("%d.%m.%Y", Value::Text("2023-12-31"), 1.0),
        ("%d.%m.%Y", Value::Number(30.5), 30.5),
        ("unix", Value::Text("1703980800"), 1.0),
        ("unix", Value::Number(1_703_980_800.0), 1.0),
        ("unix_ms", Value::Number(1_703_980_800_000.0), 1.0),
        ("excel", Value::Number(45_291.0), 1.0),
        ("excel", Value::Text("2023-12-31T00:00:00.000Z"), 1.0),
    ] {
        assert_eq!(cell(format, value), Ok(Cell::Number(days)), "{format} {value:?}");
    }
    for (format, value, part) in [
        ("%d.%m.%Y", Value::Text("12/31/2023"), "year first, as in 2024-01-31, or in the field's format %d.%m.%Y"),
        ("unix", Value::Number(1_703_980_800_000.0), "format unix"),
        ("unix", Value::Text("yesterday"), "format unix"),
    ] {
        let problem = cell(format, value).unwrap_err();
        assert!(problem.rule == Rule::Type && problem.message.contains(part), "{value:?}: {problem}");
    }
    assert_eq!(cell("unix", Value::Number(f64::INFINITY)).unwrap_err().rule, Rule::Finite);
}

#[test]
fn missing_is_what_a_text_says_however_it_is_written() {
    let missing = |field: &Field, tokens: &[&str], value| {
        let field = Field { missing: tokens.iter().map(|&token| token.into()).collect(), ..field.clone() };
        check_value(&field, value).0.unwrap() == Cell::Missing
    };
    let number = with_format(NumberFormat::default());
    for value in [Value::Text("-1"), Value::Text(" -1.0 "), Value::Number(-1.0), Value::Text("n.d.")] {
        assert!(missing(&number, &["-1", "n.d."], value), "{value:?}");
    }
    assert!(!missing(&number, &["-1", "10"], Value::Number(1.0)) && missing(&number, &["0"], Value::Number(-0.0)));
    let brackets = NumberFormat { negative: Negative::Brackets, grouping: Some(','), ..NumberFormat::default() };
    for value in [Value::Text("(9,999)"), Value::Text("-9999"), Value::Number(-9999.0)] {
        assert!(missing(&with_format(brackets.clone()), &["(9,999)"], value), "{value:?}");
    }
    let date = |format: &str| Field {
        kind: Kind::Date { reference: 19_723.0, format: DateFormat::of(format.into()) },
        ..small_schema().fields[0].clone()
    };
    for (format, token, value) in [
        ("%d.%m.%Y", "01.01.1900", Value::Text("01.01.1900")),
        ("%d.%m.%Y", "01.01.1900", Value::Text("1900-01-01T00:00:00.000Z")),
        ("%d.%m.%Y", "1900-01-01", Value::Text("1.1.1900")),
        ("%d.%m.%Y", "00.00.0000", Value::Text("00.00.0000")),
        ("unix", "0", Value::Number(0.0)),
        ("unix", "1970-01-01", Value::Text("0")),
    ] {
        assert!(missing(&date(format), &[token], value), "{token} {value:?}");
    }
}
