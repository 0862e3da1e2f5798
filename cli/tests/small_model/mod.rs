//! A small model and table for tests of the command, made through the core's public API.
#![allow(dead_code, reason = "every test file uses its part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tenure::artifact::{Artifact, Background, BackgroundRow, Document, EncoderDocument, FORMAT_VERSION, write};
use tenure::calibration::Calibration;
use tenure::customer::{Customer, Value, check};
use tenure::decision::Policy;
use tenure::encoding::EncoderParams;
use tenure::network::{Network, NetworkParts};
use tenure::schema::Schema;
use tenure::scorer::Scorer;
use tenure_training::metrics::{METRICS, judged};

const FIELDS: &str = r#"
schema_version = 1
name = "small"
identifiers = ["id"]
target = { field = "Churn", positive = "Yes" }
fields = [
    { name = "tenure", label = "Months with us", kind = "number", unit = "months", minimum = 0, missing = ["NA"] },
    { name = "charges", kind = "number", minimum = 0 },
    { name = "contract", label = "Contract", kind = "category", categories = ["Month", "Year", "Two, or more"] },
    { name = "partner", kind = "flag", positive = "Yes", negative = "No" },
FLAGS]
"#;

/// A card with every part, under the keys that a test cares about.
fn whole(card: &Json) -> Json {
    let mut metrics = json!({ "threshold": 0.5 });
    let mut intervals = json!({ "level": 0.95, "resamples": 1000, "seed": 0 });
    METRICS.iter().for_each(|metric| metrics[metric.key] = json!(0.5));
    judged().for_each(|metric| intervals[metric.key] = json!({ "low": 0.25, "high": 0.75 }));
    let mut whole = json!({
        "name": "small", "code_version": "0.1.0", "seed": 0, "data_sha256": "", "schema_sha256": "",
        "rows": { "train": 80, "validation": 10, "calibration": 5, "test": 5 }, "positive_rate": 0.25,
        "network": { "hidden": [12], "direct": true, "inputs": 4, "dense_columns": 20, "multiply_adds": 64 },
        "teacher": {
            "model": "mlp", "members": 1, "multiply_adds": 64, "validation_log_loss": 0.5, "metrics": metrics, "tried": {}
        },
        "training": {
            "validation_log_loss": 0.5, "hyperparameters": { "bins": 8, "hidden": "12", "learning-rate": 0.01 }
        },
        "metrics": metrics, "intervals": intervals
    });
    cover(&mut whole, card);
    whole
}

fn cover(below: &mut Json, above: &Json) {
    match (below, above) {
        (Json::Object(below), Json::Object(above)) => {
            above.iter().for_each(|(key, value)| cover(below.entry(key.as_str()).or_insert(Json::Null), value));
        }
        (below, above) => *below = above.clone(),
    }
}

/// The schema file of a model with this number of further flags.
pub fn schema(flags: usize) -> String {
    let flag =
        |number| format!("    {{ name = \"flag {number}\", kind = \"flag\", positive = \"1\", negative = \"0\" }},\n");
    FIELDS.replace("FLAGS", &(0..flags).map(flag).collect::<String>())
}

/// The SHA-256 of a file's bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A folder with a model and room for tables.
pub struct SmallModel {
    pub folder: TempDir,
    pub scorer: Scorer,
    flags: usize,
}

impl SmallModel {
    pub fn new() -> SmallModel {
        SmallModel::with_flags(0, &json!({}))
    }

    /// With this number of further flags, named `flag 0` and so on. Each doubles the work of an
    /// explanation. The keys of `card` replace those of a whole card.
    pub fn with_flags(flags: usize, card: &Json) -> SmallModel {
        let schema: Schema = toml::from_str(&schema(flags)).unwrap();
        let customers: Vec<Customer> = (0..400).map(|row| customer(&schema, &cells(row, flags))).collect();
        let cell = |at: usize, field: usize| customers[at].cells()[field];
        let encoder = EncoderParams { bins: 8, clip: 0.01 }.fit(&schema, customers.len(), 0, &cell).unwrap();
        let (rows, units) = (encoder.row_count(), 12);
        let parts = NetworkParts {
            units,
            table: weights(rows * units, 1),
            direct: weights(rows, 2),
            bias: weights(units, 3),
            layers: Vec::new(),
            output: weights(units, 4),
            output_bias: -0.5,
        };
        let background = customers.iter().take(if flags > 0 { 32 } else { 4 });
        let document = Document {
            format_version: FORMAT_VERSION,
            encoder: EncoderDocument { inputs: encoder.documents() },
            calibration: Calibration::Temperature { temperature: 1.3 },
            policy: Policy::default(),
            background: Background {
                k: 20,
                rows: background.map(|row| BackgroundRow { members: 30, cells: row.cells().to_vec() }).collect(),
            },
            card: whole(card).to_string(),
            schema,
        };
        let artifact = Artifact::new(document, Network::new(rows, parts).unwrap()).unwrap();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("model.safetensors"), write(&artifact).unwrap()).unwrap();
        SmallModel { folder, scorer: Scorer::new(artifact), flags }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a table file.
    pub fn table(&self, name: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// A table of this number of rows, all valid.
    pub fn rows(&self, rows: usize) -> String {
        let flags: String = (0..self.flags).map(|number| format!(",flag {number}")).collect();
        let mut text = format!("id,tenure,charges,contract,partner{flags},Churn\n");
        for row in 0..rows {
            let cells = cells(row, self.flags);
            let quoted = cells.iter().map(|cell| if cell.contains(',') { format!("\"{cell}\"") } else { cell.clone() });
            let left = if churned(row) { "Yes" } else { "No" };
            text += &format!("C-{row},{},{left}\n", quoted.collect::<Vec<_>>().join(","));
        }
        text
    }

    /// The customer in a row of [`SmallModel::rows`].
    pub fn customer(&self, row: usize) -> Customer {
        customer(&self.scorer.document().schema, &cells(row, self.flags))
    }

    /// Runs the command in the folder.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Names in the folder, sorted.
    pub fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// What a command wrote to standard error.
pub fn words(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Fails with the command's own words unless it ended with this code.
pub fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", words(output));
}

/// Reads a CSV file: names, and rows of texts.
pub fn read_csv(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names = reader.headers().unwrap().iter().map(Into::into).collect();
    let rows = reader.records().map(|record| record.unwrap().iter().map(Into::into).collect()).collect();
    (names, rows)
}

/// Whether the customer of a row left: a noisy function of the cells.
pub fn churned(row: usize) -> bool {
    row * 7919 % 10 < if row.is_multiple_of(3) { 6 } else { 2 }
}

/// The cells of a row, without identifier and target.
fn cells(row: usize, flags: usize) -> Vec<String> {
    let tenure = if row % 97 == 5 { "NA".into() } else { (row * 37 % 72).to_string() };
    let charges = format!("{}.{:02}", 20 + row * 13 % 90, row * 31 % 100);
    let contract = ["Month", "Year", "Two, or more"][row % 3].into();
    let partner = ["Yes", "No"][row / 3 % 2].into();
    let flags = (0..flags).map(|number| (row >> (number % 12) & 1 ^ row >> (number % 5) & 1).to_string());
    [tenure, charges, contract, partner].into_iter().chain(flags).collect()
}

fn customer(schema: &Schema, cells: &[String]) -> Customer {
    let values: Vec<Value> = cells.iter().map(|cell| Value::Text(cell)).collect();
    check(schema, &values).unwrap().0
}

/// Weights between -0.5 and 0.5 from a linear congruential generator.
fn weights(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    (0..count).map(|_| next()).collect()
}
