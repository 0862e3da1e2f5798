use super::*;
use crate::schema::tests::small_schema;

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
        ("inf", "must be a number"),
        ("NaN", "must be a number"),
        ("12 months", "must be a number"),
    ] {
        let problem = check_value(field, Value::Text(text)).0.unwrap_err();
        assert!(problem.rule == Rule::Type && problem.message.contains(part), "{text}: {problem}");
    }
    assert_eq!(check_value(field, Value::Text("+1.5e1")).0, Ok(Cell::Number(15.0)));
    assert_eq!(check_value(field, Value::Text("1e999")).0.unwrap_err().rule, Rule::Finite);
}

#[test]
fn dates_count_back_from_the_reference() {
    let field = Field { kind: Kind::Date { reference: 19_723.0 }, ..small_schema().fields[0].clone() };
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
