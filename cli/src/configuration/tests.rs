use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command, value_parser};

use super::*;

fn command() -> Command {
    let rate = Arg::new("rate").long("learning-rate").value_parser(value_parser!(f64));
    let seed = || Arg::new("seed").long("seed").value_parser(value_parser!(u64)).default_value("0");
    let splits = Arg::new("splits").long("splits").value_parser(value_parser!(u8)).default_value("5");
    let train = Command::new("train")
        .arg(Arg::new("data").long("data").required(true))
        .arg(rate)
        .arg(seed())
        .arg(Arg::new("force").long("force").action(ArgAction::SetTrue))
        .arg(Arg::new("tag").long("tag").action(ArgAction::Append));
    let crossval = Command::new("crossval")
        .arg(Arg::new("folds").long("folds"))
        .arg(Arg::new("inner").long("inner").requires("folds"))
        .arg(splits.conflicts_with("folds"))
        .arg(seed());
    let track = Command::new("track").subcommand_required(true);
    let sync = Command::new("sync").arg(Arg::new("server").long("server"));
    Command::new("tenure")
        .subcommand_required(true)
        .arg(Arg::new("config").long("config").global(true).value_parser(value_parser!(PathBuf)))
        .arg(Arg::new("quiet").long("quiet").global(true).action(ArgAction::SetTrue))
        .subcommand(train)
        .subcommand(crossval)
        .subcommand(track.subcommand(sync))
}

/// What the layers say to a command line; the file is written only if there is a text.
fn layered(file: &str, variables: &[(&str, &str)], line: &str) -> Result<(Configuration, Layered), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tenure.toml");
    std::fs::write(&path, file).unwrap();
    let line = line.split_whitespace().map(OsString::from);
    let line: Vec<OsString> =
        [OsString::from("tenure"), "--config".into(), path.into()].into_iter().chain(line).collect();
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let configuration = Configuration::read(command(), &line, variables).map_err(|failure| failure.message)?;
    match configuration.parse(&line) {
        Ok(layered) => Ok((configuration, layered)),
        Err(ParseError::Flags(error)) => Err(error.to_string()),
        Err(ParseError::Lower(failure)) => Err(failure.message),
    }
}

/// One option's values and layer.
fn value(file: &str, variables: &[(&str, &str)], line: &str, key: &str) -> (String, &'static str) {
    let (configuration, layered) = layered(file, variables, line).unwrap();
    let all = effective(configuration.catalogue(), &layered);
    let (_, seen) = all.into_iter().find(|(setting, _)| setting.key == key).unwrap();
    (seen.values.join(" "), seen.layer)
}

#[test]
fn each_layer_covers_the_one_below() {
    let file = "seed = 1\n[train]\nlearning_rate = 0.5\ndata = \"a b.csv\"";
    let general = ("TENURE_SEED", "3");
    let line = "train";
    assert_eq!(value("[train]\ndata = \"x\"", &[], line, "seed"), ("0".into(), "default"));
    assert_eq!(value(file, &[], line, "seed"), ("1".into(), "file"));
    assert_eq!(value(&format!("{file}\nseed = 2"), &[], line, "seed"), ("2".into(), "file"));
    assert_eq!(value(&format!("{file}\nseed = 2"), &[general], line, "seed"), ("3".into(), "environment"));
    let both = [general, ("TENURE_TRAIN_SEED", "4")];
    assert_eq!(value(file, &both, line, "seed"), ("4".into(), "environment"));
    assert_eq!(value(file, &both, "train --seed 5", "seed"), ("5".into(), "flag"));
    assert_eq!(value(file, &[("TENURE_SEED", "")], line, "seed"), ("1".into(), "file"));
    assert_eq!(value(file, &[], line, "learning-rate"), ("0.5".into(), "file"));
    // What clap itself hands on to the command.
    let (_, layered) = layered(file, &both, line).unwrap();
    let matches = layered.matches.subcommand_matches("train").unwrap();
    assert_eq!(matches.get_one::<u64>("seed"), Some(&4));
    assert_eq!(matches.get_one::<f64>("rate"), Some(&0.5));
    assert_eq!(matches.get_one::<String>("data").unwrap(), "a b.csv");
}

#[test]
fn switches_and_lists_have_every_layer_too() {
    let file = "quiet = true\n[train]\ndata = \"x\"\nforce = true\ntag = [\"a\", \"b\"]";
    for (line, force, quiet) in
        [("train", true, true), ("train --force=false", false, true), ("--quiet=false train --force", true, false)]
    {
        let (_, layered) = layered(file, &[], line).unwrap();
        let matches = layered.matches.subcommand_matches("train").unwrap();
        assert_eq!((matches.get_flag("force"), matches.get_flag("quiet")), (force, quiet), "{line}");
    }
    assert_eq!(value(file, &[("TENURE_TRAIN_FORCE", "false")], "train", "force"), ("false".into(), "environment"));
    assert_eq!(value(file, &[], "train", "tag"), ("a b".into(), "file"));
    assert_eq!(value(file, &[("TENURE_TRAIN_TAG", "c, d")], "train", "tag"), ("c d".into(), "environment"));
    assert_eq!(value(file, &[], "train --tag e", "tag"), ("e".into(), "flag"));
}

#[test]
fn what_a_higher_layer_excludes_gives_way() {
    let file = "[crossval]\nsplits = 3\n[track.sync]\nserver = \"s\"";
    assert_eq!(value(file, &[], "crossval --folds f", "splits"), ("5".into(), "default"));
    assert_eq!(value(file, &[("TENURE_CROSSVAL_FOLDS", "f")], "crossval", "splits"), ("5".into(), "default"));
    assert_eq!(value(file, &[("TENURE_CROSSVAL_FOLDS", "f")], "crossval --inner i", "inner"), ("i".into(), "flag"));
    assert_eq!(value(file, &[], "track sync", "server"), ("s".into(), "file"));
    let error = layered("[crossval]\nsplits = 3\nfolds = \"f\"", &[], "crossval").unwrap_err();
    assert!(error.contains("cannot be used with") && error.contains("--splits comes from"), "{error}");
    assert!(error.contains("line 3"), "{error}");
}

#[test]
fn all_that_is_wrong_is_said_at_once_with_its_place() {
    let file = "sed = 1\n[train]\nlearning_rte = 1\nlearning-rate = \"fast\"\ndata = { a = 1 }\nseed = 1\n\
                [trian]\n[track.snyc]\nx = 1\n[train.deep]\n[crossval]\nsplits = 1_000\nwide = 1";
    let variables =
        [("TENURE_TRAIN_SEDE", "1"), ("TENURE_NONSENSE_OF_MINE", "1"), ("TENURE_CROSSVAL_SEED", "-1"), ("PATH", "x")];
    let error = layered(file, &variables, "train").unwrap_err();
    for part in [
        "line 1: `sed` is no key; the nearest is `seed`",
        "line 3: `learning_rte` is no key of [train]; the nearest is `learning-rate`",
        "line 4: invalid value 'fast' for '--learning-rate",
        "line 5: `data` must be a value or a list of values",
        "line 7: [trian] is no section; the nearest is [train]",
        "line 8: [track.snyc] is no section; the nearest is [track.sync]",
        "line 10: [train.deep] is no section; [train] has none below it",
        "line 12: invalid value '1000' for '--splits",
        "line 13: `wide` is no key of [crossval]; the keys are folds, inner, seed, splits",
        "TENURE_TRAIN_SEDE sets no known key; the nearest is TENURE_TRAIN_SEED",
        "TENURE_NONSENSE_OF_MINE sets no known key; `tenure config` lists",
        "TENURE_CROSSVAL_SEED: invalid value '-1'",
    ] {
        assert!(error.contains(part), "{part} in\n{error}");
    }
    assert_eq!(error.lines().count(), 12, "{error}");
    let error = layered("[train]\nseed = 1\nse_ed = 2\nseed-= 3", &[], "train").unwrap_err();
    assert!(error.contains("`se_ed` is no key"), "{error}");
    assert!(
        layered("[train]\nlearning-rate = 1\nlearning_rate = 2", &[], "train").unwrap_err().contains("given twice")
    );
    assert!(layered("seed = [", &[], "train").unwrap_err().contains("line 1"));
    // A value for every command is read by the command that runs.
    assert!(layered("seed = \"x\"", &[], "train --data x").unwrap_err().contains("line 1: invalid value 'x'"));
    assert!(layered("seed = \"x\"", &[], "track sync").is_ok());
}

#[test]
fn whole_numbers_of_any_base_and_dates_come_as_texts() {
    for (text, seen) in [("0x10", "16"), ("1_000", "1000"), ("+7", "7")] {
        assert_eq!(value(&format!("[train]\ndata = \"x\"\nseed = {text}"), &[], "train", "seed").0, seen);
    }
    assert_eq!(value("[train]\ndata = 2024-05-01", &[], "train", "data").0, "2024-05-01");
}
