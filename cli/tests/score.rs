//! `tenure score` as a user runs it: formats, order, problems, reasons, refusals, and runs that are
//! stopped.

mod small_model;

use std::fs::File;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float32Type, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::DataType;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::json;
use small_model::{SmallModel, assert_code, read_csv, words};
use tenure::scorer::ExplainOptions;

#[test]
fn every_row_keeps_its_place_and_has_the_scorers_score() {
    let model = SmallModel::new();
    // Three batches, the last one short.
    let text = model.rows(9000);
    model.table("in.csv", &text);
    let output = model.run(&["score", "model.safetensors", "--data", "in.csv", "--out", "out.csv", "--json"]);
    assert_code(&output, 0);
    let (names, rows) = read_csv(&model.path("out.csv"));
    assert_eq!(names[6..], ["probability", "logit", "tier", "problems"]);
    let (input_names, input_rows) = read_csv(&model.path("in.csv"));
    assert_eq!(names[..6], input_names);
    assert_eq!(rows.len(), 9000);
    let mut workspace = model.scorer.workspace();
    let mut warned = 0;
    for (row, cells) in rows.iter().enumerate() {
        assert_eq!(cells[..6], input_rows[row]);
        let customer = model.customer(row);
        let score = model.scorer.score(&customer, &mut workspace);
        let tier = &model.scorer.document().policy.tiers[score.tier].name;
        let expected = [(score.probability as f32).to_string(), (score.logit as f32).to_string(), tier.clone()];
        assert_eq!(cells[6..9], expected, "row {row}");
        let has_warnings = model.scorer.has_warnings(&customer);
        assert_eq!(cells[9].is_empty(), !has_warnings, "row {row}: {}", cells[9]);
        assert!(!has_warnings || cells[9].contains(": clipped: "), "{}", cells[9]);
        warned += u64::from(has_warnings);
    }
    let counts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&counts["rows"], &counts["not_scored"], &counts["warned"]), (&9000.into(), &0.into(), &warned.into()));
    let tiers = counts["tiers"].as_object().unwrap();
    assert_eq!(tiers.values().map(|rows| rows.as_u64().unwrap()).sum::<u64>(), 9000);
}

#[test]
fn a_field_that_is_not_as_in_training_is_named() {
    let model =
        SmallModel::with_flags(0, &json!({ "missing_rates": { "tenure": 0.01 }, "other_rates": { "contract": 0.02 } }));
    // Charges are blank in the whole table, the contract is written otherwise in a half of it, and
    // a partner is missing in a few rows.
    let edit = |(row, line): (usize, &str)| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if row > 0 {
            cells[2] = "";
            cells[3] = ["monthly", "Month"][row % 2];
            cells[4] = if row < 10 { "" } else { "Yes" };
        }
        cells.join(",") + "\n"
    };
    let sound = model.rows(200).replace("\"Two, or more\"", "Year");
    let text: String = sound.lines().enumerate().map(edit).collect();
    model.table("in.csv", &text);
    let arguments = ["score", "model.safetensors", "--data", "in.csv", "--out", "out.csv", "--force"];
    let output = model.run(&[&arguments[..], &["--json"]].concat());
    assert_code(&output, 0);
    let words = words(&output);
    for part in [
        "contract: 100 of 200 rows have a text that is no category and counts as OTHER, such as \"monthly\"",
        "warning: `charges` is missing in 200 of 200 rows and in none of the training rows",
        "warning: `contract` has a text that is no category in 100 of 200 rows and in 2.0% of the training rows",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
    assert_eq!(words.matches("warning: ").count(), 2, "{words}");
    let counts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // The field before it has values beyond its ends, which are no shift.
    let replaced = counts["replaced"].as_array().unwrap();
    let contract = replaced.iter().find(|entry| entry["field"] == "contract").unwrap();
    assert_eq!((&contract["rows"], counts["shifts"].as_array().unwrap().len()), (&100.into(), 2));
    // Under --strict it is an error of the table; the scores are there to be looked at.
    std::fs::remove_file(model.path("out.csv")).unwrap();
    let strict = model.run(&[&arguments[..], &["--strict"]].concat());
    assert_code(&strict, 1);
    assert!(small_model::words(&strict).contains("2 fields are not as in training"), "{}", small_model::words(&strict));
    assert_eq!(read_csv(&model.path("out.csv")).1.len(), 200);
    // A sound table passes, and so does a model whose card knows nothing of missing values, but for
    // texts that are no category.
    model.table("in.csv", &sound);
    assert_code(&model.run(&[&arguments[..], &["--strict"]].concat()), 0);
    let older = SmallModel::new();
    older.table("in.csv", &text);
    let words = small_model::words(&older.run(&arguments));
    assert!(words.matches("warning: ").count() == 1 && words.contains("warning: `contract`"), "{words}");
}

#[test]
fn cells_stay_as_they_are_and_problems_are_named() {
    let model = SmallModel::new();
    // Without the target, with a column the schema does not know, in another order, between
    // semicolons.
    let text = "note;partner;contract;charges;tenure;id\n\
                \"  two\nlines; \";Yes;Month;29.85;30; a \n\
                =1+1;No;Decade;\"1,200\";-3;b\n\
                ;Yes;Year;;NA;c\n\
                \"say \"\"hi\"\"\";No;Year;2024-01-31;30;d\n\
                ;Maybe;Year;1e9;30;e\n";
    model.table("in.csv", text);
    let output = model.run(&["score", "model.safetensors", "--data", "in.csv", "--out", "out.csv"]);
    assert_code(&output, 0);
    let (names, rows) = read_csv(&model.path("out.csv"));
    assert_eq!(names[..6], ["note", "partner", "contract", "charges", "tenure", "id"]);
    assert_eq!(rows[0][..6], ["  two\nlines; ", "Yes", "Month", "29.85", "30", " a "]);
    assert_eq!(rows[1][0], "=1+1");
    assert_eq!(rows[3][0], "say \"hi\"");
    assert!(rows[0][6].parse::<f32>().is_ok() && rows[0][9].is_empty());
    let broken = "tenure: bounds: -3; charges: type: \"1,200\"; contract: unseen_category: \"Decade\"";
    assert_eq!(rows[1][6..], ["", "", "", broken]);
    assert!(rows[2][6].parse::<f32>().is_ok() && rows[2][9].is_empty(), "{:?}", rows[2]);
    assert_eq!(rows[3][6..], ["", "", "", "charges: type: \"2024-01-31\""]);
    assert!(rows[4][6].parse::<f32>().is_ok(), "{:?}", rows[4]);
    assert_eq!(rows[4][9], "partner: unseen_category: \"Maybe\"; charges: clipped: 1000000000");
    let words = words(&output);
    assert!(words.contains("5 rows, 2 not scored because of a problem, 1 scored with a warning"), "{words}");
    assert!(words.contains("line 4: tenure: must be at least 0 months (got -3)"), "{words}");
    let quiet = model.run(&["score", "model.safetensors", "--data", "in.csv", "--out", "out.tsv", "--quiet"]);
    assert!(quiet.stderr.is_empty() && quiet.stdout.is_empty());
    let tabs = std::fs::read_to_string(model.path("out.tsv")).unwrap();
    assert!(tabs.starts_with("note\tpartner\tcontract"), "{tabs}");
}

#[test]
fn reasons_are_the_largest_contributions() {
    let model = SmallModel::new();
    let text = model.rows(200) + "C-200,-1,1,Month,Yes,No\n";
    model.table("in.csv", &text);
    let arguments = ["score", "model.safetensors", "--data", "in.csv", "--out", "out.csv", "--reasons", "3"];
    assert_code(&model.run(&arguments), 0);
    let (names, rows) = read_csv(&model.path("out.csv"));
    assert_eq!(names[10..], ["reason_1", "reason_2", "reason_3"]);
    assert_eq!(rows[200][6..], ["", "", "", "tenure: bounds: -1", "", "", ""]);
    let schema = &model.scorer.document().schema;
    let mut workspace = model.scorer.workspace();
    for (row, cells) in rows[..200].iter().enumerate() {
        let customer = model.customer(row);
        let explanation = model.scorer.explain(&customer, &ExplainOptions::default(), &mut workspace).unwrap();
        let mut reasons: Vec<(f64, String)> = Vec::new();
        for (field, &contribution) in explanation.contributions.iter().enumerate() {
            let value = model.scorer.text(field, customer.cells()[field]);
            let text = format!("{} = {value} ({contribution:+.2})", schema.fields[field].label());
            reasons.push((contribution.abs(), text));
        }
        reasons.sort_by(|a, b| b.0.total_cmp(&a.0));
        reasons.retain(|(size, _)| *size >= 0.005);
        for (place, cell) in cells[10..].iter().enumerate() {
            assert_eq!(cell, reasons.get(place).map_or("", |(_, text)| text), "row {row}");
        }
    }
    assert!(rows.iter().any(|row| row[10].starts_with("Months with us = ") && row[10].contains(" months (")));
}

fn read_parquet(path: &std::path::Path) -> RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    builder.with_batch_size(1 << 20).build().unwrap().next().unwrap().unwrap()
}

#[test]
fn text_to_parquet() {
    let model = SmallModel::new();
    model.table("in.csv", &(model.rows(5000) + "C-5000,x,1,Month,,No\n"));
    for out in ["out.parquet", "out.csv"] {
        let arguments = ["score", "model.safetensors", "--data", "in.csv", "--out", out, "--reasons", "1"];
        assert_code(&model.run(&arguments), 0);
    }
    let table = read_parquet(&model.path("out.parquet"));
    let (names, rows) = read_csv(&model.path("out.csv"));
    assert!(table.schema().fields().iter().map(|field| field.name()).eq(&names));
    assert_eq!((table.num_rows(), rows.len()), (5001, 5001));
    for (column, array) in table.columns().iter().enumerate() {
        for (row, cells) in rows.iter().enumerate() {
            let text = match array.data_type() {
                _ if array.is_null(row) => String::new(),
                DataType::Float32 => array.as_primitive::<Float32Type>().value(row).to_string(),
                _ => array.as_string::<i32>().value(row).to_owned(),
            };
            assert_eq!(text, cells[column], "row {row}, column {}", names[column]);
        }
    }
    assert!(table.column(6).is_null(5000) && table.column(8).is_null(5000) && table.column(9).is_valid(5000));
}

#[test]
fn parquet_to_parquet_keeps_every_type() {
    let model = SmallModel::new();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("since", Arc::new(Date32Array::from_iter((0..6000).map(|row| (row % 5 > 0).then_some(row))))),
        ("number", Arc::new(Int64Array::from_iter_values((0..6000).map(|row| i64::MAX - row)))),
        ("tenure", Arc::new(Int64Array::from_iter((0..6000).map(|row| (row % 7 > 0).then_some(row % 72))))),
        ("charges", Arc::new(Float64Array::from_iter_values((0..6000).map(|row| f64::from(row) / 80.0)))),
        ("contract", Arc::new(StringArray::from_iter_values((0..6000).map(|row| ["Month", "Year"][row % 2])))),
        ("partner", Arc::new(BooleanArray::from_iter((0..6000).map(|row| Some(row % 3 == 0))))),
    ];
    let rows = columns.into_iter().map(|(name, array)| (name, array, true));
    let table = RecordBatch::try_from_iter_with_nullable(rows).unwrap();
    // Row groups of another length than the batches.
    let file = File::create(model.path("in.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, table.schema(), None).unwrap();
    for first in (0..6000).step_by(2500) {
        writer.write(&table.slice(first, 2500.min(6000 - first))).unwrap();
        writer.flush().unwrap();
    }
    writer.close().unwrap();

    let arguments = ["score", "model.safetensors", "--data", "in.parquet", "--out", "out.parquet"];
    assert_code(&model.run(&arguments), 0);
    let scored = read_parquet(&model.path("out.parquet"));
    assert_eq!((scored.num_rows(), scored.num_columns()), (6000, 10));
    for column in 0..6 {
        assert_eq!(scored.column(column), table.column(column), "{}", table.schema().field(column).name());
    }
    assert_eq!(scored.column(0).as_primitive::<Date32Type>().value(1), 1);
    assert_eq!(scored.column(1).as_primitive::<Int64Type>().value(0), i64::MAX);
    assert_eq!(scored.column(6).null_count(), 0);

    // As text a date is written year first, and a missing one is empty.
    assert_code(&model.run(&["score", "model.safetensors", "--data", "in.parquet", "--out", "out.csv"]), 0);
    let (names, rows) = read_csv(&model.path("out.csv"));
    assert_eq!((names[0].as_str(), rows[0][0].as_str(), rows[1][0].as_str()), ("since", "", "1970-01-02"));
}

#[test]
fn refusals_come_before_the_work_and_write_nothing() {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(60));
    model.table("names.csv", "id,Tenure,charge,contract,partner\n1,2,3,Month,Yes\n");
    model.table("again.csv", "tenure,charges,contract,partner,tier,logit\n1,2,Month,Yes,low,0\n");
    model.table("uneven.csv", &(model.rows(20) + &"C-9000,1\n".repeat(20)));
    model.table("open.csv", &(model.rows(9000) + "C-9000,\"1\n"));
    model.table("broken.safetensors", "no artifact");
    model.table("there.csv", "kept");
    let before = model.files();
    for (data, out, more, code, parts) in [
        ("in.csv", "out.xlsx", &[][..], 2, &["--out must end in .csv, .tsv or .parquet (got out.xlsx)"][..]),
        ("in.csv", "out", &[], 2, &["--out must end in"]),
        ("in.csv", "there.csv", &[], 2, &["there.csv is there already; --force"]),
        ("in.csv", "out.csv", &["--reasons", "1", "--budget", "5"], 2, &["--budget must be at least", "(got 5)"]),
        ("in.csv", "out.csv", &["--reasons", "5"], 2, &["--reasons must be at most 4", "(got 5)"]),
        (
            "names.csv",
            "out.csv",
            &[],
            1,
            &["no column `tenure`; the nearest is `Tenure`", "`charges`; the nearest is `charge`"],
        ),
        ("again.csv", "out.csv", &[], 1, &["`logit`, `tier`", "rename or drop"]),
        (
            "uneven.csv",
            "out.csv",
            &[],
            1,
            &["line 22: the number of cells is 2, but the header has 6", "delimiter ','"],
        ),
        ("open.csv", "out.csv", &[], 1, &["line 9002: a quote opens here and is never closed"]),
        ("open.csv", "out.parquet", &["--reasons", "1"], 1, &["line 9002"]),
        ("no.csv", "out.csv", &[], 3, &["no.csv: "]),
    ] {
        let output = model.run(&[&["score", "model.safetensors", "--data", data, "--out", out], more].concat());
        assert_code(&output, code);
        for part in parts {
            assert!(words(&output).contains(part), "{part} in {}", words(&output));
        }
    }
    let output = model.run(&["score", "broken.safetensors", "--data", "in.csv", "--out", "out.csv"]);
    assert_code(&output, 1);
    assert!(words(&output).contains("artifact_"), "{}", words(&output));
    assert_eq!(model.files(), before);
    let forced = model.run(&["score", "model.safetensors", "--data", "in.csv", "--out", "there.csv", "--force"]);
    assert_code(&forced, 0);
    assert_eq!(read_csv(&model.path("there.csv")).1.len(), 60);
}

/// A run that would take minutes, caught when its temporary file is there.
#[cfg(unix)]
fn slow_run(model: &SmallModel, out: &str) -> Child {
    model.table("in.csv", &model.rows(6000));
    let arguments = ["score", "model.safetensors", "--data", "in.csv", "--out", out, "--reasons", "3", "--force"];
    let mut run = model.command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while !model.files().iter().any(|name| name.starts_with(".tenure-")) {
        assert!(started.elapsed() < Duration::from_secs(60) && run.try_wait().unwrap().is_none(), "it never began");
        sleep(Duration::from_millis(5));
    }
    sleep(Duration::from_millis(200));
    assert!(run.try_wait().unwrap().is_none(), "it was done too soon to be stopped");
    run
}

#[cfg(unix)]
#[test]
fn a_killed_run_leaves_no_half_file() {
    let model = SmallModel::with_flags(14, &serde_json::json!({}));
    for out in ["out.csv", "out.parquet"] {
        let mut run = slow_run(&model, out);
        run.kill().unwrap();
        run.wait().unwrap();
        assert!(!model.path(out).exists(), "{:?}", model.files());
        let leftover = model.files().into_iter().filter(|name| name.starts_with(".tenure-"));
        leftover.for_each(|name| std::fs::remove_file(model.path(&name)).unwrap());
    }
    // What was there before is there after.
    model.table("out.csv", "before");
    let mut run = slow_run(&model, "out.csv");
    run.kill().unwrap();
    run.wait().unwrap();
    assert_eq!(std::fs::read_to_string(model.path("out.csv")).unwrap(), "before");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_removes_its_temporary_file() {
    let model = SmallModel::with_flags(14, &serde_json::json!({}));
    for signal in ["-INT", "-TERM"] {
        let run = slow_run(&model, "out.csv");
        let sent = std::process::Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = run.wait_with_output().unwrap();
        assert_code(&output, 130);
        assert!(words(&output).contains("interrupted; nothing was written"), "{}", words(&output));
        assert_eq!(model.files(), ["in.csv", "model.safetensors"]);
    }
}
