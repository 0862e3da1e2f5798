use tenure::schema::Schema;
use tenure_table::Source;

use super::*;
use crate::file::tests::file;

/// Numbers that look random in 0..1, one for each row and column.
fn noise(row: usize, column: usize) -> f64 {
    let mut state =
        (row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (column as u64 + 7).wrapping_mul(0xD1B5_4A32_D192_ED03);
    state = (state ^ (state >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((state ^ (state >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// A cohort of these fields; `row` gives the cells and whether the customer left.
fn cohort(fields: &[&str], rows: usize, row: impl Fn(usize) -> (Vec<String>, bool)) -> Cohort {
    let lines: String = (0..rows)
        .map(|at| {
            let (cells, left) = row(at);
            format!("{},{}\n", cells.join(","), if left { "Yes" } else { "No" })
        })
        .collect();
    let file = file(format!("{},Churn\n{lines}", fields.join(",")));
    let field = |name: &&str| match name.strip_prefix("plan") {
        Some(_) => format!("{{ name = {name:?}, kind = \"category\", categories = [\"A\", \"B\", \"C\", \"D\"] }}"),
        None => format!("{{ name = {name:?}, kind = \"number\" }}"),
    };
    let list: Vec<String> = fields.iter().map(field).collect();
    let schema = format!(
        "schema_version = 1\nname = \"c\"\ntarget = {{ field = \"Churn\", positive = \"Yes\" }}\nfields = [{}]",
        list.join(", ")
    );
    let schema: Schema = toml::from_str(&schema).unwrap();
    Cohort::read(Source::open(file.path()).unwrap(), &schema).unwrap()
}

fn found(cohort: &Cohort) -> Vec<String> {
    let separation = search(&Sample::new(cohort));
    let names =
        |found: Separation| found.fields.iter().map(|&field| cohort.schema().fields[field].name.clone()).collect();
    separation.map(names).unwrap_or_default()
}

const PERFECT: ModelQuality = ModelQuality { roc_auc: 1.0, log_loss: 0.002, positives: 7, negatives: 53 };

/// Usage in the month that defines leaving: each of three is often 0, and all are where the
/// customer left.
fn spread(at: usize) -> (Vec<String>, bool) {
    let usage = |column: usize| if noise(at, column) < 0.5 { 0.0 } else { 1.0 + 40.0 * noise(at, column + 10) };
    let usages: Vec<f64> = (0..3).map(usage).collect();
    let left = usages.iter().sum::<f64>() == 0.0;
    let others = (3..6).map(|column| 100.0 * noise(at, column) + if left { 5.0 } else { 0.0 });
    (usages.iter().copied().chain(others).map(|value| format!("{value:.2}")).collect(), left)
}

#[test]
fn a_leak_over_several_fields_is_named() {
    let fields = ["og_9", "ic_9", "data_9", "arpu_8", "age", "visits"];
    let cohort = cohort(&fields, 600, spread);
    assert_eq!(found(&cohort), ["og_9", "ic_9", "data_9"]);
    let finding = too_good(&cohort, &PERFECT, "test rows").unwrap();
    assert_eq!((finding.check, finding.field, finding.warning), (Check::TooGood, None, true));
    let message = finding.message;
    for part in [
        "separates the test rows nearly perfectly (ROC-AUC 1.0000, log-loss 0.0020)",
        "`og_9`, `ic_9` and `data_9` together tell them apart",
        "list those under `ignored`",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
    // A model that is merely good is not looked at.
    let good = ModelQuality { roc_auc: 0.993, log_loss: 0.06, ..PERFECT };
    assert_eq!(too_good(&cohort, &good, "test rows"), None);
}

#[test]
fn leaks_of_other_shapes_are_named() {
    let cells = |at: usize| (0..6).map(|column| 100.0 * noise(at, column)).collect::<Vec<f64>>();
    let texts = |cells: &[f64]| cells.iter().map(|value| format!("{value:.3}")).collect::<Vec<_>>();
    let fields = ["a", "b", "c", "d", "e", "f"];
    // A sum, a difference, a ratio, one field alone, and a condition on one that is missing.
    let sum = cohort(&fields, 900, |at| (texts(&cells(at)), cells(at)[0] + cells(at)[3] < 60.0));
    assert_eq!(found(&sum), ["a", "d"]);
    let difference = cohort(&fields, 900, |at| (texts(&cells(at)), cells(at)[1] > cells(at)[4] + 30.0));
    assert_eq!(found(&difference), ["b", "e"]);
    let ratio = cohort(&fields, 900, |at| {
        let mut cells = cells(at);
        (cells[2], cells[5]) = (100.0 + 40.0 * cells[2], 100.0 + 40.0 * cells[5]);
        (texts(&cells), cells[2] > 2.0 * cells[5])
    });
    assert_eq!(found(&ratio), ["c", "f"]);
    let alone = cohort(&fields, 900, |at| (texts(&cells(at)), cells(at)[1] > 70.0));
    assert_eq!(found(&alone), ["b"]);
    let finding = too_good(&alone, &PERFECT, "rows").unwrap();
    assert!(finding.message.contains("`b` alone tells them apart"), "{}", finding.message);
    assert_eq!(finding.field.as_deref(), Some("b"));
    let missing = cohort(&["a", "plan", "c"], 900, |at| {
        let cells = cells(at);
        let plan = ["A", "B", "C", "D"][(cells[1] / 25.0) as usize];
        let a = if cells[0] < 40.0 { String::new() } else { format!("{:.1}", cells[0]) };
        (vec![a, plan.into(), format!("{:.1}", cells[2])], cells[0] < 40.0 && cells[1] < 50.0)
    });
    assert_eq!(found(&missing), ["a", "plan"]);
}

#[test]
fn an_easy_table_is_no_leak() {
    // Four fields that each say much; the best model has a ROC-AUC of some .99.
    let row = |at: usize| {
        let cells: Vec<f64> = (0..4).map(|column| noise(at, column)).collect();
        let logit = 30.0 * (cells.iter().sum::<f64>() - 2.3);
        (cells.iter().map(|value| format!("{value:.3}")).collect(), noise(at, 9) < 1.0 / (1.0 + (-logit).exp()))
    };
    let easy = cohort(&["a", "b", "c", "d"], 1200, row);
    assert_eq!(found(&easy), Vec::<String>::new());
    // Luck on few test rows is denied by the whole table; on many it is no luck.
    assert_eq!(too_good(&easy, &PERFECT, "test rows"), None);
    let many = ModelQuality { positives: 300, negatives: 900, ..PERFECT };
    let message = too_good(&easy, &many, "test rows").unwrap().message;
    assert!(message.contains("no few fields explain it; the strongest alone are `"), "{message}");
}

#[test]
fn a_low_log_loss_of_rare_leavers_is_not_perfect() {
    let rare = ModelQuality { roc_auc: 0.8, log_loss: 0.009, positives: 10, negatives: 9990 };
    assert!(!rare.is_nearly_perfect());
    assert!(ModelQuality { log_loss: 0.0004, ..rare }.is_nearly_perfect());
    assert!(ModelQuality { roc_auc: 0.9991, ..rare }.is_nearly_perfect());
}
