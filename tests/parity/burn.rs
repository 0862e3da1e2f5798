//! The burn Module of the packed network on the CPU: `parity_burn FOLDER` makes logits of the raw
//! records that `export_rows` wrote, checked and encoded by the core. It writes
//! `FOLDER/logits/burn/MODEL.KIND`: a line for each record, with the logit, or `refused`.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use burn::tensor::Device;
use serde_json::Value as Json;
use tenure::customer::{Value, check};
use tenure::encoding::Features;
use tenure::network::burn::packed;
use tenure::scorer::Scorer;

/// A batch of the Module: a column for each row of the table, at once.
const ROWS: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder that export_rows wrote")?;
    let folder = Path::new(&folder);
    let logits = folder.join("logits/burn");
    fs::create_dir_all(&logits)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let about: Json = serde_json::from_slice(&fs::read(&path)?)?;
        let scorer = Scorer::from_bytes(&fs::read(path.with_extension("safetensors"))?)?;
        for kind in ["texts", "typed"] {
            let records = fs::read_to_string(path.with_extension(format!("{kind}.ndjson")))?;
            let records = records.lines().map(serde_json::from_str).collect::<Result<Vec<Json>, _>>()?;
            let mut lines = String::new();
            for records in records.chunks(ROWS) {
                for logit in score(&scorer, &about, kind == "typed", records)? {
                    match logit {
                        Some(logit) => writeln!(lines, "{}", f64::from(logit))?,
                        None => writeln!(lines, "refused")?,
                    }
                }
            }
            let name = path.with_extension(kind);
            fs::write(logits.join(name.file_name().ok_or("a file has a name")?), lines)?;
        }
    }
    Ok(())
}

/// The Module's logits; none for a record that is refused.
fn score(scorer: &Scorer, about: &Json, typed: bool, records: &[Json]) -> Result<Vec<Option<f32>>, Box<dyn Error>> {
    let (schema, artifact) = (&scorer.document().schema, scorer.artifact());
    let fields = about["fields"].as_array().ok_or("no fields")?;
    let mut features = Features::new(artifact.encoder.inputs().len(), records.len());
    let (mut customers, mut is_sound) = (0, Vec::new());
    for record in records {
        let values = fields.iter().map(|field| match record[field[0].as_str().unwrap_or_default()].as_str() {
            None => Ok(Value::Missing),
            // JSON has no infinities, so numbers are written as texts.
            Some(text) if typed && field[1] == "number" => text.parse().map(Value::Number),
            Some(text) => Ok(Value::Text(text)),
        });
        let values = values.collect::<Result<Vec<Value>, _>>()?;
        let checked = check(schema, &values).ok();
        is_sound.push(checked.is_some());
        if let Some((customer, _)) = checked {
            artifact.encoder.encode(&customer, customers, &mut features);
            customers += 1;
        }
    }
    let (network, device) = (&artifact.network, Device::flex());
    let columns = packed::columns(network, &features, customers, &device);
    let logits: Vec<f32> = packed::module(network, &device)
        .forward(columns)
        .into_data()
        .try_into_vec()
        .map_err(|_| "burn's logits are not f32")?;
    let mut logits = logits.into_iter();
    Ok(is_sound.into_iter().map(|sound| if sound { logits.next() } else { None }).collect())
}
