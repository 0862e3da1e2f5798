//! `cargo xtask bench gpu` runs this: rows and explanations per second on the graphics device,
//! beside one CPU thread.
//!
//! `gpu MODEL ROWS CUSTOMERS OUT` mixes customers from the model's background rows, takes the best
//! of several runs, checks that both sides agree, prints one line each and writes them to OUT. The
//! device's time includes sending the encoded rows (or the games, which the CPU builds) and reading
//! the results.

use std::error::Error;
use std::time::Instant;

use cubecl::future::block_on;
use tenure::customer::Customer;
use tenure::encoding::Features;
use tenure::gpu::{Explanations, Gpu};
use tenure::scorer::{ExplainOptions, Scorer};

const REPETITIONS: usize = 5;
/// Every explanation is an exact one.
const BUDGET: u64 = 1 << 28;
/// Evaluations of a sampled one, for each background row.
const SAMPLED: u64 = 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, rows, customers, out] = arguments.as_slice() else { return Err("MODEL ROWS CUSTOMERS OUT".into()) };
    let (rows, count): (usize, usize) = (rows.parse()?, customers.parse()?);
    let scorer = Scorer::from_bytes(&std::fs::read(model)?)?;
    let customers = mixed(&scorer, rows.max(count))?;
    let gpu = block_on(Gpu::open(&scorer.artifact().network, scorer.background()))?;
    let adapter = gpu.adapter();
    println!("{}{}", adapter.name, if adapter.software { " (computes on the CPU: no figure of speed)" } else { "" });

    let network = &scorer.artifact().network;
    let mut features = Features::new(scorer.artifact().encoder.inputs().len(), rows);
    for (at, customer) in customers.iter().take(rows).enumerate() {
        scorer.artifact().encoder.encode(customer, at, &mut features);
    }
    let mut expected = vec![0.0; rows];
    let mut scratch = network.scratch();
    let cpu_rows = best(|| {
        network.logits(&features, rows, &mut scratch, &mut expected);
        Ok(())
    })?;
    let mut logits = Vec::new();
    let gpu_rows = best(|| {
        logits = block_on(gpu.logits(&features, rows))?;
        Ok(())
    })?;
    let difference = logits.iter().zip(&expected).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);

    let customers = &customers[..count];
    let walks = explained(&scorer, &gpu, customers, BUDGET)?;
    let samples = explained(&scorer, &gpu, customers, SAMPLED * scorer.artifact().background.len() as u64)?;

    let per_second = |amount: usize, seconds: f64| amount as f64 / seconds;
    println!(
        "rows/s    device {:>12.0}   one CPU thread {:>12.0}   largest difference {difference:.1e}",
        per_second(rows, gpu_rows),
        per_second(rows, cpu_rows)
    );
    for (name, Explained { device, cpu, difference, .. }) in [("walks/s", &walks), ("samples/s", &samples)] {
        let [device, cpu] = [device, cpu].map(|&seconds| per_second(count, seconds));
        println!("{name:<9} device {device:>12.1}   one CPU thread {cpu:>12.1}   largest difference {difference:.1e}");
    }
    let figures = serde_json::json!({
        "adapter": adapter.name, "software": adapter.software, "rows": rows, "customers": count,
        "evaluations": { "walks": walks.evaluations, "samples": samples.evaluations },
        "device": {
            "rows_per_s": per_second(rows, gpu_rows),
            "walks_per_s": per_second(count, walks.device),
            "samples_per_s": per_second(count, samples.device),
        },
        "cpu_thread": {
            "rows_per_s": per_second(rows, cpu_rows),
            "walks_per_s": per_second(count, walks.cpu),
            "samples_per_s": per_second(count, samples.cpu),
        },
        "largest_difference": { "logit": difference, "walks": walks.difference, "samples": samples.difference },
    });
    std::fs::write(out, format!("{figures:#}\n"))?;
    Ok(())
}

/// Explanations of the same customers on both sides.
struct Explained {
    /// Seconds.
    device: f64,
    cpu: f64,
    /// Of all customers.
    evaluations: u64,
    /// Of a contribution.
    difference: f64,
}

fn explained(scorer: &Scorer, gpu: &Gpu, customers: &[Customer], budget: u64) -> Result<Explained, Box<dyn Error>> {
    let options = ExplainOptions { budget: Some(budget), ..ExplainOptions::default() };
    let mut workspace = scorer.workspace();
    let mut on_device = Vec::new();
    let device = best(|| {
        let mut explanations = Explanations::new(scorer);
        for customer in customers {
            explanations.push(scorer, customer, &options)?;
        }
        on_device = block_on(explanations.explain(scorer, gpu))?;
        Ok(())
    })?;
    let mut expected = Vec::new();
    let cpu = best(|| {
        expected.clear();
        for customer in customers {
            expected.push(scorer.explain(customer, &options, &mut workspace)?);
        }
        Ok(())
    })?;
    let pairs = on_device.iter().zip(&expected).flat_map(|(a, b)| a.shares.iter().zip(&b.contributions));
    let difference = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    Ok(Explained {
        device,
        cpu,
        evaluations: on_device.iter().map(|explained| explained.evaluations).sum(),
        difference,
    })
}

/// Seconds of the fastest run.
fn best(mut run: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let mut best = f64::INFINITY;
    for _ in 0..REPETITIONS {
        let start = Instant::now();
        run()?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(best)
}

/// Customers whose cells are those of background rows, each field of another row.
fn mixed(scorer: &Scorer, count: usize) -> Result<Vec<Customer>, Box<dyn Error>> {
    let background = &scorer.artifact().background;
    let cells = |n: usize| {
        let row = |field: usize| &background[(n * (field + 1) + n / background.len()) % background.len()];
        (0..scorer.document().schema.fields.len()).map(|field| row(field).cells()[field]).collect::<Vec<_>>()
    };
    let customer = |n: usize| Customer::from_cells(&scorer.document().schema, &cells(n));
    (0..count).map(|n| customer(n).map_err(|problems| format!("{problems:?}").into())).collect()
}
