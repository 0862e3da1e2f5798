//! `cargo xtask bench gpu --burn` runs this: the network as burn Module, op by op on burn's wgpu
//! backend, beside our kernel on the same device.
//!
//! `burn_wgpu MODEL OUT` makes the Module of the model's packed network, holds its logits and the
//! kernel's against those of the packed network on the CPU, and prints milliseconds of a batch for
//! both. Either side's time has everything from its encoded customers on the CPU to logits there:
//! the Module reads a column for each table row, the kernel row and fraction.

use std::error::Error;
use std::time::Instant;

use cubecl::future::block_on;
use tenure::customer::Customer;
use tenure::encoding::Features;
use tenure::gpu::Gpu;
use tenure::network::burn::packed;
use tenure::scorer::Scorer;

const REPETITIONS: usize = 7;
const BATCHES: [usize; 3] = [1, 4096, 65_536];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, out] = arguments.as_slice() else { return Err("MODEL OUT".into()) };
    let scorer = Scorer::from_bytes(&std::fs::read(model)?)?;
    let (network, encoder) = (&scorer.artifact().network, &scorer.artifact().encoder);
    let gpu = block_on(Gpu::open(network, scorer.background()))?;
    let device = gpu.burn_device();
    println!(
        "{}{}",
        gpu.adapter().name,
        if gpu.adapter().software { " (computes on the CPU: no figure of speed)" } else { "" }
    );

    let module = packed::module(network, &device);
    let mut batches = serde_json::Map::new();
    for rows in BATCHES {
        let mut features = Features::new(encoder.inputs().len(), rows);
        let background: &[Customer] = &scorer.artifact().background;
        (0..rows).for_each(|row| encoder.encode(&background[row % background.len()], row, &mut features));
        let mut packed_logits = vec![0.0; rows];
        network.logits(&features, rows, &mut network.scratch(), &mut packed_logits);
        let burn_logits = || -> Vec<f32> {
            let columns = packed::columns(network, &features, rows, &device);
            module.forward(columns).into_data().try_into_vec().expect("logits are f32")
        };
        let kernel_logits = || block_on(gpu.logits(&features, rows)).expect("the kernel scores");
        let [burn_difference, kernel_difference] = [burn_logits(), kernel_logits()].map(|logits| {
            let pairs = logits.into_iter().zip(&packed_logits);
            pairs.map(|(logit, packed)| f64::from(logit - packed).abs()).fold(0.0, f64::max)
        });
        let burn = median(|| drop(burn_logits()));
        let kernel = median(|| drop(kernel_logits()));
        println!(
            "{rows:>6} rows   burn {burn:>9.2} ms   our kernel {kernel:>9.2} ms   \
             from the CPU: burn {burn_difference:.1e}, kernel {kernel_difference:.1e}"
        );
        let figures = serde_json::json!({
            "burn_ms": burn,
            "kernel_ms": kernel,
            "burn_largest_difference": burn_difference,
            "kernel_largest_difference": kernel_difference,
        });
        batches.insert(rows.to_string(), figures);
    }
    let adapter = gpu.adapter();
    let figures = serde_json::json!({ "adapter": adapter.name, "software": adapter.software, "batches": batches });
    std::fs::write(out, format!("{figures:#}\n"))?;
    Ok(())
}

/// Milliseconds of the median run, after one that does not count.
fn median(mut run: impl FnMut()) -> f64 {
    run();
    let mut times: Vec<f64> = (0..REPETITIONS)
        .map(|_| {
            let start = Instant::now();
            run();
            1000.0 * start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[REPETITIONS / 2]
}
