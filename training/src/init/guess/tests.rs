use super::*;

fn guessed(name: &str, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Guess {
    let mut profile = Profile::new(name);
    texts.into_iter().enumerate().for_each(|(row, text)| profile.observe(text.as_ref(), row as u64 + 2));
    guess(&profile, "Exited")
}

/// The texts again and again, `rows` in all.
fn cycle<'a>(texts: &'a [&'a str], rows: usize) -> impl Iterator<Item = &'a str> {
    texts.iter().copied().cycle().take(rows)
}

fn category(categories: &[&str]) -> Kind {
    Kind::Category { categories: categories.iter().map(|&text| text.into()).collect() }
}

#[test]
fn numbers_flags_and_codes() {
    let kind = |name, texts| match guessed(name, cycle(texts, 100)).place {
        Place::Field { kind, .. } => kind,
        place => panic!("{name}: {place:?}"),
    };
    let number = |minimum| Kind::Number { unit: String::new(), minimum, maximum: None };
    assert_eq!(kind("charges", &["1.5", "20", "3e2"]), number(Some(0.0)));
    assert_eq!(kind("balance", &["-1.5", "20", "300"]), number(None));
    assert_eq!(kind("senior", &["0", "1"]), Kind::Flag { positive: "1".into(), negative: "0".into() });
    assert_eq!(kind("partner", &["no", "yes"]), Kind::Flag { positive: "yes".into(), negative: "no".into() });
    assert_eq!(kind("area_code", &["408", "415", "510"]), category(&["408", "415", "510"]));
    assert_eq!(kind("zone", &["408", "415", "510"]), category(&["408", "415", "510"]));
    assert_eq!(kind("region", &["10", "9", "1"]), category(&["1", "9", "10"]));
    assert_eq!(kind("cust_serv_calls", &["0", "1", "2", "3", "9"]), number(Some(0.0)));
    assert_eq!(kind("months", &["12", "24", "36"]), number(Some(0.0)));
    assert_eq!(kind("year", &["2019", "2020", "2021"]), number(Some(0.0)));
    assert_eq!(kind("num_of_products", &["1", "2", "4"]), number(Some(0.0)));
    assert_eq!(kind("gender", &["Male", "Female"]), category(&["Female", "Male"]));
    assert_eq!(kind("internet", &["None", "DSL", "Fiber"]), category(&["DSL", "Fiber", "None"]));
}

#[test]
fn missing_tokens() {
    let missing = |texts| match guessed("x", cycle(texts, 90)) {
        Guess { place: Place::Field { missing, .. }, comments } => (missing, comments.join("; ")),
        guess => panic!("{guess:?}"),
    };
    let (tokens, comments) = missing(&["1", "2.5", "NA", "-", "?", "", "7", "8", "9"]);
    assert_eq!(tokens, ["-", "?", "NA"]);
    assert!(comments.contains("10 of 90 rows are blank") && comments.contains("\"NA\" in 10 rows"), "{comments}");
    assert_eq!(missing(&["Yes", "No", "N/A"]).0, ["N/A"]);
    let (tokens, comments) = missing(&["Blue", "Red", "unknown"]);
    assert!(tokens.is_empty() && comments.contains("move to `missing`"), "{comments}");
}

#[test]
fn dates_the_core_reads_are_fields() {
    for texts in
        [&["2024-01-30", "2023-12-01", ""][..], &["20240130", "20231201"], &["2024-01-30 10:00", "2024-01-01 09:30"]]
    {
        let guess = guessed("since", cycle(texts, 60));
        let Place::Field { kind: Kind::Date { reference }, .. } = guess.place else { panic!("{guess:?}") };
        assert_eq!(date::text(reference), "2024-01-31", "{texts:?}");
    }
    let texts =
        (0..60).map(|row| if row % 7 == 6 { "9999-12-31".into() } else { format!("2024-01-{:02}", 1 + row % 30) });
    let guess = guessed("until", texts);
    let Place::Field { kind, missing } = guess.place else { panic!("{guess:?}") };
    assert_eq!((kind, missing), (Kind::Date { reference: 19_753.0 }, vec!["9999-12-31".into()]));
    assert!(guess.comments[0].contains("2024-01-01 to 2024-01-30"), "{:?}", guess.comments);
}

#[test]
fn what_is_ignored_says_why() {
    let comment = |name: &str, texts: &[&str]| match guessed(name, cycle(texts, 60)) {
        Guess { place: Place::Ignored, comments } => comments.join("; "),
        guess => panic!("{name}: {guess:?}"),
    };
    for (name, texts, part) in [
        ("country", &["US"][..], "same value in every row"),
        ("note", &["", "NA"], "no value in 60 rows"),
        ("since", &["31.01.2024", "01.12.2023", ""], "write them year first"),
        ("since", &["1/31/24", "12/1/23"], "write them year first"),
        ("income", &["1,234.50", "987", "12,000.00"], "thousands separators, such as \"1,234.50\" (line 2)"),
        ("income", &["12,5", "987", "0,25"], "write 12.5 for 12,5"),
        ("price", &["$12.50", "$9"], "bare number"),
        ("churn_reason", &["Price", "Moved", ""], "known before a customer leaves"),
        ("exited_on", &["Mon", "Tue"], "\"exited\""),
    ] {
        assert!(comment(name, texts).contains(part), "{name}: {}", comment(name, texts));
    }
    let towns = guessed("town", (0..2000).map(|row| format!("Town {}", row % 300)));
    assert!(towns.place == Place::Ignored && towns.comments[0].contains("300 different texts"), "{towns:?}");
}

#[test]
fn of_many_texts_those_that_are_not_rare_are_listed() {
    // 250 towns of 20 customers and 150 of one; the same as codes.
    let of_row = |row: usize| if row < 5000 { row % 250 } else { row };
    for (name, town) in [
        ("town", (|row| format!("Town {row}")) as fn(usize) -> String),
        ("zip_code", |row| format!("{}", 80_000 + row)),
    ] {
        let guess = guessed(name, (0..5150).map(|row| town(of_row(row))));
        let Place::Field { kind: Kind::Category { categories }, .. } = guess.place else { panic!("{guess:?}") };
        assert_eq!(categories.len(), 250, "{name}");
        let comments = guess.comments.join("; ");
        let words = ["400 different", "the 250 that are in 20 rows or more, 97.1% of the rows together"];
        assert!(words.iter().all(|words| comments.contains(words)), "{name}: {comments}");
    }
    // Training would refuse a category of rare texts alone.
    let teams = guessed("team", (0..150).map(|row| format!("Team {}", row % 10)));
    assert!(teams.place == Place::Ignored && teams.comments[0].contains("fewer than 20 rows"), "{teams:?}");
    let surnames = guessed(
        "town",
        (0..5150).map(|row| if row < 2500 { of_row(row).to_string() + "a" } else { format!("b{}", row % 800) }),
    );
    assert_eq!(surnames.place, Place::Ignored, "{:?}", surnames.comments);
}

#[test]
fn identifiers() {
    let is_identifier =
        |name: &str, text: &dyn Fn(usize) -> String| guessed(name, (0..500).map(text)).place == Place::Identifier;
    assert!(is_identifier("customerID", &|row| format!("{row:04}-ABC")));
    assert!(is_identifier("phone", &|row| format!("382-{row:04}")));
    assert!(is_identifier("customer", &|row| (row * 2).to_string()));
    assert!(is_identifier("customer_id", &|row| format!("C{}", row % 30)));
    assert!(is_identifier("account", &|row| (row * 7919 % 100_003 + 100_000).to_string()));
    assert!(is_identifier("Surname", &|row| format!("Name{}", row % 200)));
    assert!(is_identifier("user_email", &|row| format!("u{}@example.org", row % 400)));
    assert!(!is_identifier("income", &|row| (row * 37 % 480 * 100).to_string()));
    assert!(!is_identifier("score", &|row| format!("{}.25", row * 31 % 997)));
    assert!(!is_identifier("PhoneService", &|row| ["Yes", "No"][row % 2].into()));
    let rows = guessed("row", (0..500).map(|row| (row + 1).to_string()));
    assert_eq!((rows.place, &rows.comments[0][..]), (Place::Ignored, "row positions: 1 to 500, counted up by one"));
}
