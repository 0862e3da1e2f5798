use proptest::prelude::*;

use tenure::schema::Kind;

use super::*;
use crate::file::tests::file;

pub(crate) fn drafted(text: &str, target: &str, positive: Option<&str>) -> Result<Draft, InitError> {
    drafted_with(text, target, positive.as_slice(), &[])
}

pub(crate) fn drafted_with(text: &str, field: &str, positive: &[&str], negative: &[&str]) -> Result<Draft, InitError> {
    let owned = |values: &[&str]| -> Vec<String> { values.iter().map(|&value| value.into()).collect() };
    let (positive, negative) = (owned(positive), owned(negative));
    let flags = TargetFlags { field, positive: &positive, negative: &negative };
    draft(Source::open(file(text).path())?, &flags, &mut |_, _| {})
}

/// The flags of a target whose positive value is guessed.
fn guessed(field: &str) -> TargetFlags<'_> {
    TargetFlags { field, positive: &[], negative: &[] }
}

fn of_shared(name: &str, target: &str) -> Option<Draft> {
    let path = format!("{}/../../shared/data/{name}", env!("CARGO_MANIFEST_DIR"));
    if !std::path::Path::new(&path).exists() {
        eprintln!("skipped: ../shared/data/{name} is not there");
        return None;
    }
    Some(draft(Source::open(&path).unwrap(), &guessed(target), &mut |_, _| {}).unwrap())
}

fn kinds(schema: &Schema, name: &str) -> Kind {
    schema.fields.iter().find(|field| field.name == name).unwrap_or_else(|| panic!("no field {name}")).kind.clone()
}

#[test]
fn ibm_telco() {
    let Some(Draft { schema, text, .. }) = of_shared("ibm_telco.csv", "Churn") else { return };
    assert_eq!(
        (&schema.identifiers[..], schema.ignored.len(), schema.fields.len()),
        (&["customerID".into()][..], 0, 19)
    );
    assert_eq!((schema.name.as_str(), schema.target.words()), ("Ibm telco", "Churn = Yes".into()));
    let number = Kind::Number { unit: String::new(), minimum: Some(0.0), maximum: None };
    for name in ["tenure", "MonthlyCharges", "TotalCharges"] {
        assert_eq!(kinds(&schema, name), number, "{name}");
    }
    assert_eq!(kinds(&schema, "SeniorCitizen"), Kind::Flag { positive: "1".into(), negative: "0".into() });
    assert_eq!(kinds(&schema, "PaperlessBilling"), Kind::Flag { positive: "Yes".into(), negative: "No".into() });
    let contract = ["Month-to-month", "One year", "Two year"].map(String::from).to_vec();
    assert_eq!(kinds(&schema, "Contract"), Kind::Category { categories: contract });
    assert!(text.contains("11 of 7,043 rows are blank"), "{text}");
    assert!(text.contains("label = \"Streaming TV\"") && text.contains("label = \"Monthly charges\""));
}

#[test]
fn churn5000() {
    let Some(Draft { schema, text, .. }) = of_shared("churn5000.csv", "churn") else { return };
    assert_eq!((&schema.identifiers[..], schema.ignored.len(), schema.fields.len()), (&["phone".into()][..], 0, 19));
    assert_eq!(schema.target.positive, ["True."]);
    assert!(text.contains("# The model predicts the probability of churn = True. (14.1% of rows).\n"), "{text}");
    let area = ["408", "415", "510"].map(String::from).to_vec();
    assert_eq!(kinds(&schema, "area_code"), Kind::Category { categories: area });
    assert!(matches!(kinds(&schema, "cust_serv_calls"), Kind::Number { minimum: Some(0.0), .. }));
    assert!(matches!(kinds(&schema, "state"), Kind::Category { categories } if categories.len() == 51));
    assert!(matches!(kinds(&schema, "intl_plan"), Kind::Flag { .. }));
    assert!(text.contains("label = \"Day min\""));
}

/// RowNumber, Surname, Geography and so on, as bank tables have them.
pub(crate) fn bank() -> String {
    let row = |row: u32| {
        format!(
            "{},{},Name {},{},{:.2},{},{},{}\n",
            row + 1,
            15_600_000 + row * 7919 % 100_003,
            row % 173,
            ["France", "Spain", "Germany"][row as usize % 3],
            f64::from(row * 7919 % 9973) * 11.37,
            row % 11,
            1 + row % 3,
            u8::from(row.is_multiple_of(5))
        )
    };
    let header = "RowNumber,CustomerId,Surname,Geography,Balance,Tenure,NumOfProducts,Exited";
    format!("{header}\n{}", (0..600).map(row).collect::<String>())
}

#[test]
fn a_bank_table() {
    let Draft { schema, rows, .. } = drafted(&bank(), "Exited", None).unwrap();
    assert_eq!((&schema.identifiers[..], rows), (&["RowNumber", "CustomerId", "Surname"].map(String::from)[..], 600));
    let names: Vec<_> = schema.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["Geography", "Balance", "Tenure", "NumOfProducts"]);
    assert!(schema.fields[1..].iter().all(tenure::schema::Field::is_number));
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[0-9]{1,4}(\\.[0-9]{1,2})?",
        "-?[0-9]{1,3}e-?[0-9]{1,3}",
        "(Yes|No|NA|null|\\?|-|true|1|0|nan|inf)",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "[0-9]{1,3},[0-9]{3}",
        "[a-c#=\\[\\]\"'\\\\\n\r\t ,;é\u{1}\u{7f}\u{85}\u{2028}]{0,6}",
        "\\PC{0,8}",
        "x{250,260}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the cells: a sound schema comes out, or an error that names the file; never a
    /// panic.
    #[test]
    fn odd_tables(
        names in proptest::collection::vec("[\\PC\n\"#\u{1}]{1,5}", 3),
        // Few different cells a column, so that they become categories, and then as many as there
        // are rows.
        pools in proptest::collection::vec(proptest::collection::vec(cell(), 1..30), 3),
        labels in proptest::collection::vec(0..2usize, 1..60),
    ) {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        let mut header = names;
        header.push("Churn".into());
        writer.write_record(&header).unwrap();
        for (row, label) in labels.iter().enumerate() {
            let cells = pools.iter().map(|pool| pool[row % pool.len()].as_str());
            writer.write_record(cells.chain([["No", "Yes"][*label]])).unwrap();
        }
        let file = file(writer.into_inner().unwrap());
        let name = file.path().display().to_string();
        match Source::open(file.path()).map_err(InitError::from).and_then(|source| draft(source, &guessed("Churn"), &mut |_, _| {})) {
            Ok(draft) => {
                prop_assert_eq!(draft.schema.problems(), vec![]);
                prop_assert_eq!(draft.rows, labels.len() as u64);
            }
            Err(InitError::Unsound { problems, .. }) => prop_assert!(false, "{}", problems),
            Err(error) => prop_assert!(error.to_string().contains(&name), "{}", error),
        }
    }
}
