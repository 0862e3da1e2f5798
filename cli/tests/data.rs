//! Checks, splits by group and by time, and dates, as a person meets them on the command line.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
        command.current_dir(self.0.path()).args(arguments.split_whitespace()).output().unwrap()
    }

    /// Standard output and error of a run that must end with this code.
    fn ends(&self, arguments: &str, code: i32) -> (String, String) {
        let output = self.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, error) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments}: {out}{error}");
        (out, error)
    }
}

/// Customers with a date, a household of up to three, a month of the snapshot and a usage that says
/// who leaves.
fn table(rows: usize, edit: impl Fn(usize, &mut Vec<String>)) -> String {
    let mut text = String::from("id,household,month,joined,usage,plan,Churn\n");
    for row in 0..rows {
        let left = row * 7919 % 10 < 3;
        let joined = format!("20{:02}-{:02}-{:02}", 20 + row * 31 % 4, 1 + row * 17 % 12, 1 + row * 13 % 28);
        let usage = (row * 613 % 1009) as f64 / 10.0 + if left { 40.0 } else { 0.0 };
        let mut cells = vec![
            format!("c{row}"),
            format!("h{}", row / 3),
            (row * 7 % 24).to_string(),
            joined,
            usage.to_string(),
            ["Basic", "Plus"][row * 17 % 2].into(),
            if left { "Yes" } else { "No" }.into(),
        ];
        edit(row, &mut cells);
        text += &(cells.join(",") + "\n");
    }
    text
}

const TRAIN: &str = "train --data t.csv --schema schema.toml --out m --epochs 6";

/// A folder with the table and the schema that `init` drafts for it.
fn drafted(text: &str) -> Folder {
    let folder = Folder::new();
    folder.write("t.csv", text);
    folder.ends("init t.csv --target Churn", 0);
    let schema = std::fs::read_to_string(folder.path("schema.toml")).unwrap();
    // Neither household nor month is something to learn from here.
    folder.write("schema.toml", &schema.replacen("ignored = []", "ignored = [\"household\"]", 1));
    folder
}

fn card(path: &Path) -> serde_json::Value {
    let bytes = std::fs::read(path).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    serde_json::from_str::<serde_json::Value>(header["__metadata__"]["tenure"].as_str().unwrap()).unwrap()
}

#[test]
fn dates_are_drafted_trained_and_scored() {
    let folder = drafted(&table(900, |_, _| ()));
    let schema = std::fs::read_to_string(folder.path("schema.toml")).unwrap();
    assert!(schema.contains("reference = \"2023-10-27\"") && schema.contains("kind = \"date\""), "{schema}");
    folder.ends(TRAIN, 0);
    let document = card(&folder.path("m"));
    let fields = document["schema"]["fields"].as_array().unwrap();
    let joined = fields.iter().find(|field| field["name"] == "joined").unwrap();
    assert_eq!((&joined["kind"], &joined["reference"]), (&"date".into(), &"2023-10-27".into()));
    folder.ends("score m --data t.csv --out scored.csv", 0);
    let scored = std::fs::read_to_string(folder.path("scored.csv")).unwrap();
    assert_eq!(scored.lines().count(), 901);
    // A later export: everybody's dates, and the day of the export, move on by a leap year and a
    // bit.
    let later = |_: usize, cells: &mut Vec<String>| {
        cells[3] = format!("{}{}", cells[3][..4].parse::<i32>().unwrap() + 4, &cells[3][4..])
    };
    folder.write("later.csv", &table(900, later));
    folder.ends("score m --data later.csv --out later_scored.csv --reference 2027-10-27", 0);
    let probabilities = |text: &str| -> Vec<String> {
        let place = text.lines().next().unwrap().split(',').position(|name| name == "probability").unwrap();
        text.lines().skip(1).map(|line| line.split(',').nth(place).unwrap().to_owned()).collect()
    };
    let later = std::fs::read_to_string(folder.path("later_scored.csv")).unwrap();
    assert_eq!(probabilities(&later), probabilities(&scored));
    // A report at that day has the figures of the first day's; at the wrong day it has others.
    let curves = |name: &str, flags: &str| {
        folder.ends(&format!("report m {flags} --resamples 5 --explain 0 --out {name}.html --json {name}.json"), 0);
        let text = std::fs::read_to_string(folder.path(&format!("{name}.json"))).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["models"][0]["metrics"].clone()
    };
    let first = curves("first", "--data t.csv");
    assert!(first["log_loss"].is_object() || first["log_loss"].is_number(), "{first}");
    assert_eq!(curves("second", "--data later.csv --reference 2027-10-27"), first);
    assert_ne!(curves("third", "--data later.csv"), first);
    let (_, error) = folder.ends("score m --data later.csv --out x.csv --reference 27.10.2027", 2);
    assert!(error.contains("year first"), "{error}");
}

#[test]
fn a_date_that_cannot_be_read_is_named_with_its_line() {
    let broken = |row: usize, cells: &mut Vec<String>| {
        if row == 4709 {
            cells[3] = "31/12/2023".into();
        }
    };
    let folder = drafted(&table(5000, |_, _| ()));
    folder.write("t.csv", &table(5000, broken));
    // One bad field of 5,000: the row is left out, by name. As the time of the split it has no
    // place: an error.
    let (_, error) = folder.ends("check --data t.csv --schema schema.toml", 0);
    assert!(error.contains("line 4711: joined: must be a date, year first"), "{error}");
    let months =
        |row: usize, cells: &mut Vec<String>| cells[2] = if row == 4709 { "x".into() } else { cells[2].clone() };
    folder.write("t.csv", &table(5000, months));
    let schema = std::fs::read_to_string(folder.path("schema.toml")).unwrap();
    let start = schema.find("[[fields]]\n# 0 to 23").unwrap();
    let end = start + 4 + schema[start + 4..].find("[[fields]]").unwrap();
    let without = schema.replace(&schema[start..end], "").replace("[\"household\"]", "[\"household\", \"month\"]");
    folder.write("schema.toml", &without);
    let (_, error) = folder.ends("train --data t.csv --schema schema.toml --out m --time month", 1);
    assert!(error.contains("line 4711, column `month`: \"x\" is not a number"), "{error}");
    assert!(!folder.path("m").exists());
}

#[test]
fn init_asks_what_two_readings_mean() {
    let row = |row: usize| format!("{:02}/{:02}/2024,{},{}\n", 1 + row % 12, 1 + row * 7 % 12, row % 40, row % 2);
    let folder = Folder::new();
    folder.write("t.csv", &format!("since,logins,Churn\n{}", (0..200).map(row).collect::<String>()));
    let (_, error) = folder.ends("init t.csv --target Churn", 2);
    assert!(error.contains("--format since=%d/%m/%Y, or") && error.contains("--ignore COLUMN"), "{error}");
    assert!(!folder.path("schema.toml").exists());
    let (_, error) = folder.ends("init t.csv --target Churn --format since", 2);
    assert!(error.contains("COLUMN=FORMAT"), "{error}");
    folder.ends("init t.csv --target Churn --format since=%m/%d/%Y", 0);
    let schema = std::fs::read_to_string(folder.path("schema.toml")).unwrap();
    assert!(schema.contains("format = \"%m/%d/%Y\""), "{schema}");
    folder.ends("check --data t.csv --schema schema.toml", 0);
    folder.ends("init t.csv --target Churn --ignore since --force", 0);
    let schema = std::fs::read_to_string(folder.path("schema.toml")).unwrap();
    assert!(schema.contains("\"since\", # left out with --ignore"), "{schema}");
}

#[test]
fn group_and_time_splits_are_recorded() {
    let folder = drafted(&table(1500, |_, _| ()));
    folder.ends(&format!("{TRAIN} --group household"), 0);
    let document = card(&folder.path("m"));
    assert_eq!(document["card"]["split"], "by group: rows that share `household` stay in the same part (500 groups)");
    folder.ends(&format!("{TRAIN} --force --time joined"), 0);
    let words = card(&folder.path("m"))["card"]["split"].as_str().unwrap().to_owned();
    assert!(words.starts_with("by time: the test rows are those with `joined` from 2023-"), "{words}");
    for by in ["--group household", "--time joined"] {
        let arguments =
            format!("crossval --data t.csv --schema schema.toml --splits 3 --epochs 4 {by} --json f --force");
        folder.ends(&arguments, 0);
        let figures: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.path("f")).unwrap()).unwrap();
        assert!(figures["split"].as_str().unwrap().starts_with("by "), "{figures}");
    }
    let (_, error) = folder.ends(&format!("{TRAIN} --force --group houshold"), 2);
    assert!(error.contains("the nearest is `household`"), "{error}");
    let (_, error) = folder.ends(&format!("{TRAIN} --force --group household --time joined"), 2);
    assert!(error.contains("cannot be used with"), "{error}");
    let (_, error) = folder.ends("crossval --data t.csv --schema schema.toml --folds nothing.csv --group household", 2);
    assert!(error.contains("--folds"), "{error}");
}

#[test]
fn warnings_are_errors_under_strict() {
    let sound = table(1200, |_, _| ());
    let folder = drafted(&sound);
    let (out, _) = folder.ends("check --data t.csv --schema schema.toml --strict", 0);
    assert!(out.contains("no problems found") && out.contains("joined"), "{out}");
    let twice: String = sound.lines().skip(1).take(30).map(|line| format!("{line}\n")).collect();
    folder.write("t.csv", &(sound + &twice));
    let (out, _) = folder.ends("check --data t.csv --schema schema.toml --json", 0);
    let checks: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(checks["duplicates"]["repeated_identifiers"][0]["rows"], 30);
    assert_eq!(checks["findings"][0]["check"], "repeated_identifiers");
    let (_, error) = folder.ends(TRAIN, 0);
    assert!(error.contains("warning: `id`: 30 of 1230 rows have the value of an earlier row"), "{error}");
    for command in ["check", "crossval --splits 2 --epochs 2", "train --out other"] {
        let (_, error) = folder.ends(&format!("{command} --data t.csv --schema schema.toml --strict"), 1);
        assert!(error.contains("leave --strict out") && error.contains("lines 2 and 1202"), "{error}");
    }
    assert!(!folder.path("other").exists());
}

#[test]
fn a_model_that_is_too_good_is_named_with_its_fields() {
    // Who uses neither in the last month has left: each alone says little.
    let leak = |row: usize, cells: &mut Vec<String>| {
        let (calls, data) = (row * 7919 % 5 < 2, row * 6841 % 7 < 3);
        cells[1] = if calls { "none" } else { "some" }.into();
        cells[5] = if data { "none" } else { "some" }.into();
        cells[6] = if calls && data { "Yes" } else { "No" }.into();
        cells[4] = (row * 613 % 1009).to_string();
    };
    let folder = Folder::new();
    folder.write("t.csv", &table(900, leak).replacen("household", "calls_9", 1).replacen("plan", "data_9", 1));
    folder.ends("init t.csv --target Churn", 0);
    let train = "train --data t.csv --schema schema.toml --out m --model linear --epochs 60 --synthetic-rows 500 --ship teacher";
    let (_, error) = folder.ends(train, 0);
    let warning = "warning: the model separates the test rows nearly perfectly";
    assert!(error.contains(warning) && error.contains("`calls_9` and `data_9` together tell them apart"), "{error}");
    let warnings = card(&folder.path("m"))["card"]["data_warnings"].clone();
    assert!(warnings.as_array().unwrap().contains(&serde_json::json!(["too_good", null])), "{warnings}");
    for command in
        ["evaluate m --data t.csv --resamples 0", "report m --data t.csv --resamples 2 --explain 0 --out r.html"]
    {
        let (_, error) = folder.ends(command, 0);
        assert!(error.contains("`calls_9` and `data_9` together"), "{error}");
    }
    let page = std::fs::read_to_string(folder.path("r.html")).unwrap();
    assert!(page.contains("too good to be true?") && page.contains("`calls_9` and `data_9` together"));
    let crossval = "crossval --data t.csv --schema schema.toml --splits 2 --model linear --epochs 60 --synthetic-rows 500 --ship teacher";
    let (_, error) = folder.ends(crossval, 0);
    assert!(
        error.contains("separates the test rows of the folds") && error.contains("`calls_9` and `data_9`"),
        "{error}"
    );
    let (_, error) = folder.ends(&format!("{train} --force --strict").replace("--out m", "--out other"), 1);
    assert!(error.contains("leave --strict out"), "{error}");
    assert!(!folder.path("other").exists());
}

#[test]
fn a_saved_index_is_ignored_and_hides_no_repeated_customer() {
    let folder = Folder::new();
    let indexed = |rows: usize, index: fn(usize) -> usize| {
        let text = table(rows, |row, cells| cells[0] = format!("C{:04}", row * 7919 % 150));
        let line = |(row, line): (usize, &str)| match row {
            0 => format!(",customer_{line}\n"),
            row => format!("{},{line}\n", index(row - 1)),
        };
        text.lines().enumerate().map(line).collect::<String>()
    };
    for (name, index) in [("counted", (|row| row) as fn(usize) -> usize), ("appended", |row| row % 400)] {
        folder.write("t.csv", &indexed(600, index));
        folder.ends("init t.csv --target Churn --force", 0);
        let schema = std::fs::read_to_string(folder.path("schema.toml")).unwrap();
        assert!(schema.contains("\"column 1\", # row positions: 0 to "), "{name}: {schema}");
        assert!(
            schema.contains("\"customer_id\", # 150 different values in 600 rows")
                && schema.contains("--group customer_id"),
            "{schema}"
        );
        let (out, _) = folder.ends("check --data t.csv --schema schema.toml", 0);
        for part in [
            "`customer_id`: 450 of 600 rows have the value of an earlier row",
            "60 of 60 test rows (100.0%) are of a customer who is also in training",
            "--group customer_id",
        ] {
            assert!(out.contains(part), "{name}: {part} in {out}");
        }
        let (out, _) = folder.ends("check --data t.csv --schema schema.toml --group customer_id --strict", 0);
        assert!(out.contains("no value is in two parts of the split"), "{out}");
    }
}

#[test]
fn an_error_says_what_to_do_next() {
    let folder = drafted(&table(300, |_, _| ()));
    let text = std::fs::read_to_string(folder.path("t.csv")).unwrap();
    let schema = std::fs::read_to_string(folder.path("schema.toml")).unwrap();
    folder.write("blank.csv", &text.replace(',', " "));
    folder.write("few.csv", &text.lines().take(6).map(|line| line.to_owned() + "\n").collect::<String>());
    folder.write("left.csv", &text.replace("Churn", "Gone"));
    folder.write("keys.toml", &schema.replacen("kind = ", "knd = ", 1));
    folder.write("value.toml", &schema.replace("positive = \"Yes\"", "positive = \"Maybe\""));
    folder.write("model", &text);
    folder.write("empty", "");
    let check = "check --data t.csv --schema";
    for (arguments, code, parts) in [
        ("init no.csv --target Churn --out o", 3, &["no.csv: there is no such file; check the name"][..]),
        ("init . --target Churn --out o", 3, &[".: this is a folder; name a file in it"]),
        ("init blank.csv --target Churn --out o", 2, &["one column: commas, semicolons, tabs or bars"]),
        ("init t.csv --target Churn --out .", 2, &[". is a folder; name a file in it"]),
        (
            "init few.csv --target Churn --out o",
            0,
            &["warning: few.csv: ", "at least 50 rows, and 10 of each: add rows"],
        ),
        ("check t.csv --schema schema.toml", 2, &["tip: name a table with --data"]),
        (&format!("{check} keys.toml"), 2, &["knd: is not a known key; the nearest is `kind`"]),
        (&format!("{check} t.csv"), 2, &["this is no schema: name the file that `tenure init` writes"]),
        (&format!("{check} no.toml"), 2, &["no.toml: there is no such file", "a preset (ibm_telco"]),
        (&format!("{check} value.toml"), 1, &["have \"Yes\" (", "correct `positive` in the schema"]),
        (
            "check --data left.csv --schema schema.toml",
            1,
            &["no column `Churn`, the target, which says who left", "the table has the columns id, household"],
        ),
        (&format!("{TRAIN} --group hause"), 2, &["no column `hause` to split by", "the columns are id, household"]),
        (&format!("{TRAIN} --time plan"), 1, &["or split by a column of dates or numbers"]),
        ("score model --data t.csv --out o.csv", 1, &["this is a text, such as a table or a schema"]),
        ("score empty --data t.csv --out o.csv", 1, &["the file is empty or cut off"]),
        ("explain model --data t.csv --row 0", 2, &["must be a whole number; the first row is 1"]),
    ] {
        let (_, error) = folder.ends(arguments, code);
        parts.iter().for_each(|part| assert!(error.contains(part), "{arguments}: {part} in {error}"));
    }
}

#[test]
fn suggestions_are_comments_that_a_person_accepts() {
    // Who leaves hangs on the sum of two charges.
    let row = |row: usize| {
        let (day, night) = ((row * 613 % 1009) as f64 / 20.0, (row * 389 % 1013) as f64 / 25.0);
        let chance = (row * 7919 % 1000) as f64 / 1000.0;
        let left = chance < 0.02 + 0.95 / (1.0 + (-0.6 * (day + night - 55.0)).exp());
        format!("c{row},{day:.2},{night:.2},{},{}\n", row * 17 % 7, if left { "Yes" } else { "No" })
    };
    let folder = Folder::new();
    let rows: String = (0..2000).map(row).collect();
    folder.write("t.csv", &format!("id,day_charge,night_charge,visits,Churn\n{rows}"));
    let (out, _) = folder.ends("init t.csv --target Churn --suggest", 0);
    assert!(out.contains("lower with total_charge = day_charge + night_charge"), "{out}");
    let schema = std::fs::read_to_string(folder.path("schema.toml")).unwrap();
    let (_, suggestion) = schema.split_once("\n# log-loss ").unwrap();
    assert!(suggestion.contains(" ± "), "{suggestion}");
    // It is a comment until the # is taken away.
    let accept = |schema: &str| {
        let (before, after) = schema.split_once(" lower\n# [[derived]]").unwrap();
        let (block, rest) = after.split_once("\n\n").unwrap_or((after, ""));
        format!("{before} lower\n[[derived]]{}\n{rest}", block.replace("\n# ", "\n"))
    };
    folder.ends(TRAIN, 0);
    assert!(card(&folder.path("m"))["schema"]["derived"].is_null());
    folder.write("schema.toml", &accept(&schema));
    folder.ends(&format!("{TRAIN} --force"), 0);
    assert_eq!(card(&folder.path("m"))["schema"]["derived"][0]["name"], "total_charge");
}

#[test]
fn imbalance_is_shown_in_one_table_with_calibrated_probabilities() {
    let folder = drafted(&table(2000, |_, _| ()));
    let arguments = "imbalance --data t.csv --schema schema.toml --splits 3 --json f";
    let (out, _) = folder.ends(arguments, 0);
    assert!(out.contains("threshold moved") && out.lines().count() == 5, "{out}");
    let figures: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.path("f")).unwrap()).unwrap();
    let figure = |row: usize, name: &str| figures["losses"][row][name].as_f64().unwrap();
    for row in 0..3 {
        assert!(figure(row, "ece") < 0.08, "{figures:#}");
        assert!((figure(row, "roc_auc") - figure(0, "roc_auc")).abs() < 0.02, "{figures:#}");
    }
    // Class weights by themselves ruin the probabilities.
    assert!(figure(1, "ece_before") > 0.1 && figure(1, "ece_before") > figure(1, "ece") + 0.04, "{figures:#}");
    for (option, words) in [("--focal 0", "above 0"), ("--focal x", "number"), ("--splits 1", "at least 2")] {
        let (_, error) = folder.ends(&format!("imbalance --data t.csv --schema schema.toml {option}"), 2);
        assert!(error.contains(words), "{error}");
    }
    for weight in ["0", "-2", "inf", "NaN"] {
        let (_, error) = folder.ends(&format!("{TRAIN} --positive-weight {weight}"), 2);
        assert!(error.contains("must be within 0.001 to 1000"), "{error}");
    }
    folder.ends(&format!("{TRAIN} --positive-weight 3"), 0);
    folder.ends(&format!("{TRAIN} --force --focal 2 --class-weights"), 0);
    assert_eq!(card(&folder.path("m"))["card"]["training"]["hyperparameters"]["focal"], 2.0);
}
