use tenure::schema::{DateFormat, Kind, MINIMUM_CUSTOMERS, Negative, date};

use super::*;

fn asked(
    name: &str,
    texts: impl IntoIterator<Item = impl AsRef<str>>,
    stated: Option<&Stated>,
) -> Result<Guess, Refusal> {
    let mut profile = super::profile(name, stated);
    texts.into_iter().enumerate().for_each(|(row, text)| profile.observe(text.as_ref(), row as u64 + 2));
    guess(&profile, "Exited", stated)
}

fn guessed(name: &str, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Guess {
    asked(name, texts, None).unwrap_or_else(|refusal| panic!("{name}: {refusal:?}"))
}

/// How a column is written, as the keys of its field, the texts that mean missing, and all comments.
fn written(name: &str, texts: impl IntoIterator<Item = impl AsRef<str>>) -> (String, Vec<String>, String) {
    let Guess { place, comments } = guessed(name, texts);
    match place {
        Place::Field { kind: Kind::Number { format, .. }, missing, .. } => {
            (format!("number {}", format.example()), missing, comments.join("; "))
        }
        Place::Field { kind: Kind::Date { format, .. }, missing, .. } => {
            (format!("date {}", format.name()), missing, comments.join("; "))
        }
        place => (format!("{place:?}"), Vec::new(), comments.join("; ")),
    }
}

/// Whole numbers that look random, below `below`.
fn random(row: usize, below: usize) -> usize {
    (row + 1) * 7919 % 100_003 % below
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
    let number = Kind::Number { unit: String::new(), minimum: None, maximum: None, format: NumberFormat::default() };
    assert_eq!(kind("charges", &["1.5", "20", "3e2"]), number);
    assert_eq!(kind("balance", &["-1.5", "20", "300"]), number);
    assert_eq!(kind("senior", &["0", "1"]), Kind::Flag { positive: "1".into(), negative: "0".into() });
    assert_eq!(kind("partner", &["no", "yes"]), Kind::Flag { positive: "yes".into(), negative: "no".into() });
    assert_eq!(kind("area_code", &["408", "415", "510"]), category(&["408", "415", "510"]));
    assert_eq!(kind("zone", &["408", "415", "510"]), category(&["408", "415", "510"]));
    assert_eq!(kind("region", &["10", "9", "1"]), category(&["1", "9", "10"]));
    assert_eq!(kind("cust_serv_calls", &["0", "1", "2", "3", "9"]), number);
    assert_eq!(kind("months", &["12", "24", "36"]), number);
    assert_eq!(kind("year", &["2019", "2020", "2021"]), number);
    assert_eq!(kind("num_of_products", &["1", "2", "4"]), number);
    assert_eq!(kind("gender", &["Male", "Female"]), category(&["Female", "Male"]));
    assert_eq!(kind("internet", &["None", "DSL", "Fiber"]), category(&["DSL", "Fiber", "None"]));
}

#[test]
fn a_number_with_a_letter_is_a_name_or_has_a_unit() {
    let place = |texts: &[&str]| guessed("x", cycle(texts, 120)).place;
    for names in [
        &["3G", "4G", "5G"][..],
        &["4G", "5G"],
        &["3g", "4g"],
        &["4K", "8K"],
        &["5A", "6A", "7A"],
        &["5A", "5B", "6C"],
        &["1Q", "2Q", "3Q", "4Q"],
    ] {
        assert!(matches!(place(names), Place::Field { kind: Kind::Category { .. }, .. }), "{names:?}");
    }
    for (texts, unit) in [
        (&["9 MB", "12 MB"][..], "MB"),
        (&["12 m", "24 m"], "m"),
        (&["12m", "24m"], "m"),
        (&["16 A", "32 A"], "A"),
        (&["1.5K", "20K"], "K"),
        (&["$4K", "$8K"], "$K"),
    ] {
        let Place::Field { kind: Kind::Number { unit: found, .. }, .. } = place(texts) else { panic!("{texts:?}") };
        assert_eq!(found, unit, "{texts:?}");
    }
    // Many different numbers measure something.
    let grams = guessed("x", (0..120).map(|row| format!("{}G", random(row, 900)))).place;
    assert!(matches!(grams, Place::Field { kind: Kind::Number { .. }, .. }), "{grams:?}");
}

#[test]
fn durations_are_hours_however_they_are_written() {
    let time = NumberFormat { time: true, ..NumberFormat::default() };
    for text in [
        (|row| format!("{} d {:02}:{:02}", row % 4, row % 24, row % 60)) as fn(usize) -> String,
        |row| format!("PT{}M", row % 59 + 1),
        |row| if row % 5 == 0 { format!("{}m", row % 60) } else { format!("{}h {}m", row % 4, row % 60) },
        |row| format!("{}:{:02} PM", row % 12 + 1, row % 60),
    ] {
        let guess = guessed("talk", (0..300).map(text));
        let Place::Field { kind: Kind::Number { unit, format, .. }, .. } = guess.place else { panic!("{guess:?}") };
        assert_eq!((unit.as_str(), format), ("hours", time.clone()), "{}", text(1));
    }
    let guess = guessed("talk", cycle(&["2h 30m", "45m", "3h 5m"], 90));
    assert!(guess.comments[0].contains("45m to 3h 5m"), "{:?}", guess.comments);
}

#[test]
fn what_is_nearly_a_date_identifies_nobody() {
    let day = |row: usize| format!("{}th {} {}", 4 + row % 15, ["Jan", "May"][row % 2], 1950 + row % 70);
    let guess = guessed("since", (0..70).map(day));
    assert!(guess.place == Place::Ignored && guess.comments[0].contains("write them year first"), "{guess:?}");
    let guess = guessed("joined_serial", (0..300).map(|row| (44_929 + random(row, 700)).to_string()));
    let Place::Field { kind: Kind::Date { format, .. }, .. } = guess.place else { panic!("{guess:?}") };
    assert_eq!(format, DateFormat::Excel);
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
        let Place::Field { kind: Kind::Date { reference, .. }, .. } = guess.place else { panic!("{guess:?}") };
        assert_eq!(date::text(reference), "2024-01-31", "{texts:?}");
    }
    let texts =
        (0..60).map(|row| if row % 7 == 6 { "9999-12-31".into() } else { format!("2024-01-{:02}", 1 + row % 30) });
    let guess = guessed("until", texts);
    let Place::Field { kind, missing, .. } = guess.place else { panic!("{guess:?}") };
    assert_eq!(
        (kind, missing),
        (Kind::Date { reference: 19_753.0, format: DateFormat::Iso }, vec!["9999-12-31".into()])
    );
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
        ("ended", &["0000-00-00", "", "0000-00-00 00:00:00"], "stand for none in every row"),
        ("note", &["", "NA"], "no value in 60 rows"),
        ("since", &["31. Januar 2024", "1. Mai 2023", ""], "in no format that can be stated: write them year first"),
        ("since", &["31.01.2024", "12/31/2023"], "(%d.%m.%Y fits 30 of 60, %m/%d/%Y fits 30 of 60)"),
        ("income", &["12,5", "12.5"], "several notations"),
        (
            "size",
            &["9 MB", "1 GB", "800 MB"],
            "\"MB\" in 40 rows (such as \"9 MB\", line 2), \"GB\" in 20 rows (such as \"1 GB\", line 3)",
        ),
        ("size", &["9 MB", "12"], "none in 30 rows"),
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

#[test]
fn spellings_of_one_category_are_merged() {
    let guess = |texts| match guessed("x", cycle(texts, 120)) {
        Guess { place: Place::Field { kind, .. }, comments } => (kind, comments.join("; ")),
        guess => panic!("{guess:?}"),
    };
    let (kind, comments) = guess(&["Basic", "Plus", "Basic", "BASIC", "plus", "Plus"]);
    assert_eq!(kind, category(&["Basic", "Plus"]));
    let words = ["2 different texts", "\"BASIC\" (20 rows) as \"Basic\"; \"plus\" (20 rows) as \"Plus\""];
    assert!(words.iter().all(|words| comments.contains(words)), "{comments}");
    let (kind, comments) = guess(&["Yes", "No", "Yes", "YES", "yes", "no"]);
    assert_eq!(kind, Kind::Flag { positive: "Yes".into(), negative: "No".into() });
    assert!(comments.contains("\"Yes\" in 66.7% of the rows"), "{comments}");
    assert_eq!(guess(&["0", "1.0", "1", "1", "0.0", "0"]).0, Kind::Flag { positive: "1".into(), negative: "0".into() });
    let (kind, comments) = guess(&["aB", "Ab", "c"]);
    assert_eq!(kind, category(&["Ab", "aB", "c"]));
    assert!(comments.contains("differ only in letter case"), "{comments}");
}

#[test]
fn numbers_as_people_write_them() {
    let of = |text: &dyn Fn(usize) -> String| {
        let (written, missing, comments) = written("x", (0..300).map(text));
        assert!(missing.is_empty(), "{missing:?}");
        (written, comments)
    };
    let cents = |row| random(row, 90_000) as f64 / 100.0 + 10.0;
    for (text, expected) in [
        ((&|row| format!("{}.5", random(row, 9000))) as &dyn Fn(usize) -> String, "number 1234.5"),
        (&|row| format!("{:.2}", cents(row)).replace('.', ","), "number 1234,5"),
        (&|row| format!("${},{:03}.{:02}", 1 + random(row, 90), random(row, 999), random(row, 99)), "number $1,234.5"),
        (&|row| format!("({},{:03})", 1 + random(row, 90), random(row, 999)), "number (1,234.5)"),
        (&|row| format!("{}.{:03},{:02} €", 1 + random(row, 90), random(row, 999), random(row, 99)), "number 1.234,5€"),
        (&|row| format!("USD {:.2}", cents(row)), "number USD1234.5"),
        (&|row| format!("{:.1} MB", cents(row)), "number 1234.5MB"),
        (&|row| format!("{}%", random(row, 100)), "number 1234.5%"),
        (
            &|row| if row % 3 == 0 { format!("{}-", random(row, 9000)) } else { random(row, 9000).to_string() },
            "number 1234.5-",
        ),
        (
            &|row| if row % 3 == 0 { format!("({})", random(row, 9000)) } else { random(row, 9000).to_string() },
            "number (1234.5)",
        ),
        (&|row| format!("{} month{}", 1 + row % 24, if row % 24 == 0 { "" } else { "s" }), "number 1234.5months"),
        (&|row| format!("{:02}:{:02}:{:02}", row % 24, random(row, 60), row % 60), "number 14:30"),
        (&|row| format!("{}:{:02}", random(row, 99), row % 60), "number 14:30"),
        (&|row| format!("{}:{:02} {}M", 1 + row % 12, row % 60, ["A", "P"][row % 2]), "number 14:30"),
    ] {
        let (written, comments) = of(text);
        assert_eq!(written, expected, "{}: {comments}", text(0));
    }
    assert!(of(&|row| format!("{:02}:{:02}", row % 24, row % 60)).1.starts_with("times of day"));
    assert!(of(&|row| format!("{:02}:{:02}", row % 90, row % 60)).1.contains("minutes:seconds"));
    let Guess { place: Place::Field { kind: Kind::Number { unit, format, .. }, .. }, .. } =
        guessed("sap", (0..100).map(|row| format!("{},{:02}- EUR", row, row)))
    else {
        panic!()
    };
    assert_eq!((unit.as_str(), format.suffix.as_str(), format.negative), ("EUR", "EUR", Negative::Trailing));
}

#[test]
fn words_among_numbers_dates_and_times_are_missing() {
    for (word, share) in [("Error", 8), ("n.d.", 2), ("Unlimited", 3)] {
        let with = |text: &dyn Fn(usize) -> String| -> Vec<String> {
            (0..400).map(|row| if row % share == 1 { word.to_owned() } else { text(row) }).collect()
        };
        for (text, expected) in [
            (
                (&|row| format!("{}.{:03}", random(row, 30), random(row, 999))) as &dyn Fn(usize) -> String,
                "number 1234.5",
            ),
            (&|row| format!("{}.0", row % 14), "number 1234.5"),
            (&|row| format!("{}", 1 + row % 6), "number 1234.5"),
            (&|row| format!("${},{:03}", 1 + row % 60, random(row, 999)), "number $1,234.5"),
            (&|row| date::text(19_000.0 + random(row, 900) as f64), "date "),
            (&|row| format!("{}.{}.2023", 1 + row % 28, 1 + random(row, 12)), "date %d.%m.%Y"),
            (&|row| format!("{}:{:02}", row % 24, random(row, 60)), "number 14:30"),
        ] {
            let (written, missing, comments) = written("x", with(text));
            assert_eq!((written.as_str(), &missing[..]), (expected, &[word.to_owned()][..]), "{word} {comments}");
            assert!(comments.contains(&format!("may mean missing: {word:?} in ")), "{comments}");
        }
    }
    // More words than numbers are categories, and answers are no missing values.
    let kind = |texts: &[&str]| match guessed("x", cycle(texts, 100)).place {
        Place::Field { kind, .. } => kind,
        place => panic!("{place:?}"),
    };
    assert_eq!(kind(&["1", "Gold", "Silver"]), category(&["1", "Gold", "Silver"]));
    assert!(matches!(kind(&["1", "0", "Yes", "No"]), Kind::Category { .. }));
    assert_eq!(kind(&["1", "0", "Error"]), Kind::Flag { positive: "1".into(), negative: "0".into() });
}

#[test]
fn contracts_are_categories_and_not_units() {
    let place = |texts: &[&str]| guessed("contract", cycle(texts, 90)).place;
    let categories = category(&["1 month", "1 year", "2 years"]);
    assert_eq!(
        place(&["1 month", "1 year", "2 years"]),
        Place::Field { kind: categories, missing: vec![], lowest: None, members: MINIMUM_CUSTOMERS }
    );
}

#[test]
fn dates_as_people_write_them() {
    let on = |row: usize| date::text(19_000.0 + random(row, 900) as f64);
    let parts = |row: usize| {
        let text = on(row);
        [text[..4].to_owned(), text[5..7].to_owned(), text[8..].to_owned()]
    };
    for (text, expected) in [
        (
            (&|row| {
                let [y, m, d] = parts(row);
                format!("{d}.{m}.{y}")
            }) as &dyn Fn(usize) -> String,
            "date %d.%m.%Y",
        ),
        (
            &|row| {
                let [y, m, d] = parts(row);
                format!("{m}/{d}/{y}")
            },
            "date %m/%d/%Y",
        ),
        (
            &|row| {
                let [y, m, d] = parts(row);
                format!("{d}/{m}/{}", &y[2..])
            },
            "date %d/%m/%y",
        ),
        (
            &|row| {
                let [y, m, d] = parts(row);
                format!("{}-{m}-{d}", &y[2..])
            },
            "date %y-%m-%d",
        ),
        (
            &|row| {
                let [y, m, d] = parts(row);
                format!("{m}/{d}/{y} {}:30 PM", 1 + row % 12)
            },
            "date %m/%d/%Y %I:%M %p",
        ),
        (
            &|row| {
                let [y, _, d] = parts(row);
                format!("{d} {} {y}", ["May", "June", "July"][row % 3])
            },
            "date %d %b %Y",
        ),
        (
            &|row| {
                let [y, m, d] = parts(row);
                format!("{y}/{m}/{d}")
            },
            "date %Y/%m/%d",
        ),
        (
            &|row| {
                let [y, ..] = parts(row);
                format!("{}-{}", ["Jan", "Feb"][row % 2], &y[2..])
            },
            "date %b-%y",
        ),
    ] {
        let texts: Vec<String> = (0..300).map(text).collect();
        let (written, missing, comments) = written("since", &texts);
        assert_eq!((written.as_str(), missing.len()), (expected, 0), "{}: {comments}", texts[0]);
        if expected.starts_with("date %d.") {
            assert!(comments.contains("written as %d.%m.%Y"), "{comments}");
        }
    }
}

#[test]
fn moments_that_are_counted() {
    let second = |row: usize| 1_700_000_000 + 100 * random(row, 100_000);
    let of = |name: &str, text: &dyn Fn(usize) -> String| {
        let texts: Vec<String> = (0..300).map(text).collect();
        written(name, texts)
    };
    assert_eq!(of("last_seen", &|row| second(row).to_string()).0, "date unix");
    assert_eq!(of("x", &|row| second(row).to_string()).0, "date unix");
    assert_eq!(of("x", &|row| format!("{}123", second(row))).0, "date unix_ms");
    let digits = |row: usize| {
        let text = date::text(19_000.0 + random(row, 900) as f64);
        format!("{}{}{}", &text[8..], &text[5..7], &text[..4])
    };
    assert_eq!(of("day", &digits).0, "date %d%m%Y");
    assert_eq!(of("join_date", &|row| (43_000 + random(row, 2000)).to_string()).0, "date excel");
    let (written, missing, comments) =
        of("last_login", &|row| if row % 4 == 0 { "0".into() } else { second(row).to_string() });
    assert_eq!((written.as_str(), &missing[..]), ("date unix", &["0".to_owned()][..]), "{comments}");
    assert!(comments.contains("\"0\" in 75 rows") && comments.contains("seconds since 1970"), "{comments}");
    assert_eq!(of("StartDate", &|row| (43_000 + random(row, 2000)).to_string()).0, "date excel");
    assert!(!of("last_update", &|row| (43_000 + random(row, 90)).to_string()).0.starts_with("date"));
    // Money is no day, and a number of ten digits with a name of its own no moment.
    assert!(of("income", &|row| (43_000 + random(row, 90)).to_string()).0.starts_with("number"));
    assert!(!of("phone", &|row| second(row).to_string()).0.starts_with("date"));
    assert!(!of("x", &|row| (1_000_000_000 + row).to_string()).0.starts_with("date"));
}

#[test]
fn placeholder_dates_are_missing_and_move_no_reference() {
    let on = |row: usize| date::text(18_000.0 + random(row, 1900) as f64);
    for (never, share) in [
        ("1970-01-01", 4),
        ("1900-01-01", 12),
        ("0001-01-01", 100),
        ("0000-00-00", 12),
        ("2099-12-31", 3),
        ("9999-12-31", 100),
        ("1900-01-01 00:00:00", 50),
    ] {
        let texts = (0..300).map(|row| if row % share == 0 { never.to_owned() } else { on(row) });
        let guess = guessed("last_order", texts);
        let Place::Field { kind: Kind::Date { reference, .. }, missing, .. } = &guess.place else {
            panic!("{guess:?}")
        };
        assert_eq!(missing, &[never.to_owned()], "{never}: {:?}", guess.comments);
        assert!(
            guess.comments.iter().any(|comment| comment.contains(&format!("{never:?} in "))),
            "{:?}",
            guess.comments
        );
        assert!((18_000.0..20_000.0).contains(reference), "{never}: {reference}");
    }
    let texts = (0..300).map(|row| if row == 7 { "2063-05-05".into() } else { on(row) });
    let guess = guessed("last_order", texts);
    let Place::Field { kind: Kind::Date { reference, .. }, missing, .. } = &guess.place else { panic!("{guess:?}") };
    assert!(missing.is_empty() && *reference < 20_000.0, "{guess:?}");
    assert!(
        guess.comments.iter().any(|comment| comment.starts_with("far from the other dates: \"2063-05-05\" in 1 row;"))
    );
}

#[test]
fn impossible_numbers_are_named_beside_zeros() {
    let texts = (0..600).map(|row| match row {
        0 => "-7000".into(),
        300 => "1050".into(),
        row if row % 2 == 0 => "0".into(),
        row => (18 + random(row, 45)).to_string(),
    });
    let comments = guessed("age", texts).comments.join("; ");
    assert!(
        comments.starts_with("0 to 62 in this table, and far from that: \"-7000\" in 1 row, \"1050\" in 1 row;"),
        "{comments}"
    );
    assert!(comments.contains("write missing = [\"-7000\", \"1050\"]"), "{comments}");
}

#[test]
fn two_readings_are_asked() {
    let question = |name: &str, texts: &[&str]| match asked(name, cycle(texts, 60), None) {
        Err(Refusal::Unclear(question)) => question,
        other => panic!("{other:?}"),
    };
    let dates = question("since", &["05/05/2024", "01/02/2024", "03/04/2024"]);
    assert_eq!((dates.text.as_str(), dates.line), ("01/02/2024", Some(3)));
    let reading = |value: &str, format: &str| (value.to_owned(), format.to_owned());
    assert_eq!(dates.readings, [reading("2024-02-01", "%d/%m/%Y"), reading("2024-01-02", "%m/%d/%Y")]);
    let numbers = question("amount", &["1.234", "2.345"]);
    assert_eq!(numbers.readings, [reading("1.234", "1234.5"), reading("1234", "1.234,5")]);
    // The answers that are named are understood.
    for (texts, question) in [(&["05/05/2024", "01/02/2024"][..], &dates), (&["1.234", "2.345"], &numbers)] {
        for (_, answer) in &question.readings {
            let stated = Stated::read(answer).unwrap();
            let place = asked("x", cycle(texts, 60), Some(&stated)).unwrap().place;
            assert!(matches!(place, Place::Field { .. }), "{answer}: {place:?}");
        }
    }
    let stated = Stated::read("%d.%m.%Y").unwrap();
    let refusal = asked("since", cycle(&["05/05/2024"], 60), Some(&stated)).unwrap_err();
    assert_eq!(refusal, Refusal::Misstated { read: 0, known: 60, example: "05/05/2024".into() });
}

#[test]
fn nothing_measured_is_an_identifier() {
    // Every value differs, and a third are of another kind.
    let of = |text: &dyn Fn(usize) -> String| guessed("x", (0..300).map(text)).place;
    for text in [
        (&|row: usize| if row.is_multiple_of(3) { format!("code {row}x") } else { format!("{row}.5") })
            as &dyn Fn(usize) -> String,
        &|row| {
            if row % 3 == 0 {
                format!("{row}.5")
            } else {
                format!("{}. Januar 20{:02}", 1 + row % 30, row % 30 + row / 30)
            }
        },
        &|row| format!("{row},{row:02} zł"),
    ] {
        assert_ne!(of(text), Place::Identifier, "{}", text(1));
    }
}
