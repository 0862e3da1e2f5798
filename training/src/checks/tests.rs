use tenure::schema::Schema;
use tenure_table::Source;

use super::*;
use crate::file::tests::file;
use crate::split::{Shares, Split, SplitBy};

const SCHEMA: &str = r#"
schema_version = 1
name = "checked"
reference = "2024-01-01"
identifiers = ["id"]
target = { field = "Churn", positive = "Yes" }
fields = [
    { name = "usage", kind = "number" },
    { name = "since", kind = "date" },
    { name = "plan", kind = "category", categories = ["A", "B", "C"] },
]
"#;

/// A sound row: usage has something to say and is different in every row, and nothing tells the
/// outcome.
fn row(row: usize) -> [String; 5] {
    let left = row * 7919 % 10 < 3;
    let usage = (row * 613 % 1009) as f64 / 8.0 + if left { 30.0 } else { 0.0 };
    let since = tenure::schema::date::text(19_700.0 - (row * 31 % 900) as f64);
    let plan = ["A", "B", "C"][row * 17 % 3];
    [format!("c{row}"), usage.to_string(), since, plan.into(), if left { "Yes" } else { "No" }.into()]
}

fn check(rows: &[[String; 5]], schema: &str) -> DataChecks {
    let rows: String = rows.iter().map(|row| row.join(",") + "\n").collect();
    let file = file(format!("id,usage,since,plan,Churn\n{rows}"));
    let schema: Schema = toml::from_str(schema).unwrap();
    let cohort = Cohort::read(Source::open(file.path()).unwrap(), &schema).unwrap();
    let split = Split::stratified(cohort.labels(), &Shares::default(), 0).unwrap();
    DataChecks::run(&cohort, &schema, &[split]).unwrap()
}

fn found(rows: &[[String; 5]], schema: &str) -> Vec<(Check, Option<String>)> {
    let checks = check(rows, schema);
    checks.warnings().map(|finding| (finding.check, finding.field.clone())).collect()
}

fn sound() -> Vec<[String; 5]> {
    (0..600).map(row).collect()
}

#[test]
fn a_sound_table_has_figures_and_no_findings() {
    let checks = check(&sound(), SCHEMA);
    assert_eq!(checks.findings, []);
    assert_eq!((checks.rows, checks.positives, checks.duplicates.alike), (600, 180, 0));
    let [usage, since, plan] = &checks.fields[..] else { panic!() };
    assert_eq!((usage.missing, since.kind, plan.categories.len()), (0, "date", 4));
    assert_eq!(plan.categories[0].rows, 200);
    assert!((0.55..0.75).contains(&usage.roc_auc.unwrap()), "{usage:?}");
    assert!((0.4..0.6).contains(&plan.roc_auc.unwrap()), "{plan:?}");
}

#[test]
fn a_field_that_tells_the_outcome_is_a_leak() {
    let mut rows = sound();
    rows.iter_mut().for_each(|row| row[3] = if row[4] == "Yes" { "A" } else { "B" }.into());
    // Two rows in a hundred do not fit.
    (0..12).for_each(|row| rows[row * 50][3] = "C".into());
    assert_eq!(found(&rows, SCHEMA), [(Check::Leak, Some("plan".into()))]);
    // A number that is filled in when the customer leaves, two times in three.
    let mut rows = sound();
    rows.iter_mut().enumerate().for_each(|(n, row)| {
        if row[4] == "No" || n % 3 == 0 {
            row[1].clear()
        }
    });
    let expected = [Check::KnownForOneClass, Check::Missing].map(|check| (check, Some("usage".into())));
    assert_eq!(found(&rows, SCHEMA), expected);
}

#[test]
fn placeholders_constants_and_dates_after_the_reference() {
    let mut rows = sound();
    (0..3).for_each(|row| rows[row][1] = "999999".into());
    rows[5][2] = "2024-03-01".into();
    rows.iter_mut().for_each(|row| row[3] = "A".into());
    let checks = check(&rows, SCHEMA);
    let text = checks.findings.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>().join("\n");
    for part in [
        "`usage` has 999999 in 3 rows, far from the rest (0.125 to 155.5)",
        "write missing = [\"999999\"] in its field",
        "`since` is after the reference 2024-01-01 in 1 of 600 rows",
        "`plan` has one category in every row",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    // Amounts have long tails, which are no placeholders.
    let mut rows = sound();
    rows.iter_mut().enumerate().for_each(|(n, row)| row[1] = format!("{:.3}", (1.5 * (n as f64 / 100.0)).exp()));
    assert!(found(&rows, SCHEMA).iter().all(|(check, _)| *check != Check::Outlier));
}

/// The message names a remedy, and that remedy works.
#[test]
fn what_lies_apart_is_quoted_and_gone_once_it_is_missing() {
    let of = |index: usize, change: &dyn Fn(usize) -> Option<&'static str>| {
        let mut rows = sound();
        rows.iter_mut().enumerate().for_each(|(row, cells)| {
            if let Some(text) = change(row) {
                cells[index] = text.into();
            }
        });
        rows
    };
    let every = |share: usize, text: &'static str| move |row: usize| row.is_multiple_of(share).then_some(text);
    let beside_zeros = |row| match row {
        0 => Some("-7000"),
        1 => Some("1050.50"),
        row => every(2, "0")(row),
    };
    for (field, rows, texts) in [
        ("usage", of(1, &every(9, "-1.0")), &["-1.0"][..]),
        ("usage", of(1, &beside_zeros), &["-7000", "1050.50"]),
        ("since", of(2, &every(4, "1970-01-01")), &["1970-01-01"]),
        ("since", of(2, &every(12, "1900-01-01 00:00:00")), &["1900-01-01 00:00:00"]),
        ("since", of(2, &every(50, "9999-12-31")), &["9999-12-31"]),
    ] {
        let checks = check(&rows, SCHEMA);
        let outliers: Vec<_> = checks.findings.iter().filter(|finding| finding.check == Check::Outlier).collect();
        let [outlier] = outliers[..] else { panic!("{texts:?}: {:?}", checks.findings) };
        let quoted: Vec<_> = texts.iter().map(|text| format!("{text:?}")).collect();
        let missing = format!("missing = [{}]", quoted.join(", "));
        assert!(outlier.field.as_deref() == Some(field) && outlier.message.contains(&missing), "{}", outlier.message);
        assert!(checks.findings.iter().all(|finding| finding.check != Check::AfterReference), "{:?}", checks.findings);
        let kind = if field == "usage" { "number" } else { "date" };
        let from = format!("{{ name = \"{field}\", kind = \"{kind}\"");
        let followed = check(&rows, &SCHEMA.replace(&from, &format!("{from}, {missing}")));
        assert!(followed.findings.iter().all(|finding| finding.check != Check::Outlier), "{:?}", followed.findings);
        let missing = followed.fields.iter().find(|summary| summary.field == field).map(|summary| summary.missing);
        assert!(missing > Some(0), "{texts:?}");
    }
}

#[test]
fn names_and_values_that_do_not_belong_among_the_fields() {
    let schema = SCHEMA.replace("\"usage\"", "\"cancelled\"");
    let rows: String = sound().iter().map(|row| row.join(",") + "\n").collect();
    let file = file(format!("id,cancelled,since,plan,Churn\n{rows}"));
    let schema: Schema = toml::from_str(&schema).unwrap();
    let cohort = Cohort::read(Source::open(file.path()).unwrap(), &schema).unwrap();
    let checks = DataChecks::run(&cohort, &schema, &[]).unwrap();
    assert_eq!(checks.findings.iter().map(|finding| finding.check).collect::<Vec<_>>(), [Check::PostOutcome]);
    let mut rows = sound();
    rows.iter_mut().enumerate().for_each(|(n, row)| row[1] = (100_000 + n * 7).to_string());
    assert_eq!(found(&rows, SCHEMA), [(Check::Identifier, Some("usage".into()))]);
}

#[test]
fn the_same_customer_twice_is_found_across_the_split() {
    let mut rows = sound();
    (0..40).for_each(|row| rows.push(rows[row].clone()));
    let checks = check(&rows, SCHEMA);
    let duplicates = &checks.duplicates;
    let [repeated] = &duplicates.repeated_identifiers[..] else { panic!("{duplicates:?}") };
    assert_eq!((duplicates.alike, repeated.rows, repeated.equal_rows, duplicates.conflicting), (40, 40, 40, 0));
    assert_eq!((repeated.column.as_str(), repeated.first), ("id", ("line", 2, 602)));
    assert!(duplicates.test_rows_elsewhere > 0);
    assert_eq!(duplicates.test_rows_elsewhere, repeated.test_rows_elsewhere);
    assert_eq!(duplicates.test_rows_elsewhere, duplicates.test_rows_elsewhere_same_outcome);
    assert!(checks.findings[0].message.ends_with(
        "40 of them equal it in every field: remove those. Keep a customer's rows in one part with --group id"
    ));
    let warnings: Vec<_> = checks.warnings().map(|finding| finding.check).collect();
    assert_eq!(warnings, [Check::RepeatedIdentifiers, Check::AlikeRows, Check::AcrossSplits]);
    // Two customers that are alike but for their identifier and the outcome: worth a note.
    let mut rows = sound();
    let mut twin = rows[0].clone();
    (twin[0], twin[4]) = ("another".into(), if twin[4] == "Yes" { "No" } else { "Yes" }.into());
    rows.push(twin);
    let checks = check(&rows, SCHEMA);
    assert_eq!((checks.duplicates.alike, checks.duplicates.conflicting, checks.warnings().count()), (1, 2, 0));
    // Without identifiers it is likely one customer.
    let checks = check(&rows, &SCHEMA.replace("identifiers = [\"id\"]", "ignored = [\"id\"]"));
    assert!(checks.warnings().count() >= 2);
}

/// A table with identifiers of every kind, and the figures of what repeats in it.
fn repeated(identifiers: &str, rows: usize, cells: impl Fn(usize) -> String) -> Vec<RepeatedIdentifier> {
    // Born in one of sixty years, in one of twenty towns; the reading changes from row to row.
    let text = |at: usize| {
        let customer = at % 150;
        let cells = cells(at);
        format!("{cells},{},T{},{}\n", 1940 + customer * 7 % 60, customer * 13 % 20, ["No", "Yes", "No"][at * 7919 % 3])
    };
    let table: String = (0..rows).map(text).collect();
    let file = file(format!("{identifiers},born,town,Churn\n{table}"));
    let names: Vec<String> = identifiers.split(',').map(|name| format!("{name:?}")).collect();
    let towns: Vec<String> = (0..20).map(|town| format!("\"T{town}\"")).collect();
    let schema = format!(
        "schema_version = 1\nname = \"c\"\nidentifiers = [{}]\ntarget = {{ field = \"Churn\", positive = \"Yes\" }}\n\
         fields = [{{ name = \"born\", kind = \"number\" }}, {{ name = \"town\", kind = \"category\", categories = [{}] }}]",
        names.join(", "),
        towns.join(", ")
    );
    let schema: Schema = toml::from_str(&schema).unwrap();
    let cohort = Cohort::read(Source::open(file.path()).unwrap(), &schema).unwrap();
    let split = Split::stratified(cohort.labels(), &Shares::default(), 0).unwrap();
    DataChecks::run(&cohort, &schema, &[split]).unwrap().duplicates.repeated_identifiers
}

/// Their columns, rows and test rows.
fn figures(found: &[RepeatedIdentifier]) -> Vec<(&str, usize, usize)> {
    found.iter().map(|found| (found.column.as_str(), found.rows, found.test_rows_elsewhere)).collect()
}

#[test]
fn a_row_number_does_not_hide_that_customers_repeat() {
    // 150 customers of four months, and 60 test rows.
    let customer = |row: usize| format!("C{:04}", row % 150);
    let alone = repeated("customer_id", 600, customer);
    assert_eq!(figures(&alone), [("customer_id", 450, 60)]);
    assert_eq!(alone[0].first, ("line", 2, 152));
    assert!(alone[0].across_parts);
    let message = alone[0].message(600, 60);
    assert!(message.contains("60 of 60 test rows (100.0%) are of a customer who is also in training"), "{message}");
    assert!(message.ends_with("--group customer_id"), "{message}");
    for index in ["Unnamed: 0", "RowNumber", "order_id", "id"] {
        let found = repeated(&format!("{index},customer_id"), 600, |row| format!("{row},{}", customer(row)));
        assert_eq!(figures(&found), [("customer_id", 450, 60)], "{index}");
    }
    // An index that starts again repeats nobody; a customer's second identifier is no second
    // finding, and neither is the name.
    let appended = repeated("Unnamed: 0,customer_id,email,Surname", 600, |row| {
        format!("{},{1},{1}@x.org,Name{1}", row % 300, customer(row))
    });
    assert_eq!(figures(&appended), [("customer_id", 450, 60)]);
    // Rows of unknown customers are of different ones.
    let blank = repeated("customer_id", 600, |row| if row % 2 == 0 { "NA".into() } else { format!("C{row}") });
    assert_eq!(blank, []);
}

#[test]
fn people_who_share_a_name_or_a_phone_are_not_one_customer() {
    let shuffled = |row: usize| row * 7919 % 601;
    for (names, cells) in [
        (
            "CustomerId,Surname",
            (|row| format!("{},Name{}", 15_600_000 + row, row * 7919 % 601 % 97)) as fn(usize) -> String,
        ),
        ("Surname", |row| format!("Name{}", row * 7919 % 601 % 97)),
        ("id,phone", |row| format!("{row},555-{:04}", row * 7919 % 601 % 580)),
        ("customer_id,household_no", |row| format!("c{row},{}", row * 7919 % 601 % 200)),
    ] {
        assert_eq!(repeated(names, 600, cells), [], "{names}");
    }
    // With nothing that tells them apart, a phone is a customer; and so is a name, if the year of
    // birth goes with it.
    assert_eq!(figures(&repeated("phone", 600, |row| format!("555-{:04}", shuffled(row) % 580)))[0].1, 21);
    assert_eq!(
        figures(&repeated("Customer Name", 600, |row| format!("Name {}", row % 150))),
        [("Customer Name", 450, 60)]
    );
    assert_eq!(figures(&repeated("id,phone", 600, |row| format!("{row},555-{:04}", row % 150))), [("phone", 450, 60)]);
}

#[test]
fn customers_whose_rows_stay_together_are_a_note() {
    let mut rows = sound();
    (0..40).for_each(|row| rows.push(rows[row].clone()));
    let text: String = rows.iter().map(|row| row.join(",") + "\n").collect();
    let file = file(format!("id,usage,since,plan,Churn\n{text}"));
    let schema: Schema = toml::from_str(SCHEMA).unwrap();
    let cohort = Cohort::read(Source::open(file.path()).unwrap(), &schema).unwrap();
    let by = SplitBy::read(&cohort, Some("id"), None).unwrap();
    let split = by.split(cohort.labels(), &Shares::default(), 0).unwrap();
    let checks = DataChecks::run(&cohort, &schema, &[split]).unwrap();
    let [note, alike] = &checks.findings[..] else { panic!("{:?}", checks.findings) };
    assert_eq!((note.check, note.warning, alike.check), (Check::RepeatedIdentifiers, false, Check::AlikeRows));
    assert!(note.message.contains("no value is in two parts of the split"), "{}", note.message);
    // Over all folds every row is a test row, and twins are apart in some fold.
    let folds = SplitBy::Target.folds(cohort.labels(), 5, 0).unwrap();
    let splits = folds.into_iter().map(|fold| Split {
        train: fold.fit,
        validation: fold.validation,
        calibration: vec![],
        test: fold.test,
    });
    let checks = DataChecks::run(&cohort, &schema, &splits.collect::<Vec<_>>()).unwrap();
    let duplicates = &checks.duplicates;
    assert_eq!(duplicates.test_rows, 640);
    assert!((50..80).contains(&duplicates.test_rows_elsewhere), "{duplicates:?}");
    let message = &checks.findings.iter().find(|finding| finding.check == Check::AcrossSplits).unwrap().message;
    let (count, share) = (duplicates.test_rows_elsewhere, crate::words::percent(duplicates.test_rows_elsewhere, 640));
    assert!(
        message.starts_with(&format!("{count} of 640 test rows ({share}) equal a row that is not a test row")),
        "{message}"
    );
    assert!(message.contains(&format!("{count} of them in the outcome too")), "{message}");
}
