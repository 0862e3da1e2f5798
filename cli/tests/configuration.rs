//! The layers as a person meets them: `tenure.toml` in the folder, the environment, flags; `tenure
//! config` shows them.

use std::path::Path;
use std::process::{Command, Output};

fn tenure(folder: &Path, variables: &[(&str, &str)], line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
    command.current_dir(folder).envs(variables.iter().copied()).args(line.split_whitespace());
    command.output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

#[test]
fn a_command_runs_with_what_the_layers_say() {
    let folder = tempfile::tempdir().unwrap();
    let file = "[sample]\nrows = 30\nout = \"table.csv\"\nforce = true\n";
    std::fs::write(folder.path().join("tenure.toml"), file).unwrap();
    let variable = ("TENURE_SAMPLE_ROWS", "20");
    for (variables, line, rows) in
        [(&[][..], "sample", 30), (&[variable], "sample", 20), (&[variable], "sample --rows 10", 10)]
    {
        let output = tenure(folder.path(), variables, line);
        assert!(output.status.success(), "{}", words(&output));
        let table = std::fs::read_to_string(folder.path().join("table.csv")).unwrap();
        assert_eq!(table.lines().count(), rows + 1);
    }
    // A flag takes back what the file switched on.
    let output = tenure(folder.path(), &[], "sample --force=false");
    assert!(output.status.code() == Some(2) && words(&output).contains("--force overwrites"), "{}", words(&output));
    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    let output = tenure(&other, &[("TENURE_CONFIG", "../tenure.toml")], "sample --rows 5");
    assert!(output.status.success(), "{}", words(&output));
    assert!(other.join("table.csv").exists(), "paths are relative to the working directory");
}

#[test]
fn config_shows_every_value_and_its_source_as_a_configuration_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tenure.toml"), "seed = 3\n[train]\nlearning_rate = 0.01\n").unwrap();
    let output = tenure(folder.path(), &[("TENURE_TRAIN_BINS", "8")], "config train --epochs 4");
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{}", words(&output));
    for (value, source) in [
        ("seed = 3", "tenure.toml, line 1"),
        ("learning-rate = 0.01", "tenure.toml, line 3"),
        ("bins = 8", "TENURE_TRAIN_BINS"),
        ("epochs = 4", "flag"),
        ("ship = \"auto\"", "default"),
        ("# data =", "not set"),
    ] {
        let line = text.lines().find(|line| line.starts_with(value)).unwrap_or_else(|| panic!("{value} in\n{text}"));
        assert!(line.ends_with(&format!("# {source}")), "{line}");
    }
    // What it prints for all commands is a file that says the same.
    let whole = tenure(folder.path(), &[], "config");
    std::fs::write(folder.path().join("whole.toml"), &whole.stdout).unwrap();
    let again = tenure(folder.path(), &[], "config --json --config whole.toml");
    assert!(again.status.success(), "{}", words(&again));
    let again: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(again["commands"]["train"]["learning-rate"]["values"][0], "0.01");
    assert_eq!(again["commands"]["crossval"]["seed"]["layer"], "file");
    assert_eq!(again["commands"]["crossval"]["splits"]["values"][0], "5");
}

#[test]
fn what_nobody_knows_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tenure.toml"), "[train]\nlearning_rte = 0.01\n").unwrap();
    let output = tenure(folder.path(), &[("TENURE_SAMPLE_ROW", "1")], "sample --out table.csv");
    let words = words(&output);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.contains("tenure.toml, line 2: `learning_rte` is no key of [train]; the nearest is `learning-rate`"));
    assert!(words.contains("TENURE_SAMPLE_ROW sets no known key; the nearest is TENURE_SAMPLE_ROWS"), "{words}");
    assert!(!folder.path().join("table.csv").exists());
}
