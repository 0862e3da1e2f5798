//! Writes the seeds that a hand does not write: the small model, its document, a profile of it, and
//! tables in binary formats. `cargo run --manifest-path fuzz/Cargo.toml --example seeds`.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use tenure::artifact::{Artifact, Background, BackgroundRow, Document, EncoderDocument, FORMAT_VERSION, write};
use tenure::calibration::Calibration;
use tenure::customer::Cell;
use tenure::decision::Policy;
use tenure::encoding::{Encoder, InputDocument};
use tenure::json::{Problems, Reader, parse};
use tenure::monitoring::{Cells, Observed, Outcomes, Reference};
use tenure::network::{Layer, Network, NetworkParts};
use tenure::schema::Schema;

const SCHEMA: &str = r#"{
    "schema_version": 1,
    "name": "small",
    "identifiers": ["id"],
    "reference": "2024-06-30",
    "target": { "field": "churn", "positive": "yes" },
    "fields": [
        { "name": "tenure", "kind": "number", "minimum": 0, "maximum": 100, "changeable": true,
          "change": { "direction": "increase", "step": 1, "cost": 2 } },
        { "name": "charges", "kind": "number", "decimal": ",", "grouping": ".", "change": { "follows": "5 * partner" } },
        { "name": "since", "kind": "date", "missing": ["never"] },
        { "name": "contract", "kind": "category", "categories": ["Month", "Year"], "changeable": true,
          "change": { "forbidden": [["Year", "Month"]] } },
        { "name": "partner", "kind": "flag", "positive": "yes", "negative": "no", "changeable": true }
    ],
    "derived": [{ "name": "per month", "formula": "charges / max(tenure, 1)" }],
    "rules": [{ "when": "contract == \"Year\"", "then": "tenure >= 2" }]
}"#;

const POLICY: &str = r#"{
    "tiers": [
        { "name": "low", "label": "Low", "from": 0 },
        { "name": "high", "label": "High", "from": 0.5, "action": "A person calls" }
    ],
    "value": "12 * coalesce(charges, 10)",
    "contact_cost": 1,
    "holdout": { "fraction": 0.1, "key": "k" },
    "reasons": [{ "name": "price", "fields": ["charges"] }],
    "offers": [{ "name": "discount", "label": "Discount", "effect": 0.2, "cost": 5, "eligible": "tenure > 1",
                 "answers": ["price"] }]
}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let put = |name: &str, bytes: &[u8]| {
        let file = seeds.join(name);
        fs::create_dir_all(file.parent().unwrap_or(&seeds)).and_then(|()| fs::write(file, bytes))
    };
    let sealed = write(&artifact()?)?;
    put("artifact/small.safetensors", &sealed)?;
    let document = tenure_fuzz::document(&sealed);
    let unsealed = tenure_fuzz::replace_document(&sealed, &document);
    put("artifact/without-checksum.safetensors", &unsealed)?;
    put("document/small", document.as_bytes())?;
    put("whole/small", &[&b"#3\n#12.5\n2024-01-31\nMonth\n+\0"[..], &unsealed[..]].concat())?;
    put("profile/small", profiles(&artifact()?.document.schema)?.as_bytes())?;
    // The first byte of a table says what becomes of broken lines.
    put("table/small.parquet", &[&[0][..], &parquet()?].concat())?;
    for name in ["quotes.csv", "ragged.csv", "tabs.tsv", "packed.csv.gz", "utf16le.csv", "sheet.xlsx"] {
        let table = fs::read(seeds.join("../../tests/tables").join(name))?;
        put(&format!("table/{name}"), &[&[2][..], &table].concat())?;
    }
    Ok(())
}

fn artifact() -> Result<Artifact, Box<dyn Error>> {
    let schema = Schema::read("", &parse(SCHEMA)?).map_err(|problems| format!("{problems:?}"))?;
    let problems = Problems::default();
    let policy = parse(POLICY)?;
    let policy = Policy::read(Reader::new("policy", &policy, &problems));
    let policy = problems.or(policy).map_err(|problems| format!("{problems:?}"))?;
    let input = |(name, knots): (&str, &[f32])| InputDocument { name: name.into(), knots: knots.to_vec() };
    let inputs: [(&str, &[f32]); 6] = [
        ("tenure", &[1.0, 12.0, 72.0]),
        ("charges", &[20.0, 70.0]),
        ("since", &[0.0, 365.0]),
        ("contract", &[]),
        ("partner", &[]),
        ("per month", &[1.0, 50.0]),
    ];
    let encoder = Encoder::new(&schema, inputs.map(input).to_vec())?;
    let row = |months: f64, code: u32| BackgroundRow {
        members: 20,
        cells: vec![
            Cell::Number(months),
            Cell::Number(70.0),
            Cell::Missing,
            Cell::Category(code),
            Cell::Category(code),
        ],
    };
    let document = Document {
        format_version: FORMAT_VERSION,
        encoder: EncoderDocument { inputs: encoder.documents() },
        calibration: Calibration::Temperature { temperature: 1.5 },
        policy,
        background: Background { k: 20, rows: vec![row(1.0, 0), row(24.0, 1)] },
        card: r#"{"name":"small"}"#.into(),
        schema,
    };
    let (rows, units, outputs) = (encoder.row_count(), 4, 2);
    let parts = NetworkParts {
        units,
        table: weights(rows * units),
        direct: weights(rows),
        bias: weights(units),
        layers: vec![Layer { outputs, weight: weights(units * outputs), bias: weights(outputs) }],
        output: weights(outputs),
        output_bias: 0.1,
    };
    Ok(Artifact::new(document, Network::new(rows, parts)?)?)
}

/// A card with the profile of 4,000 rows, and behind a NUL the profile of as many others.
fn profiles(schema: &Schema) -> Result<String, Box<dyn Error>> {
    let contracts = Cells::Category { codes: vec![0, 1], count: schema.fields[3].category_count() as u16 };
    let tenures = Cells::Number { edges: vec![1.0, 12.0, 72.0] };
    let cells = vec![tenures, Cells::None, Cells::None, contracts, Cells::None];
    let edges = vec![-1.0, 0.0, 1.0];
    let seen = |shift: usize| {
        let mut observed = Observed::new(&cells, &edges, 0.5, 1);
        for row in 0..4000 {
            observed.add_rows(1);
            observed.numbers(0, &[((row * 7 + shift) % 80) as f64]);
            observed.codes(3, &[(row % 2) as u16]);
            let logit = (row % 40) as f32 / 10.0 - 2.0;
            observed.score(logit, 1.0 / (1.0 + (-logit).exp()));
            observed.decision((row % 3 == 0).then_some(0));
        }
        observed
    };
    // Rows, those who left, and the sums of the probabilities and of their squares, by bin.
    let bins = [[1000, 200, 200_000_000, 40_000_000]; 4];
    let reference = Reference {
        profile: seen(0).reference_profile(),
        cells: cells.clone(),
        score_edges: edges.clone(),
        threshold: 0.5,
        outcomes: Outcomes::of_bins(&bins),
    };
    let mut profile = seen(20).profile(&"ab".repeat(32), Some([19_000, 19_030]));
    profile.identify(7);
    Ok(format!("{{\"reference\":{}}}\0{}", reference.write(), profile.write()?))
}

/// Any weights between -1 and 1, always the same.
fn weights(count: usize) -> Vec<f32> {
    (0..count).map(|at| ((at * 37 + 11) % 101) as f32 / 50.0 - 1.0).collect()
}

fn parquet() -> Result<Vec<u8>, Box<dyn Error>> {
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![Some(3.0), None, Some(7.5)]));
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("Month"), Some("Year"), None]));
    let batch = RecordBatch::try_from_iter([("tenure", numbers), ("contract", texts)])?;
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None)?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(file)
}
