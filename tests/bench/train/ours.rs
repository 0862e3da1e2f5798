//! The training times of `cargo xtask bench train`, our side: the sample, encoded, and fits of a
//! fixed number of epochs.
//!
//!     train_speed prepare FOLDER                 the dense rows for the peers: features.f32, labels.u8, shape.json
//!     train_speed measure FOLDER NETWORK EPOCHS  one fit, as JSON: seconds, steps, the last validation loss
//!
//! Reading and encoding the table are not in the time; expanding encoded rows into mini-batches is.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use tenure::encoding::EncoderParams;
use tenure::network::burn::tabm::TabmConfig;
use tenure_table::Source;
use tenure_training::cohort::{Cohort, Purpose};
use tenure_training::fit::{
    Control, DenseRows, DenseShape, FitConfig, FitOptions, NetworkShape, Penalty, Schedule, fit,
};
use tenure_training::preset::preset;
use tenure_training::sample;
use tenure_training::schema_file::SchemaFile;
use tenure_training::train::Encoded;

/// Every fifth row validates; the others train.
const VALIDATION: u32 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["prepare", folder] => prepare(Path::new(folder)),
        ["measure", folder, network, epochs] => measure(Path::new(folder), network, epochs.parse()?),
        _ => Err("train_speed prepare FOLDER | measure FOLDER NETWORK EPOCHS".into()),
    }
}

fn prepare(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let mut table = Vec::new();
    sample::write(sample::DEFAULT_ROWS, sample::DEFAULT_SEED, &mut table)?;
    fs::write(folder.join("sample.csv"), table)?;
    let (encoded, train, validation) = encoded(folder)?;
    let rows = [train, validation].concat();
    let subset = encoded.subset(&rows);
    let mut features = vec![0.0; rows.len() * subset.columns()];
    subset.write(&(0..rows.len()).collect::<Vec<_>>(), &mut features);
    fs::write(folder.join("features.f32"), features.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>())?;
    fs::write(folder.join("labels.u8"), subset.labels().iter().map(|&label| u8::from(label)).collect::<Vec<_>>())?;
    let shape = serde_json::json!({
        "rows": rows.len(),
        "train": rows.len() - rows.len().div_ceil(VALIDATION as usize),
        "columns": subset.columns(),
        "inputs": subset.inputs(),
    });
    Ok(fs::write(folder.join("shape.json"), shape.to_string())?)
}

/// Encoded rows, and those that train and validate.
type Data = (Encoded, Vec<u32>, Vec<u32>);

fn encoded(folder: &Path) -> Result<Data, Box<dyn Error>> {
    let SchemaFile { schema, .. } = SchemaFile::read(preset("ibm_telco").expect("a preset that ships"))?;
    let source = Source::open(folder.join("sample.csv"))?;
    let cohort = Cohort::read_for(Purpose::Training, source, &schema, &mut |_, _| {})?;
    let (validation, train): (Vec<u32>, Vec<u32>) = (0..cohort.rows() as u32).partition(|row| row % VALIDATION == 0);
    Ok((Encoded::fit(&EncoderParams::default(), &cohort, &train)?, train, validation))
}

fn measure(folder: &Path, network: &str, epochs: usize) -> Result<(), Box<dyn Error>> {
    let data = encoded(folder)?;
    let dense = |hidden: &[usize], direct: bool, norm: bool| DenseShape {
        hidden: hidden.to_vec(),
        direct,
        batch_norm: norm,
        input_batch_norm: norm,
        dropout: 0.2,
    };
    match network {
        "mlp" => time(&data, dense(&[128, 64], false, true), epochs),
        "shipped" => time(&data, dense(&[32], true, false), epochs),
        "tabm" => time(&data, TabmConfig::default(), epochs),
        "tabm_wide" => time(&data, TabmConfig { members: 32, width: 256, ..TabmConfig::default() }, epochs),
        _ => Err(format!("`{network}` is none of mlp, shipped, tabm, tabm_wide").into()),
    }
}

fn time<S: NetworkShape>((encoded, train, validation): &Data, shape: S, epochs: usize) -> Result<(), Box<dyn Error>> {
    let config = |maximum_epochs| FitConfig {
        shape: shape.clone(),
        learning_rate: 2e-3,
        schedule: Schedule::Constant,
        penalty: Penalty::Decoupled(3e-4),
        averaging: 0.0,
        batch_size: 256,
        maximum_epochs,
        patience: maximum_epochs,
        minimum_gain: 0.0,
        enough: 0.0,
        class_weights: false,
        positive_weight: None,
        gamma: 0.0,
        seed: 0,
    };
    let (train, validation) = (encoded.subset(train), encoded.subset(validation));
    let mut last = f64::NAN;
    let mut run = |epochs| {
        fit(&config(epochs), &train, &validation, &FitOptions::default(), &mut |report| {
            last = report.validation_loss;
            Control::Continue
        })
    };
    // Thread pools start and memory is first touched outside the time, on both sides.
    run(1)?;
    let started = Instant::now();
    run(epochs)?;
    let seconds = started.elapsed().as_secs_f64();
    let steps = epochs * (train.labels().len() / 256);
    println!("{}", serde_json::json!({ "seconds": seconds, "steps": steps, "validation_loss": last }));
    Ok(())
}
