use super::*;
use crate::schema::NumberFormat;
use crate::schema::tests::small_schema;

fn fields() -> Vec<Field> {
    let mut fields = small_schema().fields;
    let kind = |unit: &str| {
        let format = NumberFormat::default();
        Kind::Number { unit: unit.into(), minimum: None, maximum: None, format }
    };
    (fields[0].kind, fields[1].kind) = (kind("months"), kind("$"));
    fields[0].label = "Tenure".into();
    fields
}

#[test]
fn values_in_words() {
    let fields = fields();
    let german = Messages::read(GERMAN).unwrap();
    for (field, cell, in_english, in_german) in [
        (0, Cell::Number(1.0), "1 month", "1 Monat"),
        (0, Cell::Number(0.0), "0 months", "0 Monate"),
        (0, Cell::Number(1.5), "1.5 months", "1,5 Monate"),
        (0, Cell::Number(-1234567.25), "-1,234,567.25 months", "-1.234.567,25 Monate"),
        (1, Cell::Number(84.5), "$84.50", "84,50 $"),
        (1, Cell::Number(999.996), "$1,000.00", "1.000,00 $"),
        (2, Cell::Category(1), "Year", "Year"),
        (2, Cell::Category(2), "other", "Sonstiges"),
        (3, Cell::Category(1), "Yes", "ja"),
        (3, Cell::Missing, "missing", "nicht bekannt"),
    ] {
        assert_eq!(Messages::english().value(&fields[field], cell), in_english);
        assert_eq!(german.value(&fields[field], cell), in_german);
    }
    let mut parsecs = fields[0].clone();
    let format = NumberFormat::default();
    parsecs.kind = Kind::Number { unit: "parsecs".into(), minimum: None, maximum: None, format };
    assert_eq!(german.value(&parsecs, Cell::Number(1000.5)), "1.000,5 parsecs");
}

#[test]
fn contributions_in_both_languages() {
    let fields = fields();
    let german =
        Messages::read(&GERMAN.replace("\"words\": {}", "\"words\": { \"Tenure\": \"Vertragsdauer\" }")).unwrap();
    let say = |contribution| Messages::english().contribution(&fields[0], Cell::Number(1.0), contribution);
    assert_eq!(say(0.416), "Tenure (1 month) raises the risk of leaving: +0.42 on the log-odds.");
    assert_eq!(say(-1.0), "Tenure (1 month) lowers the risk of leaving: -1.00 on the log-odds.");
    assert_eq!(say(-0.004), "Tenure (1 month) hardly moves the risk of leaving.");
    let points = |contribution| Messages::english().points(&fields[0], Cell::Number(1.0), contribution);
    assert_eq!(points(0.0824), "Tenure (1 month) raises the risk of leaving: +8.2 percentage points.");
    assert_eq!(points(-0.0006), "Tenure (1 month) lowers the risk of leaving: -0.1 percentage points.");
    assert_eq!(points(0.0004), "Tenure (1 month) hardly moves the risk of leaving.");
    let said = german.points(&fields[0], Cell::Number(2.0), 0.125);
    assert_eq!(said, "Vertragsdauer (2 Monate) erhöht das Abwanderungsrisiko: +12,5 Prozentpunkte.");
    let said = german.contribution(&fields[0], Cell::Number(2.0), 0.5);
    assert_eq!(said, "Vertragsdauer (2 Monate) erhöht das Abwanderungsrisiko: +0,50 auf der Log-Odds-Skala.");
}

#[test]
fn counterfactuals_in_both_languages() {
    let fields = fields();
    let change = |field: usize, from, to, follows| ChangeWords { field: &fields[field], from, to, follows };
    let changes = [
        change(0, Cell::Number(1.0), Cell::Number(12.0), false),
        change(1, Cell::Number(20.0), Cell::Number(25.5), true),
        change(2, Cell::Category(0), Cell::Category(1), false),
        change(3, Cell::Category(0), Cell::Category(1), false),
    ];
    assert_eq!(
        Messages::english().counterfactual(&changes, 0.62345, 0.1),
        "With Tenure: 12 months instead of 1 month, contract: Year instead of Month and partner: Yes instead of No, the \
         probability of leaving would be 10.0% instead of 62.3%. charges would then be $25.50 instead of $20.00."
    );
    let german = Messages::read(GERMAN).unwrap();
    assert_eq!(
        german.counterfactual(&changes[2..3], 0.62345, 0.1),
        "Mit contract: Year statt Month läge die Abwanderungswahrscheinlichkeit bei 10,0 % statt 62,3 %."
    );
    assert_eq!(
        Messages::english().none("not_reached", 0.5, 0.2, 0.25, 4),
        "No set of up to 4 changes brings the probability of leaving below 20.0%; the lowest found is 25.0%."
    );
}

#[test]
fn a_broken_table_is_refused_with_every_problem() {
    let table = ENGLISH
        .replace("{label} ({value}) hardly", "{lable} hardly")
        .replace("\"comma\": \", \",", "")
        .replace("\"yes\": \"Yes\"", "\"yes\": 1, \"maybe\": \"Maybe\"")
        .replace("\"{number} day\"", "\"{number day\"");
    let problems: Vec<String> = Messages::read(&table).unwrap_err().iter().map(ToString::to_string).collect();
    for part in [
        "keeps: has a brace that is not closed, or a placeholder that is none of: label value amount",
        "comma: is missing",
        "yes: must be a text (got another number)",
        "maybe: is not a known key",
        "units.days.other: has a brace that is not closed, or a placeholder that is none of: number",
    ] {
        assert!(problems.iter().any(|problem| problem == part), "{part} in {problems:#?}");
    }
    assert_eq!(problems.len(), 5);
    assert!(Messages::read("{").is_err());
}
