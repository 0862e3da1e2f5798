use proptest::prelude::*;

use tenure::schema::{Kind, NumberFormat};

use super::*;
use crate::file::tests::file;

pub(crate) fn drafted(text: &str, target: &str, positive: Option<&str>) -> Result<Draft, InitError> {
    answered(text, target, positive, &Answers::default())
}

fn answered(text: &str, target: &str, positive: Option<&str>, answers: &Answers) -> Result<Draft, InitError> {
    draft_with(text, target, positive.as_slice(), &[], answers)
}

pub(crate) fn drafted_with(text: &str, field: &str, positive: &[&str], negative: &[&str]) -> Result<Draft, InitError> {
    draft_with(text, field, positive, negative, &Answers::default())
}

fn draft_with(
    text: &str,
    field: &str,
    positive: &[&str],
    negative: &[&str],
    answers: &Answers,
) -> Result<Draft, InitError> {
    let owned = |values: &[&str]| -> Vec<String> { values.iter().map(|&value| value.into()).collect() };
    let (positive, negative) = (owned(positive), owned(negative));
    let flags = TargetFlags { field, positive: &positive, negative: &negative };
    draft(Source::open(file(text).path())?, &flags, answers, &mut |_, _| {})
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
    Some(draft(Source::open(&path).unwrap(), &guessed(target), &Answers::default(), &mut |_, _| {}).unwrap())
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
    let number = Kind::Number { unit: String::new(), minimum: None, maximum: None, format: NumberFormat::default() };
    for name in ["tenure", "MonthlyCharges", "TotalCharges"] {
        assert_eq!(kinds(&schema, name), number, "{name}");
    }
    assert_eq!(kinds(&schema, "SeniorCitizen"), Kind::Flag { positive: "1".into(), negative: "0".into() });
    assert_eq!(kinds(&schema, "PaperlessBilling"), Kind::Flag { positive: "Yes".into(), negative: "No".into() });
    let contract = ["Month-to-month", "One year", "Two year"].map(String::from).to_vec();
    assert_eq!(kinds(&schema, "Contract"), Kind::Category { categories: contract });
    assert!(text.contains("11 of 7,043 rows are blank"), "{text}");
    assert!(text.contains("# minimum = 0 # the lowest value here is 18.25"), "{text}");
    assert!(!text.contains("far from"), "{text}");
    // What can be changed is proposed, and is a change once the comment is one no more.
    assert!(schema.fields.iter().all(|field| !field.changeable));
    let accepted = SchemaFile::read(&text.replace("\n# changeable = true", "\nchangeable = true")).unwrap().schema;
    let changeable = accepted.fields.iter().filter(|field| field.changeable).map(|field| field.name.as_str());
    assert_eq!(
        changeable.collect::<Vec<_>>(),
        [
            "PhoneService",
            "MultipleLines",
            "InternetService",
            "OnlineSecurity",
            "OnlineBackup",
            "DeviceProtection",
            "TechSupport",
            "StreamingTV",
            "StreamingMovies",
            "Contract",
            "PaperlessBilling",
            "PaymentMethod"
        ]
    );
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
    assert!(matches!(kinds(&schema, "cust_serv_calls"), Kind::Number { minimum: None, .. }));
    assert!(matches!(kinds(&schema, "state"), Kind::Category { categories } if categories.len() == 51));
    assert!(matches!(kinds(&schema, "intl_plan"), Kind::Flag { .. }));
    assert!(text.contains("label = \"Day min\"") && !text.contains("far from"), "{text}");
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
    assert_eq!((&schema.identifiers[..], rows), (&["CustomerId", "Surname"].map(String::from)[..], 600));
    assert_eq!(schema.ignored, ["RowNumber"]);
    let names: Vec<_> = schema.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["Geography", "Balance", "Tenure", "NumOfProducts"]);
    assert!(schema.fields[1..].iter().all(tenure::schema::Field::is_number));
}

/// Dates and amounts that can be read in two ways, and a column that cannot.
fn unclear() -> String {
    let row = |row: usize| {
        let (day, month) = (1 + row % 12, 1 + row * 7 % 12);
        format!("{day:02}/{month:02}/2024;{}.{:03};{};{}\n", 1 + row % 9, row * 37 % 1000, row % 50, row % 2)
    };
    format!("joined on;amount;logins;Exited\n{}", (0..200).map(row).collect::<String>())
}

#[test]
fn all_questions_come_at_once_and_can_be_answered() {
    let error = drafted(&unclear(), "Exited", None).unwrap_err();
    let text = error.to_string();
    for part in [
        "`joined on`: \"02/08/2024\" (line 3) is 2024-08-02 with --format 'joined on=%d/%m/%Y', or 2024-02-08 with --format 'joined on=%m/%d/%Y'",
        "`amount`: \"1.000\" (line 2) is 1 with --format amount=1234.5, or 1000 with --format amount=1.234,5",
        "--ignore COLUMN",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let answer = |column: &str, format: &str| (column.to_owned(), format.to_owned());
    let formats = vec![answer("joined on", "%m/%d/%Y"), answer("amount", "1.234,5")];
    let answers = Answers { formats, ignored: vec!["logins".into()], ..Answers::default() };
    let Draft { schema, text, .. } = answered(&unclear(), "Exited", None, &answers).unwrap();
    assert_eq!(schema.ignored, ["logins"]);
    assert!(matches!(kinds(&schema, "joined on"), Kind::Date { format, .. } if format.name() == "%m/%d/%Y"));
    assert!(matches!(kinds(&schema, "amount"), Kind::Number { format, .. } if format.example() == "1.234,5"));
    assert!(text.contains("decimal = \",\"\ngrouping = \".\"") && text.contains("format = \"%m/%d/%Y\""), "{text}");

    let formats = vec![answer("amont", "1.234,5"), answer("amount", "dd"), answer("joined on", "%d/%m/%Y")];
    let answers = Answers { formats, ignored: vec!["login".into()], minimum_members: vec![("login".into(), 4)] };
    let text = answered(&unclear(), "Exited", None, &answers).unwrap_err().to_string();
    for part in [
        "--format: no column `amont`; the nearest is `amount`",
        "--format amount=dd: must be",
        "--ignore: no column `login`",
        "--minimum-members: no column `login`",
        "--minimum-members login=4: must be at least 5",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let answers =
        Answers { formats: vec![answer("joined on", "unix")], ignored: vec!["amount".into()], ..Answers::default() };
    let text = answered(&unclear(), "Exited", None, &answers).unwrap_err().to_string();
    assert!(text.contains("the format of `joined on` reads 0 of 200 values, and not \"01/01/2024\""), "{text}");
}

#[test]
fn a_person_says_which_column_is_a_category_and_of_how_few_rows() {
    let row = |row: usize| format!("Shop {},{},{}\n", row % 90, row % 50, ["no", "yes"][row % 4 / 3]);
    let table = format!("shop,visits,left\n{}", (0..600).map(row).collect::<String>());
    let Draft { schema, .. } = answered(&table, "left", None, &Answers::default()).unwrap();
    assert!(schema.ignored.contains(&"shop".into()), "{schema:?}");
    let answers = Answers { minimum_members: vec![("shop".into(), 5)], ..Answers::default() };
    let Draft { schema, text, .. } = answered(&table, "left", None, &answers).unwrap();
    assert_eq!((schema.fields[0].category_count(), schema.fields[0].minimum_members), (90, 5));
    assert!(text.contains("kind = \"category\"\nminimum_members = 5\n"), "{text}");
    let of_numbers = Answers { minimum_members: vec![("visits".into(), 7)], ..Answers::default() };
    let Draft { schema, .. } = answered(&table, "left", None, &of_numbers).unwrap();
    let visits = schema.fields.iter().find(|field| field.name == "visits").unwrap();
    assert_eq!((visits.category_count(), visits.minimum_members), (50, 7));
}

/// What `init` drafts can be trained on: every row of every kind is read.
#[test]
fn a_draft_reads_its_own_table() {
    let row = |row: usize| {
        format!(
            "\"{}\";{};{:02}.{:02}.2023;{}:{:02};{};{}\n",
            if row.is_multiple_of(3) { format!("({}.{:03},5 €)", 1 + row % 9, row) } else { format!("{row},5 €") },
            if row.is_multiple_of(5) { "Error".into() } else { (row % 14).to_string() },
            1 + row % 28,
            1 + row % 12,
            row % 24,
            row % 60,
            1_700_000_000 + row * 7919 % 10_007 * 1000,
            row % 2,
        )
    };
    let table = format!("balance;calls;since;at;seen;Exited\n{}", (0..300).map(row).collect::<String>());
    let file = file(&table);
    let source = || Source::open(file.path()).unwrap();
    let Draft { schema, text, .. } = draft(source(), &guessed("Exited"), &Answers::default(), &mut |_, _| {}).unwrap();
    let cohort = crate::cohort::Cohort::read(source(), &schema).unwrap();
    assert_eq!(cohort.rows(), 300, "{text}");
    let number = |field: &str, row: usize| {
        let index = schema.field_index(field).unwrap_or_else(|| panic!("{field} in\n{text}"));
        match cohort.column(index) {
            crate::cohort::Column::Numbers(numbers) => numbers[row],
            column => panic!("{field}: {column:?}"),
        }
    };
    assert_eq!((number("balance", 3), number("balance", 4)), (-4003.5, 4.5));
    assert_eq!((number("calls", 13), number("at", 30)), (13.0, 6.5));
    assert!(number("calls", 5).is_nan());
    // 01.01.2023 and 02.02.2023, before the day after the last date.
    assert_eq!(number("since", 0) - number("since", 1), 32.0);
    assert!((number("seen", 0) - number("seen", 1) - 7_919_000.0 / 86_400.0).abs() < 1e-9);
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[0-9]{1,4}(\\.[0-9]{1,2})?",
        "-?[0-9]{1,3}e-?[0-9]{1,3}",
        "(Yes|No|NA|null|\\?|-|true|1|0|nan|inf)",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "[0-9]{1,3},[0-9]{3}",
        "[0-9]{1,2}[./-][0-9]{1,2}[./-]([0-9]{2}|[0-9]{4})( [0-9]{1,2}:[0-9]{2})?",
        "[($€-]?[0-9]{1,3}([.,' ][0-9]{3}){0,2}[.,][0-9]{1,2}( ?(MB|GB|%|€))?[)-]?",
        "(0000-00-00|9999-12-31|1970-01-01|1[67][0-9]{8})",
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
        let opened = Source::open(file.path()).map_err(InitError::from);
        match opened.and_then(|source| draft(source, &guessed("Churn"), &Answers::default(), &mut |_, _| {})) {
            Ok(draft) => {
                prop_assert_eq!(draft.schema.problems(), vec![]);
                prop_assert_eq!(draft.rows, labels.len() as u64);
            }
            Err(InitError::Unsound { problems, .. }) => prop_assert!(false, "{}", problems),
            Err(error) => prop_assert!(error.to_string().contains(&name), "{}", error),
        }
    }
}
