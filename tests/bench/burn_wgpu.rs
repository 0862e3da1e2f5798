//! `cargo xtask bench gpu --burn` runs this: the network as burn Module on burn's wgpu backend, op
//! by op, beside our kernel.
//!
//! `burn_wgpu MODEL OUT` takes the shape of the model's network, gives the Module random weights,
//! holds its logits on the graphics device against those of burn's CPU backend, and prints
//! milliseconds of a batch for both. Our kernel scores the same customers with the model's own
//! weights, from table rows instead of dense features; either side's time has everything from its
//! encoded customers on the CPU to logits there.

use std::error::Error;
use std::time::Instant;

use burn::tensor::{Device, DeviceKind, Tensor, TensorData};
use cubecl::future::block_on;
use tenure::customer::Customer;
use tenure::encoding::{DenseLayout, Features};
use tenure::gpu::Gpu;
use tenure::network::burn::{DenseNetwork, NetworkConfig};
use tenure::scorer::Scorer;

const REPETITIONS: usize = 7;
const BATCHES: [usize; 3] = [1, 4096, 65_536];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, out] = arguments.as_slice() else { return Err("MODEL OUT".into()) };
    let scorer = Scorer::from_bytes(&std::fs::read(model)?)?;
    let (network, encoder) = (&scorer.artifact().network, &scorer.artifact().encoder);
    let layout = DenseLayout::new(encoder);
    let config = NetworkConfig {
        inputs: layout.size(),
        hidden: network.hidden(),
        dropout: 0.0,
        batch_norm: false,
        input_batch_norm: false,
        direct: true,
    };
    let on = |device: &Device| {
        // A multiplicative generator: any numbers will do.
        let mut state = 1u32;
        let mut uniform = || {
            state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
            (state >> 8) as f32 / (1 << 24) as f32
        };
        config.init(-1.0, &mut uniform, device)
    };
    let (cpu, graphics) = (Device::flex(), Device::wgpu(DeviceKind::DefaultDevice));
    let gpu = block_on(Gpu::open(network, scorer.background()))?;
    println!(
        "{}{}",
        gpu.adapter().name,
        if gpu.adapter().software { " (computes on the CPU: no figure of speed)" } else { "" }
    );

    let [reference, module] = [&cpu, &graphics].map(on);
    let mut batches = serde_json::Map::new();
    for rows in BATCHES {
        let mut features = Features::new(encoder.inputs().len(), rows);
        let background: &[Customer] = &scorer.artifact().background;
        (0..rows).for_each(|row| encoder.encode(&background[row % background.len()], row, &mut features));
        let mut dense = vec![0.0; rows * layout.size()];
        for (row, dense) in dense.chunks_exact_mut(layout.size()).enumerate() {
            layout.expand(encoder, &features, row, dense);
        }
        let forward = |module: &DenseNetwork, device: &Device| -> Vec<f32> {
            let features = Tensor::from_data(TensorData::new(dense.clone(), [rows, layout.size()]), device);
            module.forward(features).into_data().try_into_vec().expect("logits are f32")
        };
        let pairs = forward(&module, &graphics).into_iter().zip(forward(&reference, &cpu));
        let difference = pairs.map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
        let burn = median(|| drop(forward(&module, &graphics)));
        let kernel = median(|| drop(block_on(gpu.logits(&features, rows)).expect("the kernel scores")));
        println!(
            "{rows:>6} rows   burn {burn:>9.2} ms   our kernel {kernel:>9.2} ms   burn on both devices within {difference:.1e}"
        );
        let figures = serde_json::json!({ "burn_ms": burn, "kernel_ms": kernel, "largest_difference": difference });
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
