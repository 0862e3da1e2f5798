//! What the target means: asked where it is not sure, and said in words.

use std::path::PathBuf;
use std::process::Command;

struct Folder(tempfile::TempDir);

impl Folder {
    /// A folder with a table whose target has these values in turn, 90 rows in all.
    fn with_target(target: &str, values: &[&str]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        let row =
            |row: usize| format!("{},{},{}\n", row * 7 % 31, ["Basic", "Plus"][row % 2], values[row % values.len()]);
        let rows: String = (0..90).map(row).collect();
        std::fs::write(folder.path("t.csv"), format!("usage,plan,{target}\n{rows}")).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Standard output and error of a command as a shell runs it, which must end with this code.
    fn ends(&self, arguments: &str, code: i32) -> (String, String) {
        let line = format!("{} {arguments}", env!("CARGO_BIN_EXE_tenure"));
        let output = Command::new("sh").current_dir(self.0.path()).args(["-c", &line]).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, error) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments}: {out}{error}");
        (out, error)
    }

    fn schema(&self) -> String {
        std::fs::read_to_string(self.path("schema.toml")).unwrap()
    }
}

/// The commands of a question, without the program's name.
fn answers(question: &str) -> Vec<String> {
    question.lines().filter_map(|line| line.trim().strip_prefix("tenure ")).map(Into::into).collect()
}

#[test]
fn a_question_is_answered_by_a_command_of_its_own() {
    for (target, values, answer, meaning) in [
        ("retained", &["1", "1", "0"][..], 0, "positive = \"0\""),
        ("is it renewed?", &["Yes", "No", "Yes"], 1, "positive = \"Yes\""),
        ("risk", &["1", "2", "3"], 0, "positive = \"3\"\nnegative = [\"2\", \"1\"]"),
        ("left_on", &["2024-12-31", "", ""], 0, "when = \"present\""),
        ("left_on", &["2024-12-31", "", ""], 1, "when = \"missing\""),
        ("class", &["it's", "$x", "it's"], 0, "positive = \"$x\""),
    ] {
        let folder = Folder::with_target(target, values);
        let (_, question) = folder.ends(&format!("init t.csv --target '{target}'"), 2);
        assert!(!folder.path("schema.toml").exists());
        let answer = &answers(&question)[answer];
        folder.ends(answer, 0);
        assert!(folder.schema().contains(&format!("{meaning}\n")), "{answer}: {}", folder.schema());
        let (out, _) = folder.ends("check --data t.csv --schema schema.toml", 0);
        assert!(out.starts_with("predicts the probability "), "{out}");
    }
}

#[test]
fn check_says_what_is_predicted_and_training_refuses_values_that_are_not_named() {
    let folder = Folder::with_target("left", &["1", "0.0", "0"]);
    folder.ends("init t.csv --target left", 0);
    assert!(folder.schema().contains("# The model predicts the probability of left = 1 (33.3% of rows).\n"));
    let (out, _) = folder.ends("check --data t.csv --schema schema.toml", 0);
    assert!(out.starts_with("predicts the probability of left = 1 (33.3% of rows)\n"), "{out}");

    let folder = Folder::with_target("left", &["yes", "no", "no", "perhaps", "no"]);
    folder.ends("init t.csv --target left", 2);
    let (_, error) = folder.ends("init t.csv --target left --positive yes --negative no", 2);
    assert!(error.contains("neither --positive nor --negative names: \"perhaps\": 18 rows, 20.0%"), "{error}");
    folder.ends("init t.csv --target left --positive Yes", 0);
    let schema = folder.schema().replace("positive = \"yes\"", "positive = \"yes\"\nnegative = [\"no\"]");
    std::fs::write(folder.path("schema.toml"), schema).unwrap();
    let (_, error) = folder.ends("train --data t.csv --schema schema.toml --out m.safetensors", 1);
    let words = "18 rows of target `left` are neither positive nor negative in the schema: \"perhaps\" (18 rows)";
    assert!(error.contains(words), "{error}");
}
